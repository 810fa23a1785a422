package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const known = 1000 // profiles

// cached measures one hot profile, and a thousand in turn, from the lane's memory, beside nginx, which has the same answers in its cache.
func (p *plan) cached(ctx context.Context) error {
	people, err := newThirdParty()
	if err != nil {
		return err
	}
	defer people.Close()
	file := filepath.Join(p.Dir, "cached.yaml")
	if err := os.WriteFile(file, []byte(people.config("rate: 10000")), 0o600); err != nil {
		return err
	}
	lane, err := p.Start(ctx, "cached", "hotlane", []string{"--config", file}, "HOTLANE_LANES=profiles")
	if err != nil {
		return err
	}
	defer lane.Stop()
	nginx, err := p.nginx(ctx, lane.URL)
	if err != nil {
		return err
	}
	defer nginx.Stop()
	if err := same(ctx, lane.URL, nginx.URL); err != nil {
		return err
	}
	script := filepath.Join(p.Repo, "bench/profiles/get.lua")
	one, all := []string{"PROFILES=1"}, []string{fmt.Sprintf("PROFILES=%d", known)}
	targets := []*rig.Target{
		{URL: lane.URL, Script: script, Env: one, PIDs: []int{lane.PID}},
		{URL: nginx.URL, Script: script, Env: one, PIDs: []int{nginx.PID}},
		{URL: lane.URL, Script: script, Env: all, PIDs: []int{lane.PID}},
		{URL: nginx.URL, Script: script, Env: all, PIDs: []int{nginx.PID}},
	}
	if err := p.Interleaved(ctx, targets...); err != nil {
		return err
	}
	if calls, _ := people.seen(); calls != known {
		return fmt.Errorf("the source was asked %d times for %d profiles", calls, known)
	}
	for i, what := range []string{"one cached profile", fmt.Sprintf("%d cached profiles in turn", known)} {
		p.cachedRow(what, targets[2*i].Samples, targets[2*i+1].Samples)
	}
	return nil
}

func (p *plan) cachedRow(what string, lane, nginx []rig.Sample) {
	own, peer := rig.Median(lane, rig.CPUOf), rig.Median(nginx, rig.CPUOf)
	p.Results.Row(what+" over loopback, one core", "≥ 25,000/s; CPU a request ≤ 3 × nginx `proxy_cache`",
		fmt.Sprintf("**%.0f/s**, %s CPU a request, p50 %s, p99 %s at full load; nginx %.0f/s, %s, p50 %s, p99 %s: **%.1f times its CPU**",
			rig.Median(lane, rig.RateOf), tenths(own), rig.Brief(rig.Median(lane, rig.P50Of)), rig.Brief(rig.Median(lane, rig.P99Of)),
			rig.Median(nginx, rig.RateOf), tenths(peer), rig.Brief(rig.Median(nginx, rig.P50Of)), rig.Brief(rig.Median(nginx, rig.P99Of)),
			float64(own)/float64(peer)))
}

// tenths writes a duration as microseconds.
func tenths(d time.Duration) string { return fmt.Sprintf("%.1f µs", float64(d.Nanoseconds())/1000) }

// same reads all profiles from both, which fills both caches, and makes sure that they have the same, and that nginx has it from its cache.
func same(ctx context.Context, lane, nginx string) error {
	for i := range known {
		path := profilePath(fmt.Sprintf("person%d", i))
		var bodies [3][]byte
		for n, url := range []string{lane, nginx, nginx} {
			resp, err := ask(ctx, url+path)
			if err != nil {
				return err
			}
			bodies[n], err = io.ReadAll(resp.Body)
			if err = errors.Join(err, resp.Body.Close()); err != nil {
				return err
			}
			if hit := resp.Header.Get("X-Cache"); resp.StatusCode != 200 || n == 2 && hit != "HIT" {
				return fmt.Errorf("%s%s: %s, cache %q: %.300s", url, path, resp.Status, hit, bodies[n])
			}
			bodies[n], _, _ = bytes.Cut(bodies[n], []byte(`,"age_s":`))
		}
		if !bytes.Equal(bodies[0], bodies[1]) || !bytes.Equal(bodies[0], bodies[2]) || len(bodies[0]) < 1000 {
			return fmt.Errorf("nginx has another %s", path)
		}
	}
	return nil
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

// peers measures the old URL with the old JSON as Django answers it, as Go Fiber does, and as Hotlane does in its place
// (examples/django): the same rows of the same PostgreSQL, the same requests, and, which is checked first, the same answers.
func (p *plan) peers(ctx context.Context) error {
	dir := filepath.Join(p.Dir, "peers")
	defer p.script(context.WithoutCancel(ctx), "down.sh", dir) //nolint:errcheck // what of it runs is told by the script
	if err := p.script(ctx, "up.sh", dir, "10000"); err != nil {
		return err
	}
	env, err := environment(filepath.Join(dir, "env"))
	if err != nil {
		return err
	}
	haru, err := p.haru(ctx, env)
	if err != nil {
		return err
	}
	defer haru.Stop()
	same, err := p.compare(ctx, env["DJANGO_URL"], env["FIBER_URL"], haru.URL)
	if err != nil {
		return err
	}
	targets, err := p.peerTargets(dir, env, haru)
	if err != nil {
		return err
	}
	if err := p.Interleaved(ctx, targets...); err != nil {
		return err
	}
	p.peerRows(targets, same)
	return nil
}

func (p *plan) script(ctx context.Context, name string, args ...string) error {
	cmd := rig.Pinned(ctx, rig.ServerCore, filepath.Join(p.Repo, "bench/peers", name), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	cmd.Env = append(os.Environ(), "WORKERS=2")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// environment reads lines of NAME=value.
func environment(file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	env := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			env[name] = value
		}
	}
	return env, nil
}

// haru is examples/django with its own config, but for the addresses and how often the tables are read: as often as Fiber
// reads them.
func (p *plan) haru(ctx context.Context, env map[string]string) (hotlane, error) {
	text, err := os.ReadFile(filepath.Join(p.Repo, "examples/django/hotlane.yaml"))
	if err != nil {
		return hotlane{}, err
	}
	config := strings.NewReplacer(
		"http://127.0.0.1:8000", env["DJANGO_URL"],
		"postgres://haru@127.0.0.1:5432/haru", env["DATABASE_URL"]+"?sslmode=disable",
		"interval: 10s", "interval: 30s",
	).Replace(string(text))
	file := filepath.Join(p.Dir, "haru.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return hotlane{}, err
	}
	s, err := p.start(ctx, "haru", "haru", []string{"--config", file})
	if err != nil {
		return hotlane{}, err
	}
	return s, s.ready(ctx, 9000) // of 10,000: some have ended, or are not active
}

// compare makes sure that all answer the same, and says over how much.
func (p *plan) compare(ctx context.Context, urls ...string) (string, error) {
	args := append([]string{filepath.Join(p.Repo, "bench/peers/compare.py"), "--warm", "--requests", "300"}, urls...)
	out, err := exec.CommandContext(ctx, "/usr/bin/python3", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the peers answer differently: %w\n%s", err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

func (p *plan) peerTargets(dir string, env map[string]string, haru hotlane) ([]*rig.Target, error) {
	pid := map[string]int{}
	for _, name := range []string{"django", "fiber", "redis"} {
		n, err := rig.ReadPID(filepath.Join(dir, name+".pid"))
		if err != nil {
			return nil, err
		}
		pid[name] = n
	}
	postmaster, err := os.ReadFile(filepath.Join(dir, "pg/data/postmaster.pid"))
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(string(postmaster), "\n")
	var postgres int
	if _, err := fmt.Sscan(first, &postgres); err != nil {
		return nil, err
	}
	script := filepath.Join(p.Repo, "bench/peers/requests.lua")
	stores := []int{pid["redis"], postgres}
	return []*rig.Target{
		{URL: env["DJANGO_URL"], Script: script, PIDs: []int{pid["django"]}, Others: stores},
		{URL: env["FIBER_URL"], Script: script, PIDs: []int{pid["fiber"]}, Others: stores},
		{URL: haru.URL, Script: script, PIDs: []int{haru.PID}, Others: stores},
	}, nil
}

func (p *plan) peerRows(targets []*rig.Target, same string) {
	total := func(t *rig.Target) time.Duration {
		return rig.Median(t.Samples, func(s rig.Sample) time.Duration { return s.CPU + s.Others })
	}
	django, fiber, hotlane := total(targets[0]), total(targets[1]), total(targets[2])
	own := func(t *rig.Target) time.Duration { return rig.Median(t.Samples, rig.CPUOf) }
	p.Results.Row("CPU a request against Django's own endpoint", "≤ 1/20", fmt.Sprintf("**1/%.1f**", float64(django)/float64(hotlane)))
	p.Results.Row("CPU a request against Go Fiber + Redis", "less than Fiber",
		fmt.Sprintf("**%.2f of Fiber with its Redis**, %.2f of Fiber alone", float64(hotlane)/float64(fiber), float64(own(targets[2]))/float64(own(targets[1]))))
	var b strings.Builder
	fmt.Fprintf(&b, "The old URL and its JSON, 10k line items, %d slices of %s each in turn, medians:\n\n", p.Slices, p.Slice)
	b.WriteString("| | CPU a request, server | and in Redis and PostgreSQL | requests/s, all on one core | p50 | p99 |\n|---|---|---|---|---|---|\n")
	for i, name := range []string{"Django, gunicorn, Redis", "Go Fiber, Redis", "Hotlane, SQLite"} {
		s := targets[i].Samples
		fmt.Fprintf(&b, "| %s | %s | %s | %.0f | %s | %s |\n", name, rig.Micros(rig.Median(s, rig.CPUOf)), rig.Micros(rig.Median(s, rig.OthersOf)),
			rig.Median(s, rig.RateOf), rig.Brief(rig.Median(s, rig.P50Of)), rig.Brief(rig.Median(s, rig.P99Of)))
	}
	p.Results.Note("%s", b.String())
	p.Results.Note("All three had been asked the same before: %s.", same)
}

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const starts = 10

// idle measures the program with all its lanes and nothing to do.
func (p *plan) idle(ctx context.Context) error {
	var times []time.Duration
	first := time.Duration(0) // it makes all databases
	for n := range starts + 1 {
		begun := time.Now()
		s, err := p.Start(ctx, "idle", "hotlane", nil)
		if err != nil {
			return err
		}
		err = rig.Until(ctx, 10*time.Second, func() bool { return ready(ctx, s.URL) })
		took := time.Since(begun)
		if n == 0 {
			first = took
		} else {
			times = append(times, took)
		}
		if n < starts && err == nil {
			if err = s.Stop(); err == nil {
				continue
			}
		}
		defer s.Stop() //nolint:errcheck,gocritic // once: the loop ends here
		if err != nil {
			return err
		}
		if err := rig.Pause(ctx, 10*time.Second); err != nil {
			return err
		}
		p.Results.Row("all lanes idle, SQLite: resident memory 10 s after the start", "≤ 64 MiB", fmt.Sprintf("**%.0f MiB**", rig.Resident(s.PID)))
	}
	slices.Sort(times)
	p.Results.Row("from exec to the first answer of /_hotlane/ready, all lanes, one core", "≤ 300 ms",
		fmt.Sprintf("**%s** median, %s most of %d; %s where the databases are still to be made",
			rig.Brief(rig.Quantile(times, 0.5)), rig.Brief(rig.Quantile(times, 1)), len(times), rig.Brief(first)))
	info, err := os.Stat(filepath.Join(p.Bin, "hotlane"))
	if err != nil {
		return err
	}
	p.Results.Row("the stripped binary with its pages", "≤ 50 MiB", fmt.Sprintf("**%.1f MiB**", float64(info.Size())/(1<<20)))
	return nil
}

func ready(ctx context.Context, url string) bool {
	resp, err := ask(ctx, url+"/_hotlane/ready")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err == nil && resp.StatusCode == http.StatusOK
}

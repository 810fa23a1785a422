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
)

// peers measures the old URL with the old JSON as Django answers it, as Go Fiber does, and as Hotlane does in its place
// (examples/django): the same rows of the same PostgreSQL, the same requests, and, which is checked first, the same answers.
func (p *plan) peers(ctx context.Context) error {
	dir := filepath.Join(p.dir, "peers")
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
	defer haru.stop()
	same, err := p.compare(ctx, env["DJANGO_URL"], env["FIBER_URL"], haru.url)
	if err != nil {
		return err
	}
	targets, err := p.peerTargets(dir, env, haru)
	if err != nil {
		return err
	}
	if err := p.interleaved(ctx, targets...); err != nil {
		return err
	}
	p.peerRows(targets, same)
	return nil
}

func (p *plan) script(ctx context.Context, name string, args ...string) error {
	cmd := pinned(ctx, serverCore, filepath.Join(p.repo, "bench/peers", name), args...)
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
func (p *plan) haru(ctx context.Context, env map[string]string) (*server, error) {
	text, err := os.ReadFile(filepath.Join(p.repo, "examples/django/hotlane.yaml"))
	if err != nil {
		return nil, err
	}
	config := strings.NewReplacer(
		"http://127.0.0.1:8000", env["DJANGO_URL"],
		"postgres://haru@127.0.0.1:5432/haru", env["DATABASE_URL"]+"?sslmode=disable",
		"interval: 10s", "interval: 30s",
	).Replace(string(text))
	file := filepath.Join(p.dir, "haru.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	s, err := p.start(ctx, "haru", "haru", []string{"--config", file})
	if err != nil {
		return nil, err
	}
	return s, s.ready(ctx, 9000) // of 10,000: some have ended, or are not active
}

// compare makes sure that all answer the same, and says over how much.
func (p *plan) compare(ctx context.Context, urls ...string) (string, error) {
	args := append([]string{filepath.Join(p.repo, "bench/peers/compare.py"), "--warm", "--requests", "300"}, urls...)
	out, err := exec.CommandContext(ctx, "/usr/bin/python3", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the peers answer differently: %w\n%s", err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

func (p *plan) peerTargets(dir string, env map[string]string, haru *server) ([]*target, error) {
	pid := map[string]int{}
	for _, name := range []string{"django", "fiber", "redis"} {
		n, err := readPID(filepath.Join(dir, name+".pid"))
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
	script := filepath.Join(p.repo, "bench/peers/requests.lua")
	stores := []int{pid["redis"], postgres}
	return []*target{
		{url: env["DJANGO_URL"], script: script, pids: []int{pid["django"]}, others: stores},
		{url: env["FIBER_URL"], script: script, pids: []int{pid["fiber"]}, others: stores},
		{url: haru.url, script: script, pids: []int{haru.pid}, others: stores},
	}, nil
}

func (p *plan) peerRows(targets []*target, same string) {
	total := func(t *target) time.Duration {
		return median(t.samples, func(s sample) time.Duration { return s.cpu + s.others })
	}
	django, fiber, hotlane := total(targets[0]), total(targets[1]), total(targets[2])
	own := func(t *target) time.Duration { return median(t.samples, cpuOf) }
	p.results.row("CPU a request against Django's own endpoint", "≤ 1/20", fmt.Sprintf("**1/%.1f**", float64(django)/float64(hotlane)))
	p.results.row("CPU a request against Go Fiber + Redis", "less than Fiber",
		fmt.Sprintf("**%.2f of Fiber with its Redis**, %.2f of Fiber alone", float64(hotlane)/float64(fiber), float64(own(targets[2]))/float64(own(targets[1]))))
	var b strings.Builder
	fmt.Fprintf(&b, "The old URL and its JSON, 10k line items, %d slices of %s each in turn, medians:\n\n", p.slices, p.slice)
	b.WriteString("| | CPU a request, server | and in Redis and PostgreSQL | requests/s, all on one core | p50 | p99 |\n|---|---|---|---|---|---|\n")
	for i, name := range []string{"Django, gunicorn, Redis", "Go Fiber, Redis", "Hotlane, SQLite"} {
		s := targets[i].samples
		fmt.Fprintf(&b, "| %s | %s | %s | %.0f | %s | %s |\n", name, micros(median(s, cpuOf)), micros(median(s, othersOf)),
			median(s, rateOf), brief(median(s, p50Of)), brief(median(s, p99Of)))
	}
	p.results.note("%s", b.String())
	p.results.note("All three had been asked the same before: %s.", same)
}

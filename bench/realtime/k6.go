package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

// k6Module is built from its module: there is nothing else to install.
const k6Module = "go.k6.io/k6@v1.8.1"

// k6 has the story of papers told by another's WebSocket client: bench/k6/paper.js.
func (p *plan) k6(ctx context.Context) error {
	program, err := p.buildK6(ctx)
	if err != nil {
		return err
	}
	s, err := p.hotlane(ctx, "story")
	if err != nil {
		return err
	}
	defer s.Stop()
	const papers, people, notes = 5, 10, 5
	summary := filepath.Join(p.Dir, "k6.json")
	before := rig.Spent([]int{s.PID})
	run := rig.Pinned(ctx, rig.LoadCore, program, "run", "--no-usage-report", "--quiet", "--address", "", "--summary-export", summary,
		"-e", "URL="+s.URL, "-e", fmt.Sprintf("PAPERS=%d", papers), "-e", fmt.Sprintf("PEOPLE=%d", people), "-e", fmt.Sprintf("NOTES=%d", notes),
		filepath.Join(p.Repo, "bench/k6/paper.js"))
	out, err := run.CombinedOutput()
	if err != nil {
		return fmt.Errorf("k6: %w\n%s", err, out)
	}
	cpu := rig.Spent([]int{s.PID}) - before
	text, err := os.ReadFile(summary)
	if err != nil {
		return err
	}
	var r struct {
		Metrics map[string]map[string]any `json:"metrics"`
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	number := func(metric, value string) float64 { n, _ := r.Metrics[metric][value].(float64); return n }
	ms := func(value string) string {
		return rig.Brief(time.Duration(number("paper_ack", value) * float64(time.Millisecond)))
	}
	p.Results.Row(fmt.Sprintf("k6 tells the story of %d papers, %d people on each, %d notes of each, dragged and delivered", papers, people, notes), "all is kept",
		fmt.Sprintf("**%.0f of %.0f checks**; %.0f operations acknowledged, p50 %s, p99 %s as k6 sees it, %.0f shown; %s of the server's core",
			number("checks", "passes"), number("checks", "passes")+number("checks", "fails"), number("paper_acknowledged", "count"), ms("med"), ms("p(99)"),
			number("paper_shown", "count"), cpu.Round(10*time.Millisecond)))
	return nil
}

// buildK6 builds it on all cores; what was built once is quick.
func (p *plan) buildK6(ctx context.Context) (string, error) {
	install := rig.Pinned(ctx, rig.ServerCore+","+rig.LoadCore, "go", "install", k6Module)
	install.Dir = p.Dir // of no module
	install.Env = append(os.Environ(), "GOBIN="+p.Dir)
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build k6: %w\n%s", err, out)
	}
	program := filepath.Join(p.Dir, "k6")
	_, err := exec.LookPath(program)
	return program, err
}

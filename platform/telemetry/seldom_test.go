package telemetry_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/telemetry"
)

func TestSeldom(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	seldom := telemetry.Seldom{Every: time.Minute}
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, step := range []struct {
		at   time.Duration
		says string // "": nothing
	}{
		{0, "unsaid=0"},
		{time.Second, ""},
		{59 * time.Second, ""},
		{time.Minute, "unsaid=2"},
		{2 * time.Minute, "unsaid=0"},
		{2*time.Minute - time.Second, ""},
		{-time.Hour, "unsaid=1"}, // the clock was put back
	} {
		out.Reset()
		seldom.Warn(log, noon.Add(step.at), "full", "who", "all")
		if got := out.String(); (got != "") != (step.says != "") || !strings.Contains(got, step.says) {
			t.Errorf("%v after noon: %q, not %q", step.at, got, step.says)
		}
	}
}

func TestSeldomSaysOnceToMany(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	var seldom telemetry.Seldom
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { seldom.Warn(log, time.UnixMilli(1_000_000), "full") })
	}
	all.Wait()
	if n := strings.Count(out.String(), "full"); n != 1 {
		t.Errorf("said %d times", n)
	}
}

package telemetry_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/platform/telemetry"
)

func TestRepeats(t *testing.T) {
	ctx, tr := telemetry.Begin(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			telemetry.Observe(ctx, telemetry.Query, "b", 1)
			telemetry.Observe(ctx, telemetry.Cache, "read often", 1)
		})
	}
	wg.Wait()
	for range 3 {
		telemetry.Observe(ctx, telemetry.Query, "a", 1)
		telemetry.Observe(ctx, telemetry.Query, "c", 1)
	}
	telemetry.Observe(ctx, telemetry.Query, "twice", 1)
	telemetry.Observe(ctx, telemetry.Query, "twice", 1)
	want := []telemetry.Repeat{{Name: "b", Count: 4}, {Name: "a", Count: 3}, {Name: "c", Count: 3}}
	if d := cmp.Diff(want, tr.Repeats()); d != "" {
		t.Error(d)
	}
	if n := tr.Count(telemetry.Query); n != 12 {
		t.Errorf("%d queries, want 12", n)
	}
}

func TestTraceIsBounded(t *testing.T) {
	ctx, tr := telemetry.Begin(t.Context())
	for i := range 10_000 {
		telemetry.Observe(ctx, telemetry.Query, fmt.Sprint("statement ", i%5000), time.Microsecond)
		telemetry.Observe(ctx, telemetry.Query, fmt.Sprint("other\r\n\x00\"ü ", i%4, strings.Repeat("x", 500)), time.Microsecond)
	}
	if n := tr.Count(telemetry.Query); n != 20_000 {
		t.Errorf("%d, want 20000", n)
	}
	header := tr.ServerTiming(time.Second)
	if len(header) > 600 || strings.ContainsAny(header, "\r\n\x00ü") {
		t.Errorf("the header has %d bytes: %q", len(header), header)
	}
}

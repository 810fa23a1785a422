package admit_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
)

func controller(t testing.TB, inFlight int, reg prometheus.Registerer) *admit.Controller {
	t.Helper()
	c, err := admit.New(admit.Config{InFlight: inFlight}, admit.Deps{Metrics: reg})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestShares fills the controller with each class alone and counts how far it gets.
func TestShares(t *testing.T) {
	for class, want := range map[admit.Class]int{admit.Bulk: 50, admit.Normal: 85, admit.Critical: 100} {
		c := controller(t, 100, nil)
		got := 0
		for c.Enter(class) {
			got++
		}
		if got != want || c.InFlight() != int64(want) {
			t.Errorf("%s: %d of 100 let in, want %d", class, got, want)
		}
	}
}

func TestAlwaysIsLetInWhenThereIsNoRoom(t *testing.T) {
	c := controller(t, 16, nil)
	for c.Enter(admit.Critical) {
	}
	for range 100 {
		if !c.Enter(admit.Always) {
			t.Fatal("refused")
		}
		c.Leave()
	}
	if c.Enter(admit.Critical) {
		t.Error("it has made room for others")
	}
}

// TestOrder: whatever came before, a class is let in exactly while fewer than its share of places are taken.
func TestOrder(t *testing.T) {
	share := map[admit.Class]int{admit.Bulk: 20, admit.Normal: 34, admit.Critical: 40}
	rapid.Check(t, func(t *rapid.T) {
		c, err := admit.New(admit.Config{InFlight: 40}, admit.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		taken := 0
		for _, op := range rapid.SliceOfN(rapid.IntRange(0, 3), 0, 400).Draw(t, "ops") {
			if op == 3 {
				if taken > 0 {
					c.Leave()
					taken--
				}
				continue
			}
			class := admit.Class(op)
			if got, want := c.Enter(class), taken < share[class]; got != want {
				t.Fatalf("%s with %d taken: let in %v, want %v", class, taken, got, want)
			} else if got {
				taken++
			}
		}
	})
}

func TestNeverMoreThanTheLimit(t *testing.T) {
	const limit = 16
	c := controller(t, limit, nil)
	var inside, most atomic.Int64
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for range 2000 {
				if !c.Enter(admit.Class(i % 3)) {
					continue
				}
				n := inside.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				inside.Add(-1)
				c.Leave()
			}
		})
	}
	wg.Wait()
	if most.Load() > limit || c.InFlight() != 0 {
		t.Errorf("%d inside at once, limit %d; %d left", most.Load(), limit, c.InFlight())
	}
}

func TestMiddleware(t *testing.T) {
	reg := prometheus.NewRegistry()
	c := controller(t, 16, reg)
	for range 8 {
		c.Enter(admit.Bulk)
	}
	h := c.Middleware(admit.Bulk, httpio.WriteProblem)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), "admit.overloaded") {
		t.Errorf("got %d %v %s", w.Code, w.Header(), w.Body)
	}
	c.Leave()
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusOK || c.InFlight() != 7 {
		t.Errorf("got %d with %d in flight, want 200 with 7", w.Code, c.InFlight())
	}
	want := `
# HELP hotlane_admit_in_flight Requests that hold a place.
# TYPE hotlane_admit_in_flight gauge
hotlane_admit_in_flight 7
# HELP hotlane_admit_refused_total Requests refused for want of room, by class.
# TYPE hotlane_admit_refused_total counter
hotlane_admit_refused_total{class="always"} 0
hotlane_admit_refused_total{class="bulk"} 1
hotlane_admit_refused_total{class="critical"} 0
hotlane_admit_refused_total{class="normal"} 0
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

func TestPanicGivesThePlaceBack(t *testing.T) {
	c := controller(t, 16, nil)
	h := c.Middleware(admit.Normal, httpio.WriteProblem)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") }))
	func() {
		defer func() { _ = recover() }()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}()
	if c.InFlight() != 0 {
		t.Errorf("%d places lost", c.InFlight())
	}
}

func TestConfig(t *testing.T) {
	for _, n := range []int{-1, 0, 15, 10_000_001} {
		_, err := admit.New(admit.Config{InFlight: n}, admit.Deps{})
		var f *fault.Error
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Pointer != "/in_flight" {
			t.Errorf("%d: got %v", n, err)
		}
	}
}

func BenchmarkEnter(b *testing.B) {
	c := controller(b, 1024, nil)
	b.ReportAllocs()
	for b.Loop() {
		c.Enter(admit.Normal)
		c.Leave()
	}
}

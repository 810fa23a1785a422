package budget_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/lanes/profiles/budget"
)

// TestNeverMoreThanTheRateInAnySecond lets calls be as late as they like within the grace, and counts every second that begins
// with a call: no other second has more.
func TestNeverMoreThanTheRateInAnySecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.OneOf(
			rapid.Map(rapid.IntRange(1, 400), func(n int) float64 { return float64(n) }),
			rapid.Float64Range(0.05, 0.999),
		).Draw(t, "rate")
		b := budget.Budget{Rate: rate}
		if !b.Valid() {
			t.Fatalf("%v is refused", rate)
		}
		first := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
		var calls []time.Time
		for n := range int(3*rate) + 5 {
			slot := b.Slot(first, n)
			late := time.Duration(rapid.Int64Range(0, int64(2*b.Grace())).Draw(t, "late"))
			if at := slot.Add(late); !b.Late(slot, at) {
				calls = append(calls, at)
			}
		}
		slices.SortFunc(calls, time.Time.Compare)
		most := max(1, int(rate))
		for i := range calls {
			n := 0
			for _, c := range calls[i:] {
				if c.Sub(calls[i]) < time.Second {
					n++
				}
			}
			if n > most {
				t.Fatalf("%d calls in a second at a rate of %v", n, rate)
			}
		}
	})
}

func TestWhatIsNoPromise(t *testing.T) {
	for rate, valid := range map[float64]bool{0: false, -1: false, 1.5: false, 10_001: false, 1e-9: false, 1: true, 0.02: true, 50: true, 10_000: true} {
		if (budget.Budget{Rate: rate}).Valid() != valid {
			t.Errorf("%v: valid is %v", rate, !valid)
		}
	}
}

// TestTheRateIsNotWasted: what the margin costs is less than a tenth.
func TestTheRateIsNotWasted(t *testing.T) {
	for _, rate := range []float64{0.1, 1, 50, 1000, 10_000} {
		b := budget.Budget{Rate: rate}
		if got := float64(time.Second) / float64(b.Interval()); got < 0.9*rate || got > rate {
			t.Errorf("%v a second: slots for %v", rate, got)
		}
	}
	if b := (budget.Budget{Rate: 50}); b.Batch() != 12 || b.Queue(2*time.Second) < 90 || b.Queue(2*time.Second) > 100 {
		t.Errorf("batch %d, queue %d", b.Batch(), b.Queue(2*time.Second))
	}
}

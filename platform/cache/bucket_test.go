package cache

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestBucket draws rates that no decimal holds. What is let through stays below the rate and the burst; Wait is the first microsecond at
// which it succeeds.
func TestBucket(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := Bucket{Rate: rapid.Float64Range(1e-3, 1e6).Draw(rt, "rate"), Burst: rapid.IntRange(1, 1e4).Draw(rt, "burst")}
		const start = 1_700_000_000_000_000
		now, took := int64(start), 0
		held := level{tokens: float64(b.Burst), at: now}
		for range 30 {
			n := rapid.IntRange(1, b.Burst).Draw(rt, "n")
			after, taken, _ := held.take(b, n, now)
			if !taken.OK {
				early := now + taken.Wait.Microseconds() - 1
				if _, again, _ := after.take(b, n, early); again.OK || again.Wait != time.Microsecond {
					rt.Fatalf("a microsecond before its wait of %v is over: %+v", taken.Wait, again)
				}
				now = early + 1
				if after, taken, _ = after.take(b, n, now); !taken.OK {
					rt.Fatalf("after its wait: %+v", taken)
				}
			}
			held = after
			took += n
			if most := float64(b.Burst) + b.Rate*float64(now-start)/1e6; float64(took) > most*(1+1e-9) {
				rt.Fatalf("%d, more than %v", took, most)
			}
			now += rapid.Int64Range(0, int64(float64(b.Burst)/b.Rate*1e6)).Draw(rt, "passed")
		}
	})
}

// TestBucketClockBack neither stops a bucket for the hour that the clock lost, nor fills it.
func TestBucketClockBack(t *testing.T) {
	b := Bucket{Rate: 1, Burst: 5}
	noon := int64(1_700_000_000_000_000)
	empty := level{at: noon}
	after, taken, changed := empty.take(b, 1, noon-3600e6)
	if taken.OK || taken.Wait != time.Second || !changed {
		t.Errorf("%+v, %v", taken, changed)
	}
	if _, taken, _ = after.take(b, 1, noon-3599e6); !taken.OK {
		t.Errorf("a second later: %+v", taken)
	}
}

func FuzzEntry(f *testing.F) {
	f.Add([]byte(""))
	f.Add(encodeEntry(time.UnixMicro(1), time.UnixMicro(2), []byte("x")))
	f.Fuzz(func(t *testing.T, b []byte) {
		renew, end, value, err := decodeEntry(b)
		if err != nil {
			return
		}
		if again := encodeEntry(renew, end, value); string(again) != string(b) || renew.After(end) {
			t.Errorf("%x is %x", b, again)
		}
	})
}

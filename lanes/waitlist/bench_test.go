package waitlist

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/rate"
)

// BenchmarkSignUp is durable sign-ups with a consent and a queued mail, of 64 at a time.
func BenchmarkSignUp(b *testing.B) { benchSignUp(b, db.DefaultConfig()) }

func benchSignUp(b *testing.B, config db.Config) {
	b.Run("new", func(b *testing.B) { signUps(b, config, func(n int64) int64 { return n }) })
	b.Run("known", func(b *testing.B) { signUps(b, config, func(n int64) int64 { return n % 1000 }) })
}

func signUps(b *testing.B, config db.Config, person func(n int64) int64) {
	h := lanetest.Start(b, testModule(func(c *Config) { c.PerList = rate.Config{PerSecond: 100_000, Burst: 1_000_000} }), lanetest.On(config))
	l := h.Lane.(*Lane)
	slug := fmt.Sprintf("bench-%d", time.Now().UnixNano())
	_, err := l.CreateList(b.Context(), &List{
		Slug: slug, Name: Text{En: "Bench"}, Consents: []Consent{{Name: "privacy", Version: 1, Text: Text{Ko: "동의해요", En: "I agree"}, Required: true}},
	})
	if err != nil {
		b.Fatal(err)
	}
	var next atomic.Int64
	var group sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range 64 {
		group.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				h.Clock.Advance(200 * time.Microsecond)
				err := l.SignUp(b.Context(), slug, &Form{
					Email: fmt.Sprintf("someone.%d@example.com", person(n)), Name: "Someone", Source: "landing", Lang: "ko", How: "api",
					UTM: UTM{Source: "news", Medium: "mail", Campaign: "spring"}, Consents: map[string]int{"privacy": 1},
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "signups/s")
}

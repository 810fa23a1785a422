package jobs_test

import (
	"context"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/jobs"
)

type engine struct {
	name   string
	config func(testing.TB) db.Config
}

// BenchmarkAdd is one job in a transaction of its own, and 200 of them.
func BenchmarkAdd(b *testing.B) {
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) {
			set := dbtest.NewSet(b, e.config(b), db.Options{})
			d, q := open(b, set, jobs.Job{Kind: "mail", Run: nothing, Workers: 64})
			for _, n := range []int{1, 200} {
				b.Run(map[int]string{1: "one", 200: "batch"}[n], func(b *testing.B) {
					for b.Loop() {
						must(b, addMany(b.Context(), d, q, n))
					}
					b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/job")
				})
			}
		})
	}
}

// BenchmarkRun is a job from being added, with 199 others, to having run, in a queue that is idle between.
func BenchmarkRun(b *testing.B) {
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) {
			set := dbtest.NewSet(b, e.config(b), db.Options{})
			ran := make(chan struct{}, 200)
			d, q := open(b, set, jobs.Job{Kind: "mail", Workers: 64, Run: func(context.Context, jobs.Task) error {
				ran <- struct{}{}
				return nil
			}})
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan error)
			go func() { ended <- q.Run(ctx) }()
			for b.Loop() {
				must(b, addMany(b.Context(), d, q, 200))
				for range 200 {
					<-ran
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*200), "µs/job")
			must(b, q.Drain(b.Context()))
			cancel()
			must(b, <-ended)
		})
	}
}

package db_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

// BenchmarkBatcher is group commit with 64 writers, one row an operation: rows/s, and how many share a commit.
func BenchmarkBatcher(b *testing.B) {
	for _, e := range benchEngines() {
		b.Run(e.name, func(b *testing.B) {
			set := dbtest.NewSet(b, e.config(b), db.Options{})
			must(b, set.Migrate(context.Background(), "suite", dbtest.Migrations(b)))
			benchBatcher(b, set.DB("suite"))
		})
	}
}

type benchEngine struct {
	name   string
	config func(testing.TB) db.Config
}

func benchBatcher(b *testing.B, d *db.DB) {
	const writers = 64
	var commits atomic.Int64
	batcher := db.NewBatcher(d, 256, func(ctx context.Context, tx *db.Tx, ops []int64) error {
		commits.Add(1)
		rows := make([][]any, len(ops))
		for i, op := range ops {
			rows[i] = []any{op, strconv.FormatInt(op, 10), "some forty bytes of text, as a row has it"}
		}
		_, err := tx.ExecMany(ctx, "INSERT INTO things (id, name, body) VALUES ($1, $2, $3)", rows)
		return err
	})
	ctx, cancel := context.WithCancel(context.Background())
	var owner, all sync.WaitGroup
	owner.Go(func() { must(b, batcher.Run(ctx)) })
	var next atomic.Int64
	b.ResetTimer()
	for range writers {
		all.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				if err := batcher.Do(ctx, n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(b.N)/float64(max(commits.Load(), 1)), "rows/commit")
	cancel()
	owner.Wait()
}

func sqliteConfig(testing.TB) db.Config { return db.Config{} }

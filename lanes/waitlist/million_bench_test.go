package waitlist

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/db"
)

const million = 1_000_000

// BenchmarkMillion is looking up a place in the middle, and exporting, with a million people waiting.
func BenchmarkMillion(b *testing.B) { benchMillion(b, db.DefaultConfig()) }

func benchMillion(b *testing.B, config db.Config) {
	h := lanetest.Start(b, testModule(nil), lanetest.On(config))
	l := h.Lane.(*Lane)
	id := fillMillion(b, h.DBs.DB(name))
	b.Run("position", func(b *testing.B) {
		for b.Loop() {
			if _, ahead, _, err := l.store.Position(b.Context(), "spring", id); err != nil || ahead != million/2-1 {
				b.Fatal(ahead, err)
			}
		}
	})
	for _, format := range []string{"csv", "ndjson"} {
		b.Run("export "+format, func(b *testing.B) {
			for b.Loop() {
				if n, err := l.Export(b.Context(), "spring", format, false, io.Discard); err != nil || n != million {
					b.Fatal(n, err)
				}
			}
		})
	}
	b.Run("stats", func(b *testing.B) {
		for b.Loop() {
			if s, err := l.Stats(b.Context(), "spring", 0); err != nil || s.Funnel.Confirmed != million {
				b.Fatal(s, err)
			}
		}
	})
}

// fillMillion writes a million people who wait, and returns the id of the one in the middle.
func fillMillion(b *testing.B, d *db.DB) (middle string) {
	b.Helper()
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).UnixMicro()
	buckets := map[int64]int64{}
	for from := 1; from <= million; from += 10_000 {
		err := d.Write(b.Context(), func(tx *db.Tx) error {
			var rows [][]any
			for n := from; n < from+10_000; n++ {
				var id ulid.ULID
				copy(id[:], fmt.Sprintf("%016d", n))
				if n == million/2 {
					middle = id.String()
				}
				buckets[bucketOf(int64(n))]++
				rows = append(rows, []any{id.String(), fmt.Sprintf("someone.%d@example.com", n), fmt.Sprintf("C%09d", n), n, at + int64(n)*1000})
			}
			_, err := tx.ExecMany(b.Context(), `INSERT INTO waitlist_signups (`+insertColumns+`, code, mailbox, seq, score, confirmed_at)
				VALUES ('spring', $1, $2, 'waiting', 'Someone', '{}', 'ko', 'landing', 'news', 'mail', 'spring', '10.0.0.0/24', '', 0, $5, $5, $3, $2, $4, $4, $5)`, rows)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	err := d.Write(b.Context(), func(tx *db.Tx) error {
		for bucket, n := range buckets {
			if err := count(b.Context(), tx, "spring", bucket, n); err != nil {
				return err
			}
		}
		_, err := tx.Exec(b.Context(), "UPDATE waitlist_queues SET seq = $1, waiting = $1 WHERE list = 'spring'", million)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return middle
}

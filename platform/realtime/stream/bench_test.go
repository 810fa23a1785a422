package stream_test

import (
	"fmt"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// BenchmarkAppend is commits of one pack for each of 100 channels, with entries of about 200 bytes, kept at 1,000 entries a channel.
func BenchmarkAppend(b *testing.B) { benchAppend(b, db.Config{}) }

func benchAppend(b *testing.B, cfg db.Config) {
	for _, entries := range []int{1, 10} {
		b.Run(fmt.Sprint("entries=", entries), func(b *testing.B) {
			d := dbtest.NewSet(b, cfg, db.Options{}).DB(fmt.Sprint(lane, entries))
			must(b, stream.Migrate(b.Context(), d))
			heads := make([]stream.Head, 100)
			for i := range heads {
				heads[i] = create(b, d, fmt.Sprint("paper:", i))
			}
			w := stream.NewWriters()
			next := uint64(1)
			b.ReportAllocs()
			for b.Loop() {
				packs := make([]stream.Pack, len(heads))
				for i, h := range heads {
					packs[i] = pack(h, next, entries)
					for j := range packs[i].Entries {
						packs[i].Entries[j].Data = text
					}
				}
				for _, ok := range appendAll(b, d, packs...) {
					if !ok {
						b.Fatal("lost")
					}
				}
				next += uint64(entries)
				if at := next - 1; at%500 == 0 {
					for _, h := range heads {
						must(b, keep(d, h, at, w, text, 1000))
					}
				}
			}
			b.ReportMetric(float64(b.N*len(heads)*entries)/b.Elapsed().Seconds(), "entries/s")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(heads)), "µs/pack")
		})
	}
}

var text = []byte(`{"t":"note.put","id":"n0000001","text":"` + fmt.Sprintf("%0150d", 7) + `"}`)

// BenchmarkOpen is a room that is opened 500 entries behind its checkpoint.
func BenchmarkOpen(b *testing.B) {
	d := dbtest.NewSet(b, db.Config{}, db.Options{}).DB(lane)
	must(b, stream.Migrate(b.Context(), d))
	h := create(b, d, "paper:a")
	for next := uint64(1); next < 500; next += 5 {
		add(b, d, pack(h, next, 5), true)
	}
	b.ReportAllocs()
	for b.Loop() {
		if o := open(b, d, "paper:a"); len(o.entries) != 500 {
			b.Fatal(len(o.entries))
		}
	}
}

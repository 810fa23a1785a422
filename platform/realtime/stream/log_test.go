package stream_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

func TestOpenCreatesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for range 2 {
			if o := open(t, d, "paper:a"); o.ID != 0 || o.Epoch != "" || o.Name != "paper:a" || o.Writers.Len() != 0 || o.Room != nil {
				t.Fatalf("%+v", o)
			}
		}
		h := create(t, d, "paper:a")
		if h.ID == 0 || h.Offset != 0 || h.Epoch == "" {
			t.Errorf("%+v", h)
		}
		if again := create(t, d, "paper:a"); again != h {
			t.Errorf("created again: %+v, not %+v", again, h)
		}
		if o := open(t, d, "paper:a"); o.Head != h || len(o.entries) != 0 {
			t.Errorf("%+v, not %+v", o, h)
		}
	})
}

func TestAppend(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		a, b, c := create(t, d, "paper:a"), create(t, d, "paper:b"), create(t, d, "paper:c")
		if taken := appendAll(t, d, pack(a, 1, 3), pack(b, 1, 1)); !slices.Equal(taken, []bool{true, true}) {
			t.Fatal(taken)
		}
		stale := pack(b, 1, 1)
		other := pack(c, 1, 2)
		other.Epoch = "e2" + other.Epoch[2:]
		if taken := appendAll(t, d, pack(a, 4, 2), stale, other); !slices.Equal(taken, []bool{true, false, false}) {
			t.Fatal(taken)
		}
		equal(t, open(t, d, "paper:a").entries, append(pack(a, 1, 3).Entries, pack(a, 4, 2).Entries...))
		for name, want := range map[string]uint64{"paper:a": 5, "paper:b": 1, "paper:c": 0} {
			if o := open(t, d, name); o.Offset != want {
				t.Errorf("%s is at %d", name, o.Offset)
			}
		}
		for _, first := range []uint64{1, 3, 4, 5, 7, 100} { // inside, at borders, behind a gap
			add(t, d, pack(a, first, 1), false)
		}
		add(t, d, pack(a, 6, 1), true)
		if taken := appendAll(t, d); len(taken) != 0 {
			t.Error(taken)
		}
	})
}

func TestAppendRefusesNonsense(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		a, b := create(t, d, "paper:a"), create(t, d, "paper:b")
		shifted := pack(a, 1, 2)
		shifted.Entries[1].Offset = 3
		for what, packs := range map[string][]stream.Pack{
			"unsorted":     {pack(b, 1, 1), pack(a, 1, 1)},
			"one twice":    {pack(a, 1, 1), pack(a, 2, 1)},
			"empty":        {pack(a, 1, 0)},
			"at 0":         {pack(a, 0, 1)},
			"other places": {shifted},
		} {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := stream.Append(t.Context(), tx, packs)
				return err
			})
			if err == nil {
				t.Errorf("%s passes", what)
			}
		}
		if o := open(t, d, "paper:a"); o.Offset != 0 {
			t.Error(o.Offset)
		}
	})
}

func TestReadAndHistory(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		h := create(t, d, "paper:a")
		for _, p := range []stream.Pack{pack(h, 1, 4), pack(h, 5, 1), pack(h, 6, 5)} {
			add(t, d, p, true)
		}
		h = open(t, d, "paper:a").Head
		for _, c := range []struct {
			after uint64
			limit int
			want  []uint64
		}{
			{0, 100, []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
			{2, 3, []uint64{3, 4, 5}},
			{5, 2, []uint64{6, 7}},
			{9, 5, []uint64{10}},
			{10, 5, nil},
			{99, 5, nil},
			{3, 0, nil},
			{3, -1, nil},
			{1<<64 - 1, 5, nil},
		} {
			got, err := stream.Read(t.Context(), d, h.ID, c.after, c.limit)
			must(t, err)
			if !slices.Equal(offsets(got), c.want) {
				t.Errorf("%d behind %d: %v", c.limit, c.after, offsets(got))
			}
		}
		since := func(n uint64) *realtime.Position { return &realtime.Position{Epoch: h.Epoch, Offset: n} }
		for _, c := range []struct {
			r    stream.Range
			want []uint64
		}{
			{stream.Range{Limit: 3}, []uint64{1, 2, 3}},
			{stream.Range{Limit: 3, Reverse: true}, []uint64{10, 9, 8}},
			{stream.Range{Limit: 3, Since: since(4)}, []uint64{5, 6, 7}},
			{stream.Range{Limit: 3, Since: since(5), Reverse: true}, []uint64{4, 3, 2}},
			{stream.Range{Limit: 9, Since: since(3), Reverse: true}, []uint64{2, 1}},
			{stream.Range{Limit: 9, Since: since(1), Reverse: true}, nil},
			{stream.Range{Limit: 9, Since: since(0), Reverse: true}, nil},
			{stream.Range{Limit: 9, Since: since(10)}, nil},
			{stream.Range{Limit: 0}, nil},
		} {
			got, err := stream.History(t.Context(), d, h, c.r)
			must(t, err)
			if !slices.Equal(offsets(got), c.want) {
				t.Errorf("%+v: %v", c.r, offsets(got))
			}
		}
		for what, p := range map[string]*realtime.Position{"another epoch": {Epoch: "other", Offset: 3}, "ahead": since(11)} {
			if _, err := stream.History(t.Context(), d, h, stream.Range{Since: p, Limit: 5}); !errors.Is(err, stream.ErrForgotten) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := stream.Read(t.Context(), d, h.ID+1, 0, 5); !errors.Is(err, stream.ErrGone) {
			t.Error(err)
		}
	})
}

func TestKeepAndFloor(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		h := create(t, d, "paper:a")
		w := stream.NewWriters()
		for first := uint64(1); first <= 18; first += 3 {
			p := pack(h, first, 3)
			add(t, d, p, true)
			for i := range p.Entries {
				w.Apply(&p.Entries[i])
			}
		}
		if err := keep(d, h, 19, w, nil, 0); err == nil {
			t.Error("a checkpoint ahead of the log passes")
		}
		must(t, keep(d, h, 16, w, []byte("room at 16"), 6)) // packs that end at or before 10: 1 to 9
		must(t, keep(d, h, 12, stream.NewWriters(), []byte("an older one"), 0))
		o := open(t, d, "paper:a")
		if o.Floor != 9 || o.CheckpointAt != 16 || o.Offset != 18 || string(o.Room) != "room at 16" || o.Writers.Len() != 3 {
			t.Fatalf("%+v", o)
		}
		if !slices.Equal(offsets(o.entries), []uint64{17, 18}) {
			t.Error(offsets(o.entries))
		}
		read := func(after uint64) ([]uint64, error) {
			got, err := stream.Read(t.Context(), d, h.ID, after, 3)
			return offsets(got), err
		}
		if _, err := read(8); !errors.Is(err, stream.ErrForgotten) {
			t.Error(err)
		}
		if got, err := read(9); err != nil || !slices.Equal(got, []uint64{10, 11, 12}) {
			t.Error(got, err)
		}
		if got, err := stream.History(t.Context(), d, o.Head, stream.Range{Limit: 100, Reverse: true}); err != nil || len(got) != 9 {
			t.Error(offsets(got), err)
		}
		_, err := stream.History(t.Context(), d, o.Head, stream.Range{Limit: 1, Since: &realtime.Position{Epoch: h.Epoch, Offset: 8}})
		if !errors.Is(err, stream.ErrForgotten) {
			t.Error(err)
		}
		before := o.Head
		before.Floor = 0 // as whoever opened it before it was truncated knows it
		for _, c := range []struct {
			r    stream.Range
			want []uint64
			err  error
		}{
			{stream.Range{Limit: 2}, []uint64{10, 11}, nil},
			{stream.Range{Limit: 100, Reverse: true, Since: &realtime.Position{Epoch: h.Epoch, Offset: 12}}, []uint64{11, 10}, nil},
			{stream.Range{Limit: 100, Reverse: true, Since: &realtime.Position{Epoch: h.Epoch, Offset: 9}}, nil, nil},
			{stream.Range{Limit: 2, Since: &realtime.Position{Epoch: h.Epoch, Offset: 8}}, nil, stream.ErrForgotten},
		} {
			if got, err := stream.History(t.Context(), d, before, c.r); !errors.Is(err, c.err) || !slices.Equal(offsets(got), c.want) {
				t.Errorf("%+v: %v %v", c.r, offsets(got), err)
			}
		}
		must(t, keep(d, h, 18, w, nil, 0)) // nothing is left to be read
		o = open(t, d, "paper:a")
		if o.Floor != 18 || o.Offset != 18 || o.Room != nil || len(o.entries) != 0 {
			t.Fatalf("%+v", o)
		}
		if got, err := read(18); err != nil || len(got) != 0 {
			t.Error(got, err)
		}
		for _, stale := range []uint64{1, 10, 16, 18, 20} {
			add(t, d, pack(h, stale, 1), false)
		}
		add(t, d, pack(h, 19, 2), true)
		if got, err := read(18); err != nil || !slices.Equal(got, []uint64{19, 20}) {
			t.Error(got, err)
		}
	})
}

func TestForgetAndNewEpoch(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h, other := create(t, d, "paper:a"), create(t, d, "paper:b")
		add(t, d, pack(h, 1, 2), true)
		add(t, d, pack(other, 1, 2), true)
		must(t, keep(d, h, 2, stream.NewWriters(), []byte("room"), 9))
		var anew stream.Head
		must(t, d.Write(ctx, func(tx *db.Tx) (err error) {
			anew, err = stream.NewEpoch(ctx, tx, h.ID, "e2", noon)
			return err
		}))
		if anew.ID == h.ID || anew.Epoch == h.Epoch || anew.Offset != 0 || anew.Name != h.Name || anew.CheckpointAt != 0 {
			t.Errorf("%+v after %+v", anew, h)
		}
		add(t, d, pack(h, 3, 1), false)
		if err := keep(d, h, 2, stream.NewWriters(), nil, 0); !errors.Is(err, stream.ErrGone) {
			t.Error(err)
		}
		add(t, d, pack(anew, 1, 1), true)
		for range 2 {
			must(t, d.Write(ctx, func(tx *db.Tx) error { return stream.Forget(ctx, tx, anew.ID) }))
		}
		if o := open(t, d, "paper:a"); o.ID != 0 {
			t.Errorf("%+v", o)
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := stream.NewEpoch(ctx, tx, anew.ID, "e3", noon)
			return err
		})
		if !errors.Is(err, stream.ErrGone) {
			t.Error(err)
		}
		add(t, d, pack(anew, 2, 1), false)
		last := create(t, d, "paper:a")
		if last.ID == anew.ID || last.ID == h.ID {
			t.Errorf("the id %d is used again", last.ID)
		}
		heads, err := stream.Heads(ctx, d, []int64{h.ID, anew.ID, last.ID, other.ID})
		if err != nil || len(heads) != 2 || heads[last.ID] != 0 || heads[other.ID] != 2 {
			t.Error(heads, err)
		}
		var rows int
		must(t, d.QueryRow(ctx, `SELECT (SELECT count(*) FROM hotlane_live_packs) + (SELECT count(*) FROM hotlane_live_checkpoints)`).Scan(&rows))
		if rows != 1 {
			t.Errorf("%d rows are left", rows)
		}
	})
}

func TestRenew(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		h := create(t, d, "paper:a")
		add(t, d, pack(h, 1, 2), true)
		must(t, d.Write(t.Context(), func(tx *db.Tx) error { return stream.Renew(t.Context(), tx, "e2") }))
		add(t, d, pack(h, 3, 1), false)
		o := open(t, d, "paper:a")
		if o.Epoch == h.Epoch || o.Offset != 2 {
			t.Errorf("%+v", o)
		}
		add(t, d, pack(o.Head, 3, 1), true)
	})
}

// TestModel runs random appends, checkpoints and reads against a slice of all entries.
func TestModel(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			name := fmt.Sprint("paper:", n)
			h := create(t, d, name)
			var log []realtime.Entry
			floor, checkpoint := uint64(0), uint64(0)
			for range rapid.IntRange(1, 25).Draw(t, "steps") {
				end := uint64(len(log))
				switch rapid.SampledFrom([]string{"append", "append", "stale", "keep", "trim", "read"}).Draw(t, "step") {
				case "append":
					p := pack(h, end+1, rapid.IntRange(1, 6).Draw(t, "entries"))
					add(t, d, p, true)
					log = append(log, p.Entries...)
				case "stale":
					first := rapid.Uint64Range(1, end+3).Draw(t, "first")
					if first != end+1 {
						add(t, d, pack(h, first, 2), false)
					}
				case "keep":
					at, behind := rapid.Uint64Range(0, end).Draw(t, "at"), rapid.Uint64Range(0, 8).Draw(t, "keep")
					must(t, keep(d, h, at, stream.NewWriters(), fmt.Append(nil, at), behind))
					checkpoint = max(checkpoint, at)
				case "trim":
					if d.Dialect() == db.SQLite {
						packs, _ := forgotten(t, d, h.ID, 0)
						trim(t, d, packs)
					}
				case "read":
					after, limit := rapid.Uint64Range(0, end+1).Draw(t, "after"), rapid.IntRange(1, 10).Draw(t, "limit")
					got, err := stream.Read(context.Background(), d, h.ID, after, limit)
					if after < floor {
						if !errors.Is(err, stream.ErrForgotten) {
							t.Fatal(err)
						}
						continue
					}
					must(t, err)
					from := min(after, end)
					equal(t, got, log[from:min(from+uint64(limit), end)])
				}
				o := open(t, d, name)
				if o.Offset != uint64(len(log)) || o.CheckpointAt != checkpoint || o.Floor < floor || o.Floor > checkpoint {
					t.Fatalf("%+v: the log has %d, the checkpoint is at %d", o.Head, len(log), checkpoint)
				}
				floor = o.Floor
				equal(t, o.entries, log[checkpoint:])
			}
		})
	})
}

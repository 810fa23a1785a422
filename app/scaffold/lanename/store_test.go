package lanename

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
)

// eachStore runs a test on a store without notes, on SQLite, and on PostgreSQL with the tag integration.
func eachStore(t *testing.T, fn func(t *testing.T, s Store)) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		h := lanetest.Start(t, Module(), engine)
		fn(t, h.Lane.(*Lane).store)
	})
}

// add keeps a note that must be taken.
func add(t *testing.T, s Store, owner, text string) Note {
	t.Helper()
	n := Note{Owner: owner, Text: text, Written: noon}
	var err error
	if n.ID, err = s.Add(t.Context(), n, 100); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestStoreKeeps(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		ctx := t.Context()
		first, second := add(t, s, "minji", "one \x01 '; DROP TABLE notes; --"), add(t, s, "jun", "두 번째")
		if got, err := s.Note(ctx, first.ID); err != nil || got != first {
			t.Errorf("%+v, %v; want %+v", got, err, first)
		}
		if err := s.Edit(ctx, second.ID, "세 번째", noon.Add(time.Microsecond)); err != nil {
			t.Fatal(err)
		}
		second.Text, second.Edited = "세 번째", noon.Add(time.Microsecond)
		if got, err := s.Note(ctx, second.ID); err != nil || got != second {
			t.Errorf("%+v, %v; want %+v", got, err, second)
		}
		if err := s.Delete(ctx, second.ID); err != nil {
			t.Fatal(err)
		}
		_, err := s.Note(ctx, second.ID)
		for what, err := range map[string]error{"read": err, "edit": s.Edit(ctx, second.ID, "x", noon), "delete": s.Delete(ctx, second.ID)} {
			if !errors.Is(err, ErrNotFound) {
				t.Errorf("%s what is gone: %v", what, err)
			}
		}
		if third := add(t, s, "jun", "again"); third.ID <= second.ID {
			t.Errorf("the id %d after %d", third.ID, second.ID)
		}
	})
}

func TestStoreLists(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		var all []Note
		for range 5 {
			all = slices.Insert(all, 0, add(t, s, "minji", "hello"))
		}
		for _, c := range []struct {
			before int64
			limit  int
			want   []Note
		}{
			{newest, 10, all}, {newest, 2, all[:2]}, {all[1].ID, 2, all[2:4]}, {all[3].ID, 2, all[4:]}, {all[4].ID, 2, []Note{}},
		} {
			if got, err := s.Before(t.Context(), c.before, c.limit); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%d before %d: %v, %v", c.limit, c.before, got, err)
			}
		}
	})
}

// However many write at once, nobody keeps more than they may.
func TestStoreBound(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		var writers sync.WaitGroup
		for range 8 {
			writers.Go(func() {
				for range 4 {
					_, _ = s.Add(t.Context(), Note{Owner: "minji", Text: "x", Written: noon}, 5) // most are refused
				}
			})
		}
		writers.Wait()
		got, err := s.Before(t.Context(), newest, 100)
		if err != nil || len(got) > 5 || len(got) == 0 {
			t.Errorf("%d notes, %v", len(got), err)
		}
		add(t, s, "jun", "another's bound")
	})
}

package lanename

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// kept is a Store in memory: the rules are tested without a database.
type kept struct{ notes []Note }

func (k *kept) Add(_ context.Context, n Note, most int) (int64, error) {
	if len(k.notes) >= most {
		return 0, ErrTooMany
	}
	n.ID = int64(len(k.notes) + 1)
	k.notes = append(k.notes, n)
	return n.ID, nil
}

func (k *kept) Note(_ context.Context, id int64) (Note, error) {
	if id > int64(len(k.notes)) {
		return Note{}, ErrNotFound
	}
	return k.notes[id-1], nil
}

func (k *kept) Edit(_ context.Context, id int64, text string, at time.Time) error {
	k.notes[id-1].Text, k.notes[id-1].Edited = text, at
	return nil
}

func (k *kept) Delete(_ context.Context, id int64) error {
	k.notes[id-1] = Note{}
	return nil
}

func (k *kept) Before(context.Context, int64, int) ([]Note, error) { return k.notes, nil }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func newService(notes ...Note) (*Service, *kept) {
	k := &kept{notes}
	return &Service{cfg: Config{MaxText: 10, PerOwner: 2}, now: func() time.Time { return noon }, store: k}, k
}

func TestTexts(t *testing.T) {
	for _, c := range []struct{ name, text, kept string }{
		{"a text", "hello", "hello"},
		{"spaces around it go", "  hello\n", "hello"},
		{"as long as may be, in characters", strings.Repeat("한", 10), strings.Repeat("한", 10)},
		{"too long", strings.Repeat("한", 11), ""},
		{"nothing", "", ""},
		{"nothing but spaces", " \t\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, k := newService()
			n, err := s.Write(t.Context(), Caller{ID: "minji"}, c.text)
			if c.kept == "" {
				if f := fault.From(err); f.Code != ErrInvalid.Code || len(f.Fields) != 1 || f.Fields[0].Pointer != "/text" || len(k.notes) != 0 {
					t.Errorf("%v, kept %v", err, k.notes)
				}
				return
			}
			if want := (Note{ID: 1, Owner: "minji", Text: c.kept, Written: noon}); err != nil || n != want || k.notes[0].Text != c.kept {
				t.Errorf("%v, %+v, want %+v", err, n, want)
			}
		})
	}
}

func TestWhoMayChange(t *testing.T) {
	for _, c := range []struct {
		name string
		by   Caller
		id   int64
		want error
	}{
		{"who wrote it", Caller{ID: "minji"}, 1, nil},
		{"an operator", Caller{ID: "admin", Admin: true}, 1, nil},
		{"somebody else", Caller{ID: "jun"}, 1, ErrNotYours},
		{"nobody", Caller{}, 1, ErrNotYours},
		{"what is not there", Caller{ID: "minji"}, 2, ErrNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, k := newService(Note{ID: 1, Owner: "minji", Text: "hello"})
			n, err := s.Edit(t.Context(), c.by, c.id, "other")
			if !errors.Is(err, c.want) || err == nil && (n.Text != "other" || !n.Edited.Equal(noon) || n.Owner != "minji") {
				t.Errorf("edit: %v, %+v", err, n)
			}
			if changed := k.notes[0].Text == "other"; changed != (c.want == nil) {
				t.Errorf("kept: %+v", k.notes[0])
			}
			if err := s.Delete(t.Context(), c.by, c.id); !errors.Is(err, c.want) {
				t.Errorf("delete: %v", err)
			}
			if gone := k.notes[0] == (Note{}); gone != (c.want == nil) {
				t.Errorf("kept: %+v", k.notes[0])
			}
		})
	}
}

func TestConfig(t *testing.T) {
	good := DefaultConfig()
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	bad := Config{MaxText: 10_001}
	if f := fault.From(bad.Validate()); len(f.Fields) != 2 || f.Fields[0].Pointer != "/max_text" || f.Fields[1].Pointer != "/per_owner" {
		t.Errorf("%v", f)
	}
}

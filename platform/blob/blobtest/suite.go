// Package blobtest is the conformance suite of blob stores.
package blobtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/platform/blob"
)

// Opener opens the same empty store each time within one test.
type Opener func(t *testing.T, l blob.Limits, now func() time.Time) blob.Store

// Noon is what the clock of the suite's stores says.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 1000, time.UTC)

// Suite holds what Open gives against the port's promises; each calls it with an empty store of its own.
func Suite(t *testing.T, each func(t *testing.T, fn func(t *testing.T, open Opener))) {
	for name, fn := range map[string]func(*testing.T, Opener){
		"what is put is read":                   readBack,
		"the same again changes nothing":        again,
		"names are names":                       names,
		"no blob and no group passes its limit": limits,
		"many at one time":                      many,
		"what is deleted is gone":               deleted,
		"a body that fails is not kept":         failing,
		"another handle sees the same":          reopened,
	} {
		t.Run(name, func(t *testing.T) { each(t, fn) })
	}
}

func at(open Opener, t *testing.T, l blob.Limits) blob.Store {
	return open(t, l, func() time.Time { return noon })
}

func put(t *testing.T, s blob.Store, group, id, body string) blob.Info {
	t.Helper()
	i, err := s.Put(t.Context(), blob.Key{Group: group, ID: id}, "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatalf("put %s: %v", id, err)
	}
	return i
}

func read(t *testing.T, s blob.Store, group, id string) (string, blob.Info) {
	t.Helper()
	data, info, err := blob.ReadAll(t.Context(), s, blob.Key{Group: group, ID: id})
	if err != nil {
		t.Fatalf("read %s: %v", id, err)
	}
	return string(data), info
}

func list(t *testing.T, s blob.Store, group string) (ids []string) {
	t.Helper()
	all, err := s.List(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		ids = append(ids, i.ID)
	}
	return ids
}

func readBack(t *testing.T, open Opener) {
	s := at(open, t, blob.Limits{})
	for i, size := range []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 3 << 20} {
		body := strings.Repeat("0123456789abcdef", size/16+1)[:size]
		id := fmt.Sprintf("id%d", i)
		was := put(t, s, "g", id, body)
		got, info := read(t, s, "g", id)
		if got != body {
			t.Errorf("%d bytes came back as %d, or others", size, len(got))
		}
		want := blob.Info{Key: blob.Key{Group: "g", ID: id}, Type: "text/plain", Size: int64(size), SHA256: was.SHA256, Kept: noon}
		if d := cmp.Diff([]blob.Info{want, want}, []blob.Info{was, info}); d != "" {
			t.Error(d)
		}
	}
	r, _, err := s.Open(t.Context(), blob.Key{Group: "g", ID: "id5"})
	if err != nil {
		t.Fatal(err)
	}
	part := make([]byte, 20)
	if _, err := io.ReadFull(r, part); err != nil || string(part) != "0123456789abcdef0123" || r.Close() != nil {
		t.Errorf("a part: %q, %v", part, err)
	}
	for _, key := range []blob.Key{{Group: "g", ID: "none"}, {Group: "none", ID: "id1"}, {Group: "g", ID: "ID1"}, {Group: "..", ID: "g"}, {}} {
		if _, _, err := s.Open(t.Context(), key); !errors.Is(err, blob.ErrNone) {
			t.Errorf("%v: %v", key, err)
		}
	}
}

func again(t *testing.T, open Opener) {
	s := at(open, t, blob.Limits{Count: 1})
	first := put(t, s, "g", "a", "one")
	if second := put(t, s, "g", "a", "one"); second != first {
		t.Errorf("%+v, and then %+v", first, second)
	}
	_, err := s.Put(t.Context(), blob.Key{Group: "g", ID: "a"}, "text/plain", strings.NewReader("two"))
	if !errors.Is(err, blob.ErrTaken) {
		t.Error(err)
	}
	if got, _ := read(t, s, "g", "a"); got != "one" {
		t.Errorf("it is %q now", got)
	}
	later := open(t, blob.Limits{Count: 1}, func() time.Time { return noon.Add(time.Hour) })
	put(t, later, "g", "a", "one")
	if got, info := read(t, s, "g", "a"); got != "one" || !info.Kept.Equal(noon.Add(time.Hour)) {
		t.Errorf("put an hour later, it is %q of %v", got, info.Kept)
	}
}

func names(t *testing.T, open Opener) {
	s := at(open, t, blob.Limits{})
	long := strings.Repeat("a", 100)
	for _, good := range []string{"a", "A", "a.b", "-", "_", long} {
		put(t, s, good, good, good)
		if got, _ := read(t, s, good, good); got != good {
			t.Errorf("%s is %q", good, got)
		}
	}
	for _, bad := range []string{"", ".", "..", ".a", "a/b", "a b", "ä", "a\x00", long + "a", `a\b`} {
		for _, key := range []blob.Key{{Group: bad, ID: "a"}, {Group: "a", ID: bad}} {
			if _, err := s.Put(t.Context(), key, "text/plain", strings.NewReader("x")); !errors.Is(err, blob.ErrName) {
				t.Errorf("%q: %v", key, err)
			}
			if err := s.Delete(t.Context(), key); err != nil {
				t.Errorf("delete %q: %v", key, err)
			}
		}
		if err := s.DeleteGroup(t.Context(), bad); err != nil {
			t.Errorf("delete the group %q: %v", bad, err)
		}
		if all, err := s.List(t.Context(), bad); len(all) != 0 || err != nil {
			t.Errorf("the group %q has %v, %v", bad, all, err)
		}
		if _, _, err := s.Open(t.Context(), blob.Key{Group: "a", ID: bad}); !errors.Is(err, blob.ErrNone) {
			t.Errorf("open %q: %v", bad, err)
		}
	}
	if _, err := s.Put(t.Context(), blob.Key{Group: "a", ID: "b"}, "text plain", strings.NewReader("x")); !errors.Is(err, blob.ErrName) {
		t.Errorf("a type: %v", err)
	}
	if got := list(t, s, "a"); !cmp.Equal(got, []string{"a"}) {
		t.Errorf("there is %q", got)
	}
}

func limits(t *testing.T, open Opener) {
	s := at(open, t, blob.Limits{Blob: 10, Group: 25, Count: 3})
	refused := func(group, id, body string, want error) {
		t.Helper()
		if _, err := s.Put(t.Context(), blob.Key{Group: group, ID: id}, "text/plain", strings.NewReader(body)); !errors.Is(err, want) {
			t.Errorf("%d bytes as %s: %v, want %v", len(body), id, err, want)
		}
	}
	refused("g", "large", "01234567890", blob.ErrTooLarge)
	endless := &counting{}
	if _, err := s.Put(t.Context(), blob.Key{Group: "g", ID: "endless"}, "text/plain", endless); !errors.Is(err, blob.ErrTooLarge) || endless.n > 4096 {
		t.Errorf("%v, after %d bytes", err, endless.n)
	}
	put(t, s, "g", "a", "0123456789")
	put(t, s, "g", "b", "0123456789")
	refused("g", "c", "012345", blob.ErrFull)
	put(t, s, "g", "c", "01234")
	if err := s.Delete(t.Context(), blob.Key{Group: "g", ID: "a"}); err != nil {
		t.Fatal(err)
	}
	put(t, s, "g", "d", "")
	refused("g", "e", "", blob.ErrFull)
	put(t, s, "other", "e", "0123456789")
}

func many(t *testing.T, open Opener) {
	const most, writers = 10, 24
	s := at(open, t, blob.Limits{Count: most})
	var wg sync.WaitGroup
	full := make(chan error, writers)
	for i := range writers {
		wg.Go(func() {
			_, err := s.Put(t.Context(), blob.Key{Group: "g", ID: fmt.Sprintf("id%d", i/2)}, "text/plain", strings.NewReader(fmt.Sprint("body of ", i/2)))
			full <- err
		})
	}
	wg.Wait()
	close(full)
	refused := 0
	for err := range full {
		if errors.Is(err, blob.ErrFull) {
			refused++
		} else if err != nil {
			t.Error(err)
		}
	}
	if got := list(t, s, "g"); len(got) != most || refused != writers-2*most {
		t.Errorf("%d are kept, %d were refused", len(got), refused)
	}
}

func deleted(t *testing.T, open Opener) {
	s := at(open, t, blob.Limits{})
	for _, id := range []string{"a", "b", "c"} {
		put(t, s, "g", id, strings.Repeat(id, 600<<10))
		put(t, s, "other", id, id)
	}
	r, _, err := s.Open(t.Context(), blob.Key{Group: "g", ID: "c"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is none
		if err := s.Delete(t.Context(), blob.Key{Group: "g", ID: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := list(t, s, "g"); !cmp.Equal(got, []string{"b", "c"}) {
		t.Errorf("there is %q", got)
	}
	for range 2 {
		if err := s.DeleteGroup(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := io.ReadAll(r)
	if err == nil && len(got) != 600<<10 || err != nil && !errors.Is(err, blob.ErrBroken) || r.Close() != nil {
		t.Errorf("who was reading got %d bytes, %v", len(got), err)
	}
	if got := append(list(t, s, "g"), list(t, s, "other")...); !cmp.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("there is %q", got)
	}
	put(t, s, "g", "a", "another life")
	if got, _ := read(t, s, "g", "a"); got != "another life" {
		t.Errorf("it is %q", got)
	}
}

func failing(t *testing.T, open Opener) {
	s := at(open, t, blob.Limits{Count: 1})
	broken := errors.New("the line broke")
	body := io.MultiReader(strings.NewReader("a part"), &breaking{broken})
	if _, err := s.Put(t.Context(), blob.Key{Group: "g", ID: "a"}, "text/plain", body); !errors.Is(err, broken) {
		t.Error(err)
	}
	if got := list(t, s, "g"); len(got) != 0 {
		t.Errorf("there is %q", got)
	}
	put(t, s, "g", "a", "whole")
}

func reopened(t *testing.T, open Opener) {
	put(t, at(open, t, blob.Limits{}), "g", "a", "kept")
	s := at(open, t, blob.Limits{Count: 1})
	if got, _ := read(t, s, "g", "a"); got != "kept" {
		t.Errorf("it is %q", got)
	}
	if _, err := s.Put(t.Context(), blob.Key{Group: "g", ID: "b"}, "text/plain", bytes.NewReader(nil)); !errors.Is(err, blob.ErrFull) {
		t.Error(err)
	}
}

// counting is a body without end.
type counting struct{ n int }

func (c *counting) Read(p []byte) (int, error) { c.n += len(p); return len(p), nil }

type breaking struct{ err error }

func (b *breaking) Read([]byte) (int, error) { return 0, b.err }

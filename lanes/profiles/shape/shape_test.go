package shape_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/lanes/profiles/document"
	"github.com/hotlane/hotlane/lanes/profiles/shape"
)

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func of(t fataler, raw string) map[string]shape.Types {
	t.Helper()
	n, err := document.Parse([]byte(raw))
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return shape.Of(n)
}

func learned(t fataler, raws ...string) (s shape.Shape) {
	for i := 0; i < shape.Learn || i < len(raws); i++ {
		s, _ = s.Next(of(t, raws[min(i, len(raws)-1)]))
	}
	return s
}

func TestChanges(t *testing.T) {
	const known = `{"id":1,"name":"a","at":{"city":"x","zip":"1"},"tags":[{"t":"x"}],"bio":null}`
	for name, c := range map[string]struct {
		doc  string
		want []string
	}{
		"nothing":                 {known, nil},
		"null is not a change":    {`{"id":1,"name":null,"at":{"city":"x","zip":null},"tags":[{"t":"x"}],"bio":"now"}`, nil},
		"an empty list":           {`{"id":1,"name":"a","at":{"city":"x","zip":"1"},"tags":[],"bio":null}`, nil},
		"a name of another type":  {`{"id":"1","name":"a","at":{"city":"x","zip":"1"},"tags":[{"t":"x"}],"bio":null}`, []string{"changed /id number string"}},
		"a branch that moved":     {`{"id":1,"name":"a","where":{"city":"x"},"tags":[{"t":"x"}],"bio":null}`, []string{"vanished /at object ", "appeared /where  object"}},
		"one that became a text":  {`{"id":1,"name":"a","at":"x","tags":[{"t":"x"}],"bio":null}`, []string{"changed /at object string"}},
		"a leaf within":           {`{"id":1,"name":"a","at":{"city":"x"},"tags":[{"t":"x","u":1}],"bio":null}`, []string{"vanished /at/zip string ", "appeared /tags/*/u  number"}},
		"all at once, the others": {`{"x":{"y":1}}`, []string{"vanished /at object ", "vanished /bio  ", "vanished /id number ", "vanished /name string ", "vanished /tags array ", "appeared /x  object"}},
	} {
		_, changes := learned(t, known).Next(of(t, c.doc))
		var got []string
		for _, ch := range changes {
			got = append(got, fmt.Sprintf("%s %s %s %s", ch.Kind, ch.Pointer, ch.Was, ch.Is))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestWhatComesAndGoesIsOptional(t *testing.T) {
	with, without := `{"id":1,"bio":"x"}`, `{"id":1}`
	s := learned(t, with)
	if !s.Knew("/bio") {
		t.Error("what was always there is not known")
	}
	s, changes := s.Next(of(t, without))
	if len(changes) != 1 || !s.Knew("/bio") || !changes[0].Holds(of(t, without)) || changes[0].Holds(of(t, with)) {
		t.Errorf("it vanished: %v", changes)
	}
	for _, doc := range []string{without, with, without, with} {
		if s, changes = s.Next(of(t, doc)); len(changes) != 0 {
			t.Errorf("reported again: %v", changes)
		}
	}
	if s.Knew("/bio") {
		t.Error("it came back and is still required")
	}
}

func TestTheFirstOnlyTeach(t *testing.T) {
	var s shape.Shape
	for i := range shape.Learn {
		var changes []shape.Change
		if s, changes = s.Next(of(t, fmt.Sprintf(`{"id":1,"a%d":1}`, i))); changes != nil {
			t.Errorf("document %d: %v", i, changes)
		}
	}
	if s.Knew("/a0") || !s.Knew("/id") {
		t.Errorf("learned %v", s)
	}
}

// object draws a document.
func object(depth int) *rapid.Generator[map[string]any] {
	value := rapid.OneOf(
		rapid.Just[any](nil), rapid.Just[any](1), rapid.Just[any]("x"), rapid.Just[any](true),
	)
	if depth > 0 {
		value = rapid.OneOf(value,
			rapid.Map(object(depth-1), func(m map[string]any) any { return m }),
			rapid.Map(rapid.SliceOfN(object(depth-1), 0, 2), func(l []map[string]any) any { return l }),
		)
	}
	return rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c", "~/"}), value, 0, 4)
}

func draw(t *rapid.T) map[string]shape.Types {
	raw, err := json.Marshal(object(2).Draw(t, "document"))
	if err != nil {
		t.Fatal(err)
	}
	return of(t, string(raw))
}

// TestProperties: the same document again is never news, what is reported holds of the document that it is reported of and is
// about the topmost place only, learning changes no older shape, and a shape survives being written down.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s shape.Shape
		for range rapid.IntRange(1, 8).Draw(t, "documents") {
			doc := draw(t)
			before := maps.Clone(s.Places)
			next, changes := s.Next(doc)
			if !maps.Equal(before, s.Places) {
				t.Fatalf("the older shape changed")
			}
			if _, again := next.Next(doc); len(again) != 0 {
				t.Fatalf("reported again: %v", again)
			}
			for _, c := range changes {
				if !c.Holds(doc) {
					t.Fatalf("%v does not hold of %v", c, doc)
				}
				if slices.ContainsFunc(changes, func(o shape.Change) bool {
					return o.Kind == c.Kind && c.Kind != shape.Changed && strings.HasPrefix(c.Pointer, o.Pointer+"/")
				}) {
					t.Fatalf("a branch and what is in it: %v", changes)
				}
			}
			b, err := json.Marshal(next)
			var back shape.Shape
			if err != nil || json.Unmarshal(b, &back) != nil || !back.Equal(next) {
				t.Fatalf("%s is not %v", b, next)
			}
			s = next
		}
	})
}

func TestItIsBounded(t *testing.T) {
	var raw strings.Builder
	raw.WriteString(`{"a":0`)
	for i := range 5 * shape.MaxPlaces {
		fmt.Fprintf(&raw, `,"k%d":{"v":1}`, i)
	}
	raw.WriteString("}")
	s := learned(t, raw.String(), `{"z":1}`)
	if len(s.Places) > shape.MaxPlaces {
		t.Errorf("%d places", len(s.Places))
	}
}

package document_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/lanes/profiles/document"
)

func TestWhatIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		raw string
		err error
	}{
		"nothing":           {"", document.ErrSyntax},
		"a page":            {"<!doctype html><title>Log in</title>", document.ErrSyntax},
		"half":              {`{"id":1`, document.ErrSyntax},
		"two values":        {`{} {}`, document.ErrSyntax},
		"a list":            {`[{"id":1}]`, document.ErrObject},
		"a text":            {`"id"`, document.ErrObject},
		"null":              {`null`, document.ErrObject},
		"a name twice":      {`{"id":1,"id":2}`, document.ErrSyntax},
		"a name twice deep": {`{"a":[{"x":1,"\u0078":2}]}`, document.ErrSyntax},
		"not UTF-8":         {"{\"id\":\"\xff\"}", document.ErrSyntax},
		"half a pair":       {`{"id":"\ud800"}`, document.ErrSyntax},
		"a mark before it":  {"\ufeff{}", document.ErrSyntax},
		"deep lists":        {`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, document.ErrDepth},
		"deep objects":      {strings.Repeat(`{"a":`, 20_000), document.ErrDepth},
		"many values":       {`{"a":[` + strings.Repeat("0,", 200_000) + `0]}`, document.ErrValues},
	} {
		if _, err := document.Parse([]byte(c.raw)); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPointers(t *testing.T) {
	n, err := document.Parse([]byte(`{"id":9007199254740993,"a/b":{"~":[null,{"x":"y"}]},"":"empty","0":true,"n":"12","f":1.9,"e":1e300}`))
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]string{
		"/id": "9007199254740993", "/a~1b/~0/1/x": "y", "/": "empty", "/0": "true", "/f": "1.9",
		"/a~1b/~0/0": "", "/a~1b/~0/01": "", "/a~1b/~0/2": "", "/a~1b/~0/-": "", "/missing": "", "/id/x": "", "": "",
	} {
		p, err := document.ParsePointer(pointer)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := n.At(p).Scalar(); got != want || p.String() != pointer {
			t.Errorf("%s is %q, not %q", p, got, want)
		}
	}
	for _, bad := range []string{"id", "/a~", "/a~2b", "/~~0", " /a"} {
		if _, err := document.ParsePointer(bad); !errors.Is(err, document.ErrPointer) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for name, want := range map[string]int64{"id": 9007199254740993, "n": 12, "f": 1, "e": 0, "0": 0, "": 0, "missing": 0} {
		if got, _ := n.At(document.Pointer{name}).Whole(); got != want {
			t.Errorf("%s is %d", name, got)
		}
	}
}

func TestPointersSurviveTheirText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"~", "/", "~1", "~0/", ""})), 1, 5).Draw(t, "parts")
		p, err := document.ParsePointer(document.Pointer(parts).String())
		if err != nil || len(p) != len(parts) {
			t.Fatalf("%q: %v", p, err)
		}
		for i := range p {
			if p[i] != parts[i] {
				t.Fatalf("%q is not %q", p, parts)
			}
		}
	})
}

// FuzzParse: what is accepted, the standard library accepts too, and it has the same members.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":[1,2,{"b":null}]}`, `{"a":"\u0000"}`, `{"a":-0.0e-5}`, `[]`, `{"a":1,"a":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, err := document.Parse(raw)
		if err != nil {
			return
		}
		var v map[string]json.RawMessage
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		if len(v) != len(n.Named) {
			t.Errorf("%d members, not %d", len(n.Named), len(v))
		}
		n.Queryable()
	})
}

func TestQueryable(t *testing.T) {
	for raw, want := range map[string]bool{
		`{"a":[1,"b",null,true,{"c":1.5e10}]}`: true, `{"a":"\u0000"}`: false, `{"\u0000":1}`: false,
		`{"a":1e99999}`: false, `{"a":[[` + strings.Repeat("1", 200) + `]]}`: false,
	} {
		n, err := document.Parse([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		if n.Queryable() != want {
			t.Errorf("%.40s: %v", raw, !want)
		}
	}
}

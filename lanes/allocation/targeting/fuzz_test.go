package targeting

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readsBack(t *testing.T, e *Expr) {
	t.Helper()
	fromText, err := ParseText(e.Text(), testSchema)
	if err != nil {
		t.Fatalf("%s does not read back: %v", e.Text(), err)
	}
	fromJSON, err := ParseJSON(e.JSON(), testSchema)
	if err != nil {
		t.Fatalf("%s does not read back: %v", e.JSON(), err)
	}
	if d := cmp.Diff(fromText, fromJSON, exprEqual); d != "" {
		t.Fatal(d)
	}
	if d := cmp.Diff(e, fromText, exprEqual); d != "" {
		t.Fatal(d)
	}
	e.Problems()
}

func FuzzParseText(f *testing.F) {
	for _, s := range []string{
		"TRUE", "NOT TRUE", "os IN ('android','ios') AND app_version >= '5.2.0' AND NOT (country = 'KR' AND age < 19)",
		"location WITHIN 5 km OF 37.5,127.0", "age BETWEEN 1 AND 2 OR age != 3", "installed = '2026-01-31'",
		"os NOT PREFIX ('a''b') or not os EXISTS", "((((os = \"x\"))))", "age > 1e999", "os = 'x", "installed BETWEEN '2026-01-31' AND '2026-02-01'",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseText(s, testSchema)
		if err != nil {
			var _ *Error = err.(*Error)
			return
		}
		readsBack(t, e)
	})
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{
		`true`, `{"not":true}`, `{"and":[{"attr":"os","in":["android"]},{"attr":"age","gte":20,"lt":30}]}`,
		`{"or":[{"attr":"installed","eq":"2026-01-31"},{"not":{"attr":"os","prefix":["a"]}}]}`,
		`{"attr":"location","within":{"lat":37.5,"lon":127,"km":5}}`, `{"os":["android"],"age":{"gte":20,"lte":30}}`,
		`{"attr":"os","exists":false}`, `{"and":[]}`, `{"attr":"age","in":[1,2,3]}`, `{"attr":"os","in":["a"],"in":["b"]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseJSON(b, testSchema)
		if err != nil {
			var _ *Error = err.(*Error)
			return
		}
		readsBack(t, e)
	})
}

func FuzzParseAttributes(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"os":"android","age":3,"x":true,"segment":["a","b"],"location":{"lat":1,"lon":2},"y":null}`, `{"os":{"lat":1}}`, `{"\u006fs":"\ud800"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseAttributes(b)
		if err == nil && len(r.Attrs) > MaxAttrs {
			t.Fatal("too many attributes")
		}
	})
}

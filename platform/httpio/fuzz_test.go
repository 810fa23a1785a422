package httpio

import (
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hotlane/hotlane/platform/fault"
)

// Whatever comes, the endpoint sees a value that keeps its rules, or the client a problem that names what is wrong.
func FuzzBind(f *testing.F) {
	for _, body := range []string{
		`{"title":"a","authors":[{"name":"a"}],"lent":false}`, `{"title":"a","authors":[{"name":"a","born":9}],"lent":true,"pages":1}`,
		`{}`, `[]`, ``, `{"title":`, `{"tree":{"name":"x","children":[{}]}}`, `{"shelves":{"a/b":{"row":0}}}`, `{"modified":"2026-11-21T00:00:00Z"}`,
	} {
		f.Add(body, "force=true&x=%zz", "application/json")
	}
	f.Fuzz(func(t *testing.T, body, query, kind string) {
		var got *putBook
		h := compiled(t, JSON(func(_ context.Context, in *putBook) (*struct{}, error) { got = in; return nil, nil }), "PUT /v1/books/{id}")
		r := httptest.NewRequest("PUT", "/v1/books/a", nil)
		r.SetPathValue("id", "a")
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", kind)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got == nil {
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code < 400 || w.Code >= 500 || !utf8.Valid(w.Body.Bytes()) {
				t.Fatalf("%d %s: %v", w.Code, w.Body, err)
			}
			if p.Code == errInvalid.Code && (len(p.Errors) == 0 || len(p.Errors) > maxFields) {
				t.Fatalf("%d fields: %s", len(p.Errors), w.Body)
			}
			return
		}
		if bad := brokenRules(got); len(bad) > 0 {
			t.Fatalf("%q came through: %v", body, bad)
		}
	})
}

func brokenRules(b *putBook) (bad []fault.Field) {
	n := utf8.RuneCountInString(b.Title)
	for rule, ok := range map[string]bool{
		"id": b.ID == "a", "title": n >= 1 && n <= 20 && utf8.ValidString(b.Title), "authors": len(b.Authors) >= 1 && len(b.Authors) <= 4,
		"kind": b.Kind == "novel" || b.Kind == "poems" || b.Kind == "essay", "price": b.Price >= 0 && b.Price < 10000,
		"labels": len(b.Labels) <= 2, "notes": b.Notes == nil || utf8.RuneCountInString(*b.Notes) <= 5,
	} {
		if !ok {
			bad = append(bad, fault.Field{Pointer: rule})
		}
	}
	for _, a := range b.Authors {
		if a.Name == "" || a.Born < -3000 || a.Born > 2100 {
			bad = append(bad, fault.Field{Pointer: "author"})
		}
	}
	for _, s := range b.Shelves {
		if s.Row < 1 {
			bad = append(bad, fault.Field{Pointer: "shelf"})
		}
	}
	return append(bad, b.Validate()...)
}

package httpio

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	at := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(at, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got), -update if it is meant:\n%s", at, diff)
	}
}

func libraryDocument(t *testing.T) *Document {
	t.Helper()
	d := NewDocument("Library", "test")
	for _, o := range library() {
		if err := d.Add(o); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func TestDocument(t *testing.T) {
	got := libraryDocument(t).JSON()
	golden(t, "openapi.json", got)
	for range 5 {
		if !bytes.Equal(got, libraryDocument(t).JSON()) {
			t.Fatal("the same operations give different documents")
		}
	}
}

// Every reference must lead somewhere.
func TestDocumentReferences(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(libraryDocument(t).JSON(), &doc); err != nil {
		t.Fatal(err)
	}
	found := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				found++
				var at any = doc
				for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
					at = at.(map[string]any)[step]
				}
				if at == nil {
					t.Errorf("%s leads nowhere", ref)
				}
			}
			for _, e := range v {
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(doc)
	if found == 0 {
		t.Error("no references at all")
	}
}

func TestDocumentRefuses(t *testing.T) {
	ok := library()[0]
	badTag := JSON(func(context.Context, *struct {
		N int `json:"n" minimum:"many"`
	},
	) (*struct{}, error) {
		return nil, nil
	})
	for name, o := range map[string]Operation{
		"twice":   ok,
		"pattern": {Pattern: "/v1/books", Handler: ok.Handler},
		"method":  {Pattern: "BREW /v1/books", Handler: HTTP(nil)},
		"tag":     {Pattern: "POST /v1/books", Handler: badTag},
	} {
		if err := libraryDocument(t).Add(o); err == nil {
			t.Errorf("%s: was added", name)
		}
	}
}

func TestPage(t *testing.T) {
	d := libraryDocument(t)
	for _, lang := range []string{"en", "ko"} {
		page, err := d.Page("http://localhost:8080", lang)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "docs_"+lang+".html", []byte(page))
		for _, never := range []string{" style=", "<style", "<script", " onclick", "ZgotmplZ"} {
			if strings.Contains(string(page), never) {
				t.Errorf("%s: the page has %s", lang, never)
			}
		}
	}
}

// The examples are pasted into a shell, and the host comes from whoever asks.
func TestBase(t *testing.T) {
	d := libraryDocument(t)
	for base, want := range map[string]string{
		"https://api.example.com":      "https://api.example.com/v1",
		"http://[::1]:8080":            "http://[::1]:8080/v1",
		"http://x';rm -rf /;'":         "http://localhost:8080/v1",
		"http://$(reboot).example.com": "http://localhost:8080/v1",
	} {
		page, err := d.Page(base, "en")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), want) || strings.Contains(string(page), "reboot") || strings.Contains(string(page), "rm -rf") {
			t.Errorf("%q: want %q", base, want)
		}
	}
}

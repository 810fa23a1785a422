package papers

import (
	"bytes"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/fault"
)

func samplePaper(state board.State) *Whole {
	doc := &board.Document{V: 1, Paper: board.Paper{
		Title: "<b>축하해</b>", Recipient: `지우"><script>`, Theme: "birthday", Size: "medium", W: 1600, H: 2400, Zone: "Asia/Seoul", Writers: "link", State: state,
	}, Notes: []board.Note{
		{ID: "nAAAAAAAA", By: "a1", Name: "<i>민지</i>", Text: "</script><script>alert(1)</script>\n둘째 줄", Color: "lemon", Font: "hand", X: 300, Y: 200, W: 240, Rot: -3, Z: 5, Image: "i1.640.480.sum"},
		{ID: "nBBBBBBBB", By: "a2", Name: "보라", Text: "고마워", Color: "sky", Font: "sans", X: 300, Y: 220, W: 240, Z: 5},
		{ID: "nCCCCCCCC", By: "a2", X: 900, Y: 900, W: 240, Hidden: true},
	}}
	return &Whole{Card: Card{State: string(state), Lang: "ko"}, Document: doc}
}

func testPages() *pages {
	return newPages(lane.Deps{URL: func() string { return "https://paper.example" }}, nil)
}

// Whatever is written on a paper, the page says it as text, in both languages, to everybody, in every state.
func TestPageSaysWhatIsWritten(t *testing.T) {
	p := testPages()
	for _, lang := range []string{"en", "ko"} {
		for _, role := range []string{"owner", "writer", "reader"} {
			for _, state := range []board.State{board.Open, board.Closed, board.Delivered} {
				t.Run(lang+"/"+role+"/"+string(state), func(t *testing.T) {
					whole := samplePaper(state)
					whole.Role = role
					if role == "owner" {
						whole.Links = &Links{WriteURL: "https://paper.example/papers/wX", ReadURL: "https://paper.example/papers/rX"}
					}
					var page lane.Page
					if err := p.fill(&page, "board", newPaper(whole, role[:1]+"X", lang, "https://paper.example")); err != nil {
						t.Fatal(err)
					}
					body := string(page.Head + page.Body)
					for _, never := range []string{" style=", "<style", "onclick", "<script>", "<b>축하해", "<i>민지", "<no value>"} {
						if strings.Contains(body, never) {
							t.Errorf("the page has %s", never)
						}
					}
					if n := strings.Count(body, `<li class="slip`); n != 3 {
						t.Errorf("%d notes, want 3", n)
					}
					if got := strings.Contains(body, "data-write"); got != (state == board.Open && role != "reader") {
						t.Errorf("it can be written on: %v", got)
					}
					if got := strings.Contains(body, `id="read-url"`); got != (state == board.Delivered && role == "owner") {
						t.Errorf("the recipient's link is told: %v", got)
					}
				})
			}
		}
	}
}

// Both languages say the same things, with the same places to fill in, and say all that the templates and the modules ask for.
func TestPageWords(t *testing.T) {
	en, ko := pageWords["en"], pageWords["ko"]
	if got, want := slices.Sorted(maps.Keys(ko)), slices.Sorted(maps.Keys(en)); !slices.Equal(got, want) {
		t.Errorf("keys differ: %v", slices.DeleteFunc(append(slices.Clone(got), want...), func(k string) bool { return en[k] != "" && ko[k] != "" }))
	}
	places := regexp.MustCompile(`\{\w+\}`)
	for key := range en {
		a, b := places.FindAllString(en[key], -1), places.FindAllString(ko[key], -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%s: %v and %v", key, a, b)
		}
	}
	asked := regexp.MustCompile(`\bt\("([\w.]+)"|\.T\.(\w+)`)
	files, err := webFiles.ReadDir("web")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := webFiles.ReadFile("web/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(text), -1) {
			if key := m[1] + m[2]; en[key] == "" {
				t.Errorf("%s asks for the words %q", f.Name(), key)
			}
		}
	}
	for _, refusal := range []*fault.Error{ErrClosed, ErrReadOnly, ErrNotOwner, ErrNotInvited, ErrNotYours, ErrNoNote, ErrNoteGone, ErrHidden, ErrFull, ErrWorn} {
		if en[refusal.Code] == "" {
			t.Errorf("there are no words for the refusal %s", refusal.Code)
		}
	}
}

// The file that is kept needs nothing: no scripts, no addresses; pictures are in it, hidden notes are not.
func TestKeptFile(t *testing.T) {
	picture := func(name string) (string, []byte, error) { return "image/png", []byte(name), nil }
	var b bytes.Buffer
	at := time.Date(2026, time.November, 21, 20, 0, 0, 0, time.UTC)
	if err := testPages().kept(&b, samplePaper(board.Delivered).Document, "ko", at, picture); err != nil {
		t.Fatal(err)
	}
	file := b.String()
	for _, want := range []string{"data:image/png;base64,aTEuNjQwLjQ4MC5zdW0=", "--x:300;--y:200;--w:240;--rot:-3;--layer:1", "2026년 11월 22일", "고마워", "&lt;/script&gt;", `data-look="birthday"`} {
		if !strings.Contains(file, want) {
			t.Errorf("the file lacks %s", want)
		}
	}
	for _, never := range []string{"<script", "<link rel=\"stylesheet", "src=\"/", "href=\"/", "@import", "nCCCCCCCC", "ZgotmplZ", "가려진"} {
		if strings.Contains(file, never) {
			t.Errorf("the file has %s", never)
		}
	}
	if outside := regexp.MustCompile(`(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//`).FindString(file); outside != "" {
		t.Errorf("the file asks somebody: %s", outside)
	}
	broken := errors.New("broken")
	err := testPages().kept(&b, samplePaper(board.Delivered).Document, "en", at, func(string) (string, []byte, error) { return "", nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("a picture that cannot be read: %v", err)
	}
}

// What the page's module says of a note's tape the server says too (test/js/unit/papers.test.js has the same).
func TestFix(t *testing.T) {
	for id, want := range map[string]int{"nAAAAAAAA": 1, "nCCCCCCCD": 0, "nCCCCCCCE": 3, "nCCCCCCCB": 2} {
		if got := fix(id); got != want {
			t.Errorf("%s: %d, want %d", id, got, want)
		}
	}
}

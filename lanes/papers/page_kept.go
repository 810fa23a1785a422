package papers

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
)

// keptView is a paper as one file: styles and pictures in it, no scripts, nothing from anywhere.
type keptView struct {
	T               words
	Lang            string
	Paper           board.Paper
	To, Count, When string
	High            int // how much of the board is shown, in board units
	Style           template.CSS
	Notes           []slipView
	picture         func(name string) (media string, body []byte, err error)
}

// kept writes a paper as a file that opens, looks and prints the same without us. Hidden notes are left out. picture gives the pictures
// that notes name, one after the other while the file is written; its error ends the writing. lang is "en" or "ko".
func (p *pages) kept(w io.Writer, doc *board.Document, lang string, at time.Time, picture func(name string) (media string, body []byte, err error)) error {
	t, ok := pageWords[lang]
	if !ok {
		t, lang = pageWords["en"], "en"
	}
	notes := visible(doc)
	v := &keptView{
		T: t, Lang: lang, Paper: doc.Paper, To: t.with("to", "name", doc.Paper.Recipient), Count: t.count(len(notes)), Style: p.keptStyle,
		High: shownHeight(doc.Paper, notes), When: t.with("keptAt", "when", t.day(at, doc.Paper.Zone)), picture: picture,
	}
	layer := layers(notes)
	for i := range notes {
		s := slip(&notes[i], t, "")
		s.Layer = layer[s.ID]
		v.Notes = append(v.Notes, s)
	}
	return p.templates.ExecuteTemplate(w, "kept", v)
}

// Source is a picture as a URL with the picture in it.
func (v *keptView) Source(name string) (template.URL, error) {
	media, body, err := v.picture(name)
	if err != nil {
		return "", fmt.Errorf("picture %s: %w", name, err)
	}
	return template.URL("data:" + media + ";base64," + base64.StdEncoding.EncodeToString(body)), nil //nolint:gosec // of our own encoder
}

// layers say what lies above what: z, then id.
func layers(notes []board.Note) map[string]int {
	order := slices.Clone(notes)
	slices.SortFunc(order, func(a, b board.Note) int { return cmp.Or(cmp.Compare(a.Z, b.Z), strings.Compare(a.ID, b.ID)) })
	at := make(map[string]int, len(order))
	for i, n := range order {
		at[n.ID] = i + 1
	}
	return at
}

// keptStyle puts the styles together. What the page's module chooses, board or list, the file leaves to two radio buttons, and to how
// wide the screen is while none of them is pressed.
func keptStyle(files fs.FS) (template.CSS, error) {
	var parts [3]string
	for i, name := range [...]string{"paper.css", "kept.css", "paper-board.css"} {
		text, err := fs.ReadFile(files, "web/"+name)
		if err != nil {
			return "", err
		}
		parts[i] = string(text)
	}
	as := func(when string) string {
		return strings.ReplaceAll(parts[2], `.sheet[data-view="board"]`, when+" .sheet")
	}
	return template.CSS(parts[0] + parts[1] + as("body:has(#as-board:checked)") + //nolint:gosec // our own files
		"@media (min-width: 48rem) {\n" + as("body:not(:has(#as-list:checked))") + "}\n"), nil
}

// day writes a date in a zone.
func (w words) day(t time.Time, zone string) string {
	if at, err := time.LoadLocation(zone); err == nil {
		t = t.In(at)
	}
	if w["lang"] == "ko" {
		return t.Format("2006년 1월 2일")
	}
	return t.Format("2 January 2006")
}

// shownHeight leaves out what is empty below the last note (shown in web/look.js).
func shownHeight(p board.Paper, notes []board.Note) int {
	low := 0.0
	for i := range notes {
		low = max(low, float64(notes[i].Y)+slipHeight(&notes[i])/2+30)
	}
	return min(p.H, max(int(math.Round(low))+60, p.W/2))
}

// slipHeight is about how high a note is, in board units (height in web/place.js).
func slipHeight(n *board.Note) float64 {
	across := max(4, float64(n.W-32)/20) // letters of a line, as wide as they are high
	lines := 0.0
	for line := range strings.SplitSeq(n.Text, "\n") {
		wide := 0.0
		for _, c := range line {
			if wide += 0.55; c > 0x2e80 {
				wide += 0.45
			}
		}
		lines += max(1, math.Ceil(wide/across))
	}
	picture := 0.0
	if w, h, ok := imageSize(n.Image); ok {
		picture = float64(n.W-24)*float64(h)/float64(w) + 12
	}
	return math.Round(72 + lines*30 + picture)
}

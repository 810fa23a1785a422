package papers

import (
	"encoding/json"
	"hash/fnv"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/lanes/papers/board"
)

// homeView is what the template of the page that makes papers shows.
type homeView struct {
	T      words
	Lang   string
	Codes  string // words for refusals by code, as JSON
	Themes []choice
	Sizes  []choice
}

// choice is one of several, as a control shows it.
type choice struct {
	Name, Value, Label string
	Color              string
	Chosen             bool
}

// paperView is what the template of a paper shows.
type paperView struct {
	T                                 words
	Role                              string
	Paper                             board.Paper
	To, Count, Invites                string
	Waiting                           string // how many notes wait for the recipient
	Notice, NoticeKind                string
	KeepURL                           string
	WriteURL, ReadURL                 string // empty: not to be told
	Mail, Mailed                      string
	Notes                             []slipView
	Reports                           []reportView // for the owner
	Colors, Fonts, Widths, ThemeChips []choice
	Data                              paperData
}

// paperData is what the page's module begins with.
type paperData struct {
	ID       string          `json:"id"`
	Link     string          `json:"link"`
	Role     string          `json:"role"`
	Document *board.Document `json:"document"`
}

// reportView is a report of a note that is there.
type reportView struct{ Note, Name, Text, Reason string }

// slipView is one note.
type slipView struct {
	ID, Name, Text, Color, Font string
	Fix                         int // how it is fixed to the paper: tape in the middle, left, right, a pin
	Hidden                      bool
	Veil                        string
	Picture                     *pictureView
	X, Y, W, Rot, Layer         int
}

type pictureView struct {
	Name string
	URL  template.URL
	W, H int
	Alt  string
}

// with fills the places of a text: {name} by pairs of names and values.
func (w words) with(key string, pairs ...string) string {
	named := make([]string, len(pairs))
	for i, p := range pairs {
		if i%2 == 0 {
			p = "{" + p + "}"
		}
		named[i] = p
	}
	return strings.NewReplacer(named...).Replace(w[key])
}

// of is the words with the recipient's name in those that have a place for it.
func (w words) of(recipient string) words {
	filled := make(words, len(w))
	for key, text := range w {
		filled[key] = text
	}
	for _, key := range []string{"deliverTitle", "deliverText", "handedText"} {
		filled[key] = w.with(key, "name", recipient)
	}
	return filled
}

// count says how many notes there are.
func (w words) count(n int) string {
	switch n {
	case 0:
		return w["countNone"]
	case 1:
		return w["countOne"]
	}
	return w.with("count", "n", strconv.Itoa(n))
}

func (w words) choices(name string, values []string, key func(string) string, chosen string) []choice {
	list := make([]choice, len(values))
	for i, v := range values {
		list[i] = choice{Name: name, Value: v, Label: w[key(v)], Chosen: v == chosen}
	}
	return list
}

func same(v string) string     { return v }
func themeKey(v string) string { return "theme" + strings.ToUpper(v[:1]) + v[1:] }
func sizeKey(v string) string  { return "size" + strings.ToUpper(v[:1]) + v[1:] }

// newHome is the page that makes papers.
func newHome(lang string) *homeView {
	w := pageWords[lang]
	v := &homeView{T: w, Lang: lang, Themes: w.choices("theme", board.Themes(), themeKey, "")}
	colors := []string{"lemon", "rose", "sky", "mint", "peach", "lilac"}
	for i := range v.Themes {
		v.Themes[i].Color = colors[i%len(colors)]
	}
	sizes := []string{"small", "medium", "large", "huge"}
	v.Sizes = w.choices("size", sizes, sizeKey, "medium")
	v.Codes = w.codes("limited")
	return v
}

// codes are words for refusals by their code, as form.js takes them.
func (w words) codes(keys ...string) string {
	list := map[string]string{}
	for _, k := range keys {
		list["papers."+k] = w[k]
	}
	text, err := json.Marshal(list)
	if err != nil { // a map of texts
		panic(err)
	}
	return string(text)
}

// newPaper makes what a page shows of a paper to whoever has the link. base is where the site is.
func newPaper(p *Whole, link, lang, base string) *paperView {
	doc := p.Document
	w := pageWords[lang].of(doc.Paper.Recipient)
	shown := visible(doc)
	v := &paperView{
		T: w, Role: p.Role, Paper: doc.Paper, To: w.with("to", "name", doc.Paper.Recipient), Count: w.count(len(shown)),
		Invites: w.with("invites", "name", doc.Paper.Recipient), KeepURL: "/v1/papers/" + link + "/export?format=html&lang=" + lang, Mail: p.Mail,
		Data:   paperData{ID: p.ID, Link: link, Role: p.Role, Document: doc},
		Colors: w.choices("color", board.Colors(), same, "lemon"), Fonts: w.choices("font", board.Fonts(), same, "hand"),
		Widths:     w.choices("w", []string{"180", "240", "360"}, func(v string) string { return "w" + v }, "240"),
		ThemeChips: w.choices("theme", board.Themes(), themeKey, doc.Paper.Theme),
	}
	if v.Waiting = w.with("wroteFor", "n", strconv.Itoa(len(shown))); len(shown) == 1 {
		v.Waiting = w["wroteForOne"]
	}
	v.notice()
	v.links(p, link, lang, base)
	for _, n := range doc.Notes {
		v.Notes = append(v.Notes, slip(&n, w, "/v1/papers/"+link+"/images/"))
	}
	v.reports(p)
	return v
}

func (v *paperView) reports(p *Whole) {
	if p.Role != "owner" {
		return
	}
	for _, r := range p.Reports {
		at := slices.IndexFunc(p.Document.Notes, func(n board.Note) bool { return n.ID == r.Note && !n.Hidden })
		if at >= 0 {
			n := &p.Document.Notes[at]
			v.Reports = append(v.Reports, reportView{n.ID, n.Name, n.Text, r.Reason})
		}
	}
}

func visible(doc *board.Document) []board.Note {
	var list []board.Note
	for _, n := range doc.Notes {
		if !n.Hidden {
			list = append(list, n)
		}
	}
	return list
}

func (v *paperView) notice() {
	switch {
	case v.Role == "owner" && v.Paper.State == board.Closed:
		v.Notice, v.NoticeKind = v.T["closedOwner"], "info"
	case v.Role == "writer" && v.Paper.State == board.Closed:
		v.Notice, v.NoticeKind = v.T["closedWriter"], "info"
	case v.Role == "writer" && v.Paper.State == board.Delivered:
		v.Notice, v.NoticeKind = v.T["deliveredWriter"], "good"
	}
}

// links are told to whom they are for: the writers' to who writes, the recipient's to the owner once it may be handed over.
func (v *paperView) links(p *Whole, link, lang, base string) {
	if p.Role == "writer" && strings.HasPrefix(link, string(writeLink)) && v.Paper.Writers == board.WritersLink {
		v.WriteURL = base + pagePath + link // who writes may ask others to
	}
	if p.Links == nil || p.Role != "owner" {
		return
	}
	v.WriteURL = p.Links.WriteURL
	if p.State == string(board.Delivered) {
		v.ReadURL = p.Links.ReadURL
		if lang != p.Lang && p.Lang != "" {
			v.ReadURL += "?" + url.Values{"lang": {p.Lang}}.Encode()
		}
		if p.Mailed != "" {
			v.Mailed = v.T["mailed."+p.Mailed]
		}
	}
}

func slip(n *board.Note, w words, images string) slipView {
	s := slipView{
		ID: n.ID, Name: n.Name, Text: n.Text, Color: n.Color, Font: n.Font, Fix: fix(n.ID), Hidden: n.Hidden, Veil: w["hiddenNote"],
		X: n.X, Y: n.Y, W: n.W, Rot: n.Rot,
	}
	if width, height, ok := imageSize(n.Image); ok && !n.Hidden {
		s.Picture = &pictureView{Name: n.Image, URL: template.URL(images + n.Image), W: width, H: height, Alt: w.with("picture", "name", n.Name)} //nolint:gosec // our own path and a checked name
	}
	return s
}

// imageSize reads "<id>.<width>.<height>.<signature>".
func imageSize(image string) (width, height int, ok bool) {
	parts := strings.Split(image, ".")
	if len(parts) != 4 {
		return 0, 0, false
	}
	width, err := strconv.Atoi(parts[1])
	if err != nil {
		return 0, 0, false
	}
	height, err = strconv.Atoi(parts[2])
	return width, height, err == nil && width > 0 && height > 0
}

// fix is how a note is fixed to the paper, by its id: the same everywhere (fix in web/place.js).
func fix(id string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int(h.Sum32() % 4)
}

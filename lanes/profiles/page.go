package profiles

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// view is what the templates of a profile's page show.
type view struct {
	*words
	Words             *words
	Name, Username    string
	Long              bool // a name that needs smaller letters
	Path, Canonical   string
	Face              faceView
	Bio               []span
	Counts            []countView
	Fields            []fieldView
	Original, Source  string
	Fetched           string // RFC 3339
	When, CachedAgo   string
	Drift             bool
	Site, Description string
	NoIndex           bool
	Data              structured
}

type countView struct{ Label, N string }

type fieldView struct {
	Label string
	Text  []span
}

// faceView is the picture in the sizes that there are.
type faceView struct {
	Alt, Small, Medium, Large string
	Absolute                  string // of the large one, for other sites; empty: there is none of the person's own
}

// Most characters that a page shows of what strangers write.
const (
	maxNameShown   = 300
	maxBio         = 5000
	maxFieldText   = 500
	maxLabel       = 60
	maxDescription = 160
	longName       = 40
	maxShown       = 24 // counts, and fields
)

// profilePath is where a person's page is.
func profilePath(username string) string { return "/@" + url.PathEscape(username) }

// view makes what a page shows of a profile.
func (p *pages) view(one *Profile, lang string) *view {
	w := pageWords[lang]
	c := &one.Card
	v := &view{
		words: w, Words: w, Username: oneLine(one.Username, maxNameShown), Path: profilePath(one.Username), Canonical: p.url() + profilePath(one.Username),
		Source: p.title, Drift: one.Drifted, Site: p.site(), NoIndex: p.cfg.NoIndex,
		Fetched: one.Fetched.UTC().Format(time.RFC3339), When: w.day(one.Fetched),
	}
	v.Name = oneLine(c.Name, maxNameShown)
	if v.Name == "" {
		v.Name = v.Username
	}
	v.Long = utf8.RuneCountInString(v.Name) > longName
	v.Bio = linkify(legible(c.Bio, maxBio))
	v.Original = link(c.URL)
	if one.Stale && one.Age >= time.Minute {
		v.CachedAgo = fmt.Sprintf(w.Cached, w.ago(one.Age))
	}
	for _, n := range c.Counts[:min(len(c.Counts), maxShown)] {
		v.Counts = append(v.Counts, countView{oneLine(labelOf(lang, n.Label), maxLabel), grouped(n.N)})
	}
	for _, f := range c.Fields[:min(len(c.Fields), maxShown)] {
		if text := oneLine(f.Text, maxFieldText); text != "" {
			v.Fields = append(v.Fields, fieldView{oneLine(labelOf(lang, f.Label), maxLabel), linkify(text)})
		}
	}
	v.Description = oneLine(c.Bio, maxDescription)
	if v.Description == "" {
		v.Description = fmt.Sprintf(w.AboutNobody, v.Name, v.Username)
	}
	v.Face = p.face(one, v)
	v.Data = structure(one, v)
	return v
}

func (p *pages) face(one *Profile, v *view) faceView {
	at := func(size int) string { return picturePath(one, size) }
	f := faceView{Alt: fmt.Sprintf(v.Picture, oneLine(v.Name, longName)), Small: at(96), Medium: at(192), Large: at(384)}
	if link(one.Card.Picture) != "" {
		f.Absolute = p.url() + f.Large
	}
	return f
}

// Title is the page's: the name, and what people are found by.
func (v *view) Title() string {
	if v.Name == v.Username {
		return "@" + v.Username
	}
	return oneLine(v.Name, 80) + " (@" + v.Username + ")"
}

// structured is what search engines read (schema.org's ProfilePage). The template writes it into a script element, escaped as JSON
// within HTML: nothing of a stranger's can end the element.
type structured struct {
	Context string `json:"@context"`
	Type    string `json:"@type"`
	URL     string `json:"url"`
	Lang    string `json:"inLanguage"`
	Read    string `json:"dateModified"`
	Person  person `json:"mainEntity"`
}

type person struct {
	Type        string        `json:"@type"`
	Name        string        `json:"name"`
	Alternate   string        `json:"alternateName"`
	Identifier  string        `json:"identifier"`
	Description string        `json:"description,omitempty"`
	Image       string        `json:"image,omitempty"`
	SameAs      []string      `json:"sameAs,omitempty"`
	Did         []interaction `json:"agentInteractionStatistic,omitempty"`
	Got         []interaction `json:"interactionStatistic,omitempty"`
}

type interaction struct {
	Type  string `json:"@type"`
	Kind  string `json:"interactionType"`
	Count int64  `json:"userInteractionCount"`
}

// actions are schema.org's for the counts that are common; what the person did, and what others did.
var actions = map[string]struct {
	kind string
	did  bool
}{
	"followers": {"https://schema.org/FollowAction", false}, "likes": {"https://schema.org/LikeAction", false},
	"following": {"https://schema.org/FollowAction", true}, "posts": {"https://schema.org/WriteAction", true},
}

func structure(one *Profile, v *view) structured {
	who := person{
		Type: "Person", Name: v.Name, Alternate: v.Username, Identifier: one.ID, Description: oneLine(one.Card.Bio, maxBio), Image: v.Face.Absolute,
	}
	if v.Original != "" {
		who.SameAs = []string{v.Original}
	}
	for _, n := range one.Card.Counts {
		a, ok := actions[strings.ToLower(n.Label)]
		switch counted := (interaction{"InteractionCounter", a.kind, n.N}); {
		case !ok:
		case a.did:
			who.Did = append(who.Did, counted)
		default:
			who.Got = append(who.Got, counted)
		}
	}
	return structured{
		Context: "https://schema.org", Type: "ProfilePage", URL: v.Canonical, Lang: v.Lang, Read: v.Fetched, Person: who,
	}
}

// icon is the person's picture in the browser's tab.
func (v *view) Icon() template.URL { return template.URL(v.Face.Small) } //nolint:gosec // our own path

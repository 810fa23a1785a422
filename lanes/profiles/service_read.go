package profiles

import (
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/platform/fault"
)

// Question asks for one profile, by username or by id.
type Question struct {
	Source   string `json:"source" minLength:"1" maxLength:"31"`
	Username string `json:"username,omitempty" maxLength:"800" doc:"this or the id"`
	ID       string `json:"id,omitempty" maxLength:"800"`
}

// One is the answer to one of several questions.
type One struct {
	Profile *Profile
	Err     error
}

const atOnce = 16 // questions of a batch that are looked for at one time

// Batch answers questions in their order, each for itself.
func (s *Service) Batch(ctx context.Context, questions []Question) []One {
	out := make([]One, len(questions))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, q := range questions {
		g.Go(func() error {
			b, name := byUsername, q.Username
			if q.ID != "" {
				b, name = byID, q.ID
			}
			out[i].Profile, out[i].Err = s.find(ctx, q.Source, b, name)
			return nil
		})
	}
	_ = g.Wait() // each has its own error
	return out
}

// Search is a question for all who have something in common.
type Search struct {
	Source string
	Where  []Match // 1 to 3
	After  string  // the Next of the page before
	Limit  int     // 1 to 100
}

// Match is what an indexed field must be. Case does not count.
type Match struct {
	Field  string
	Text   string
	Prefix bool // the field begins with the text
}

// Page is a part of what a search found.
type Page struct {
	Profiles []*Profile
	Next     string // "": that was all
}

var (
	errField = fault.New(fault.Invalid, "profiles.search_field", "The source's profiles cannot be searched by this.")
	errAfter = fault.New(fault.Invalid, "profiles.search_after", "This is no place in a search.").
			With(fault.Field{Pointer: "query:after", Rule: "must be the next of the page before"})
)

// Search finds profiles that are kept, in the order of the first field. The source is not asked: whoever was never fetched is not
// found. A page may have fewer than Limit, even none, and still a Next.
func (s *Service) Search(ctx context.Context, q Search) (*Page, error) {
	src := s.sources[q.Source]
	if src == nil {
		return nil, ErrSource
	}
	var where [3]condition
	for i, m := range q.Where[:min(len(q.Where), len(where))] {
		if _, known := src.cfg.Index[m.Field]; !known && m.Field != "username" {
			return nil, errField.With(fault.Field{Pointer: "query:" + m.Field, Rule: "must be username or one of the source's index"})
		}
		low := searchable(m.Text)
		where[i] = condition{m.Field, low, low + "\x01"} // values have no such characters: only the text itself is between
		if m.Prefix {
			where[i].high = low + "\U0010ffff"
		}
	}
	after, err := readPlace(q.After)
	if err != nil {
		return nil, err
	}
	list, last, more, err := s.store.Search(ctx, q.Source, where, after, q.Limit)
	if err != nil {
		return nil, err
	}
	now, page := s.now(), &Page{}
	for _, r := range list {
		e, err := s.entryOf(src, r)
		if err != nil {
			return nil, err
		}
		if p, err := s.answer(e, now); err == nil && p.Age < src.cfg.Stale {
			page.Profiles = append(page.Profiles, p)
		}
	}
	if more {
		page.Next = place(last)
	}
	return page, nil
}

// place is where a search goes on, as a text.
func place(f found) string {
	return base64.RawURLEncoding.EncodeToString([]byte(f.value + "\x00" + f.id))
}

func readPlace(text string) (found, error) {
	if text == "" {
		return found{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	value, id, ok := strings.Cut(string(b), "\x00")
	if err != nil || !ok || checkName(id, "") != nil || !utf8.ValidString(value) {
		return found{}, errAfter
	}
	return found{value, id}, nil
}

// Version is a document that a profile had.
type Version struct {
	Username string    `json:"username"`
	Since    time.Time `json:"since" doc:"when it was first seen"`
	Until    time.Time `json:"until" doc:"when it was seen to be another"`
	Document Raw       `json:"document"`
}

// History gives former documents of a profile that is kept, the latest first, which began before a time; the zero time: all.
func (s *Service) History(ctx context.Context, source string, b by, name string, before time.Time, limit int) ([]Version, error) {
	src, a, err := s.question(source, b, name)
	if err != nil {
		return nil, err
	}
	r, _, err := s.store.Look(ctx, source, b, a.key)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, ErrNotFound
	}
	e, err := s.entryOf(src, r)
	if err != nil {
		return nil, err
	}
	if _, err := s.answer(e, s.now()); err != nil {
		return nil, err
	}
	end := int64(1) << 62
	if !before.IsZero() {
		end = before.UnixMicro()
	}
	kept, err := s.store.History(ctx, source, r.ID, end, limit)
	if err != nil {
		return nil, err
	}
	list := make([]Version, len(kept))
	for i, v := range kept {
		list[i] = Version{v.Username, time.UnixMicro(v.Since).UTC(), time.UnixMicro(v.Until).UTC(), v.Document}
	}
	return list, nil
}

// SourceReport is how a source is doing.
type SourceReport struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Rate     float64    `json:"rate" doc:"requests a second, over all nodes"`
	Waiting  int        `json:"waiting" doc:"questions that wait for their turn, on this node"`
	Stopped  *time.Time `json:"stopped_until,omitempty" doc:"the source asked to be left alone until then"`
	Resting  int        `json:"resting_s" doc:"the source failed again and again, and this node leaves it alone for so many seconds"`
	Profiles int64      `json:"profiles" doc:"that are kept; counted up to 1000000"`
	Drifted  int64      `json:"drifted" doc:"of those, whose card is an older one since the document has none"`
	Drift    []Drift    `json:"drift" doc:"how documents differ from those before them, the latest first; at most 200"`
	Trouble  *Trouble   `json:"trouble,omitempty" doc:"what went wrong last, on this node"`
}

// Trouble is something that went wrong.
type Trouble struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Sources says how each source is doing.
func (s *Service) Sources(ctx context.Context) ([]SourceReport, error) {
	list := make([]SourceReport, 0, len(s.sources))
	for _, source := range slices.Sorted(maps.Keys(s.sources)) {
		src := s.sources[source]
		st, err := s.store.State(ctx, source)
		if err != nil {
			return nil, err
		}
		_, drift, err := s.store.Known(ctx, source)
		if err != nil {
			return nil, err
		}
		r := SourceReport{
			Name: source, Title: src.cfg.Title, Rate: src.cfg.Rate, Waiting: src.pacer.Waiting(), Profiles: st.profiles, Drifted: st.drifted,
			Drift: append([]Drift{}, drift...), Resting: int(src.upstream.resting().Seconds()),
		}
		if until := time.UnixMicro(st.stopped).UTC(); until.After(src.pacer.now()) {
			r.Stopped = &until
		}
		if at, text := src.trouble.last(); text != "" {
			r.Trouble = &Trouble{at.UTC(), text}
		}
		list = append(list, r)
	}
	return list, nil
}

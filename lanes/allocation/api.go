package allocation

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// Request asks what to show.
type Request struct {
	Placements []Ask             `json:"placements" minItems:"1" maxItems:"20" doc:"what is to be filled"`
	User       UserInfo          `json:"user,omitzero" doc:"who will see it"`
	Attributes targeting.Request `json:"attributes,omitzero" doc:"what is known of the request: text, number, boolean, list of texts, or {lat, lon}; before the user's where both have one"`
	Exclude    Exclude           `json:"exclude,omitzero" doc:"what must not be in the answer"`
	Seed       *uint64           `json:"seed,omitempty" doc:"chooses among creatives; the same seed over the same state gives the same answer"`
	Explain    Explain           `json:"explain,omitzero" doc:"true: say of every candidate why it did not win; or the id of one line item. Nothing is reserved or counted then. Needs the service or admin key"`
}

// Ask is one placement to be filled.
type Ask struct {
	ID    string `json:"id" minLength:"1" maxLength:"64" example:"lock"`
	Count int    `json:"count,omitempty" minimum:"0" maximum:"50" doc:"slots; 0: as many as the placement has"`
}

// UserInfo is who will see it.
type UserInfo struct {
	ID         string            `json:"id,omitempty" maxLength:"256" doc:"stable id; without it, what has a frequency cap is withheld"`
	Attributes targeting.Request `json:"attributes,omitzero"`
}

// Exclude names what must not be in the answer.
type Exclude struct {
	LineItems   []string `json:"line_items,omitempty" maxItems:"1000"`
	Creatives   []string `json:"creatives,omitempty" maxItems:"1000"`
	Advertisers []string `json:"advertisers,omitempty" maxItems:"1000"`
}

// Explain is false, true, or the id of one line item. What it has besides is for callers in this process.
type Explain struct {
	All      bool
	LineItem string
	Dry      bool // as an explanation decides, with nothing reserved or counted, but nothing is reported
	Offline  bool // leases are not known: money objects to nothing
}

// IsZero reports whether nothing is to be explained.
func (e Explain) IsZero() bool { return e == Explain{} }

// Answer says what to show.
type Answer struct {
	RequestID   string            `json:"request_id"`
	Placements  []Filled          `json:"placements"`
	Explanation []PlacementReport `json:"explanation,omitempty"`
}

// Filled is one placement's share of an answer.
type Filled struct {
	ID       string         `json:"id"`
	Items    []Shown        `json:"items"`
	Unfilled map[string]int `json:"unfilled,omitempty" doc:"when slots stayed empty: why candidates were passed over, and how often"`
}

// Shown is one slot of an answer.
type Shown struct {
	Slot     int     `json:"slot" doc:"from 1"`
	Kind     string  `json:"kind" enum:"ad,content"`
	LineItem string  `json:"line_item"`
	Creative string  `json:"creative"`
	Title    string  `json:"title"`
	Image    string  `json:"image"`
	Landing  string  `json:"landing"`
	Extra    RawJSON `json:"extra" doc:"what the creative carries for the app, or null"`
	Price    int64   `json:"price,omitempty" doc:"micros that are reserved for this impression"`
	Token    string  `json:"token,omitempty" doc:"for /v1/events"`
	from     *creative
}

// AppendJSON writes the answer as encoding/json would; what of it is the same in every answer was encoded once.
func (a *Answer) AppendJSON(b []byte) []byte {
	b = append(b, `{"request_id":"`...)
	b = append(b, a.RequestID...)
	b = append(b, `","placements":[`...)
	for i := range a.Placements {
		if i > 0 {
			b = append(b, ',')
		}
		b = a.Placements[i].appendJSON(b)
	}
	b = append(b, ']')
	if len(a.Explanation) > 0 {
		b = append(b, `,"explanation":`...)
		b = appendMarshal(b, a.Explanation)
	}
	return append(b, '}')
}

func (f *Filled) appendJSON(b []byte) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, f.ID)
	b = append(b, `,"items":[`...)
	for i := range f.Items {
		s := &f.Items[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"slot":`...)
		b = strconv.AppendInt(b, int64(s.Slot), 10)
		b = append(b, `,"kind":"`...)
		b = append(b, s.Kind...)
		b = append(b, `",`...)
		b = append(b, s.from.json...)
		if s.Price > 0 {
			b = append(b, `,"price":`...)
			b = strconv.AppendInt(b, s.Price, 10)
		}
		if s.Token != "" {
			b = append(b, `,"token":"`...)
			b = append(b, s.Token...)
			b = append(b, '"')
		}
		b = append(b, '}')
	}
	b = append(b, ']')
	if len(f.Unfilled) > 0 {
		b = append(b, `,"unfilled":`...)
		b = appendMarshal(b, f.Unfilled)
	}
	return append(b, '}')
}

// appendString writes a JSON string; ids are plain, so the slow way is rare.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendMarshal(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// PlacementReport explains one placement.
type PlacementReport struct {
	Placement string            `json:"placement"`
	Reports   []CandidateReport `json:"candidates"`
	More      int               `json:"more,omitempty" doc:"candidates that did not fit into the report"`
}

// CandidateReport says of one line item whether it won, and if not, all reasons why.
type CandidateReport struct {
	LineItem string         `json:"line_item"`
	Name     string         `json:"name,omitempty"`
	Rank     int            `json:"rank" doc:"place among those that may run, from 1; 0: it cannot run at all"`
	Slot     int            `json:"slot,omitempty" doc:"the slot it won"`
	Reasons  []ReasonReport `json:"reasons,omitempty"`
}

// ReasonReport is one reason.
type ReasonReport struct {
	Code   string `json:"code"`
	Text   string `json:"text"`
	Detail string `json:"detail,omitempty"`
}

// appendMarshal is for what is rare enough not to need an encoder.
func appendMarshal(b []byte, v any) []byte {
	j, err := json.Marshal(v)
	if err != nil { // strings and numbers only
		panic(err)
	}
	return append(b, j...)
}

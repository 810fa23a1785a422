package profiles

import (
	"errors"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// Profile is one person of one source, as it was when it was last fetched.
type Profile struct {
	Source   string    `json:"source" example:"people" doc:"the source's name in the config"`
	ID       string    `json:"id" doc:"what the source knows the person by for good"`
	Username string    `json:"username" doc:"as the source writes it; it may change"`
	Card     Card      `json:"card" doc:"what a page shows"`
	Drifted  bool      `json:"drifted,omitempty" doc:"the source's schema changed so that the card could not be made: it is the person's last good one"`
	Document Raw       `json:"document,omitempty" doc:"what the source answered, whole, byte for byte"`
	Fetched  time.Time `json:"fetched_at" doc:"when the source last said so"`

	// These are of the answer, not of the person.
	Age   time.Duration `json:"-"` // since Fetched, as by the lane's clock; written as age_s
	Fresh time.Duration `json:"-"` // how long it stays fresh; 0: it is stale
	Stale bool          `json:"-"` // older than the source's fresh time: a refresh is under way, or the source does not answer
	ETag  string        `json:"-"` // changes with document and card, not with age; 32 hexadecimal digits, without quotes

	entry *entry // what it was made of
}

// Card is what a page shows of a person. All of it comes from a stranger: texts are plain, and URLs are http or https.
type Card struct {
	ID       string  `json:"id"`
	Username string  `json:"username"`
	Name     string  `json:"name,omitempty"`
	Bio      string  `json:"bio,omitempty"`
	Picture  string  `json:"picture,omitempty" doc:"URL at the source"`
	URL      string  `json:"url,omitempty" doc:"of the person's page at the source"`
	Fields   []Field `json:"fields,omitempty" doc:"further texts, in the config's order"`
	Counts   []Count `json:"counts,omitempty" doc:"numbers, in the config's order"`
}

// Field is a labelled text.
type Field struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Count is a labelled number.
type Count struct {
	Label string `json:"label"`
	N     int64  `json:"n"`
}

// Raw is a JSON value that is handed on byte for byte.
type Raw []byte

func (r Raw) MarshalJSON() ([]byte, error) {
	if len(r) == 0 {
		return []byte("null"), nil
	}
	return r, nil
}

// UnmarshalJSON keeps the bytes.
func (r *Raw) UnmarshalJSON(b []byte) error {
	*r = append((*r)[:0], b...)
	return nil
}

// What the lane refuses, and what the source is to blame for. Who was erased and who never was look alike from outside:
// both are ErrNotFound; within, the cause of the one is ErrErased.
var (
	ErrSource   = fault.New(fault.NotFound, "profiles.no_source", "There is no such source.")
	ErrName     = fault.New(fault.Invalid, "profiles.name", "This cannot be anybody's name or id.")
	ErrNotFound = fault.New(fault.NotFound, "profiles.not_found", "There is no such profile.")
	ErrLater    = fault.New(fault.Unavailable, "profiles.later", "The source must not be asked more just now.") // has RetryAfter
	ErrUpstream = fault.New(fault.BadGateway, "profiles.upstream", "The source does not answer as it should.")  // has RetryAfter

	ErrErased = errors.New("profiles: erased")
)

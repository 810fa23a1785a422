package allocation

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// Targeting is an expression as it was given: a JSON string holds the text form, anything else is the JSON form.
type Targeting struct{ raw json.RawMessage }

// TargetingText wraps an expression in text form.
func TargetingText(s string) Targeting {
	if strings.TrimSpace(s) == "" {
		return Targeting{}
	}
	raw, _ := json.Marshal(s) // a string always marshals
	return Targeting{raw}
}

// IsZero reports whether there is no expression: it matches always.
func (t Targeting) IsZero() bool {
	return len(t.raw) == 0 || string(t.raw) == "null" || string(t.raw) == `""`
}

func (t Targeting) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return t.raw, nil
}

// UnmarshalJSON keeps the bytes: they are parsed where the schema is known.
func (t *Targeting) UnmarshalJSON(b []byte) error {
	t.raw = append(json.RawMessage(nil), b...)
	return nil
}

// Parse gives the expression; nil matches always.
func (t Targeting) Parse(schema targeting.Schema) (*targeting.Expr, error) {
	if t.IsZero() {
		return nil, nil
	}
	if t.raw[0] != '"' {
		return targeting.ParseJSON(t.raw, schema)
	}
	var text string
	if err := json.Unmarshal(t.raw, &text); err != nil {
		return nil, err
	}
	return targeting.ParseText(text, schema)
}

// RawJSON is a JSON value that is handed on byte for byte.
type RawJSON []byte

func (r RawJSON) MarshalJSON() ([]byte, error) {
	if len(r) == 0 {
		return []byte("null"), nil
	}
	return r, nil
}

// UnmarshalJSON keeps the bytes.
func (r *RawJSON) UnmarshalJSON(b []byte) error {
	*r = append((*r)[:0], b...)
	return nil
}

// duration of a cap's window; 0 when it is not one.
func (c Cap) duration() time.Duration {
	if len(c.Window) < 2 {
		return 0
	}
	n, err := strconv.Atoi(c.Window[:len(c.Window)-1])
	if err != nil || n < 1 || n > 99_999 {
		return 0
	}
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[c.Window[len(c.Window)-1]]
	return time.Duration(n) * unit
}

// parseCaps reads the short form of CSV files and sources: "3/24h, 10/7d".
func parseCaps(s string) ([]Cap, error) {
	var caps []Cap
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		count, window, ok := strings.Cut(part, "/")
		n, err := strconv.Atoi(strings.TrimSpace(count))
		if !ok || err != nil {
			return nil, fmt.Errorf("%q must be COUNT/WINDOW, as 3/24h", part)
		}
		caps = append(caps, Cap{Count: n, Window: strings.TrimSpace(window)})
	}
	return caps, nil
}

// parseMix reads the short form of a mix: "ad:1, content:3".
func parseMix(s string) ([]MixPart, error) {
	var mix []MixPart
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		kind, count, ok := strings.Cut(part, ":")
		n, err := strconv.Atoi(strings.TrimSpace(count))
		if !ok || err != nil {
			return nil, fmt.Errorf("%q must be KIND:COUNT, as ad:1", part)
		}
		mix = append(mix, MixPart{Kind: strings.TrimSpace(kind), Count: n})
	}
	return mix, nil
}

// parseList reads a comma-separated list of ids.
func parseList(s string) []string {
	var list []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

package waitlist

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hotlane/hotlane/platform/fault"
)

// Form is what somebody sends to be on a list. Either an email address or a phone number, as the list accepts.
type Form struct {
	Email    string         `json:"email,omitempty" maxLength:"320" example:"someone@example.com"`
	Phone    string         `json:"phone,omitempty" maxLength:"40"`
	Name     string         `json:"name,omitempty" maxLength:"100"`
	Fields   map[string]any `json:"fields,omitempty" maxProperties:"20" doc:"custom fields of the list: texts, numbers, true or false"`
	Consents map[string]int `json:"consents,omitempty" maxProperties:"10" doc:"what they agreed to: the consent's name and the version that was shown"`
	Source   string         `json:"source,omitempty" maxLength:"100" doc:"where the form stands"`
	UTM      UTM            `json:"utm,omitzero"`
	Ref      string         `json:"ref,omitempty" maxLength:"40" doc:"referral code of who brought them; one that is none is ignored"`
	Lang     string         `json:"lang,omitempty" enum:"ko,en" doc:"of the mails; default en"`
	Website  string         `json:"website,omitempty" maxLength:"500" doc:"must stay empty: people do not see this field, bots fill it"`

	How     string `json:"-"` // form or api, for the ledger
	Network string `json:"-"` // of the client, for the ledger and the limits on referrals
}

// joining is one checked sign-up on its way to the database.
type joining struct {
	list    *List
	signup  Signup
	fields  string // as JSON
	subject string // hash of the address
	network string
	how     string
	agreed  []Consent
	at      time.Time
	unasked bool // of a bot
}

// slug is the list it goes to: of a bot none, so that it takes every step and leaves nothing.
func (j *joining) slug() string {
	if j.unasked {
		return ""
	}
	return j.list.Slug
}

// check makes a form fit to be stored, or says everything that is wrong with it.
func (f *Form) check(l *List) (*joining, error) {
	var r fault.Rules
	j := &joining{list: l, network: f.Network, how: f.How}
	j.signup = Signup{List: l.Slug, Stage: Pending, Lang: "en", ReferredBy: normalCode(f.Ref)}
	if f.Lang == "ko" {
		j.signup.Lang = "ko"
	}
	j.signup.Address = f.address(l, &r)
	j.signup.Name = line(&r, f.Name, "/name", 100)
	j.signup.Source = line(&r, f.Source, "/source", 100)
	j.signup.UTM = UTM{
		Source: line(&r, f.UTM.Source, "/utm/source", 100), Medium: line(&r, f.UTM.Medium, "/utm/medium", 100),
		Campaign: line(&r, f.UTM.Campaign, "/utm/campaign", 100),
	}
	j.fields = f.customFields(l, &r)
	j.agreed = f.agreed(l, &r)
	return j, r.Err(ErrInvalid)
}

func line(r *fault.Rules, s, at string, most int) string {
	if s == "" {
		return ""
	}
	text, rule := plain(s, most)
	r.Check(rule == "", at, rule)
	return text
}

func (f *Form) address(l *List, r *fault.Rules) (address string) {
	var rule string
	switch {
	case f.Email != "" && f.Phone != "":
		r.Check(false, "/phone", "must not be given beside an email address")
	case f.Email != "":
		r.Check(l.accepts("email"), "/email", "must be left out: the list takes phone numbers")
		address, rule = normalEmail(f.Email)
		r.Check(rule == "", "/email", rule)
	case f.Phone != "":
		r.Check(l.accepts("phone"), "/phone", "must be left out: the list takes email addresses")
		address, rule = normalPhone(f.Phone)
		r.Check(rule == "", "/phone", rule)
	case l.accepts("email"):
		r.Check(false, "/email", "is required")
	default:
		r.Check(false, "/phone", "is required")
	}
	return address
}

// agreed checks that every required consent is given, and each in the version that stands now.
func (f *Form) agreed(l *List, r *fault.Rules) []Consent {
	var given []Consent
	for _, c := range l.Consents {
		version, is := f.Consents[c.Name]
		at := "/consents/" + c.Name
		r.Check(is || !c.Required, at, "is required")
		r.Check(!is || version == c.Version, at, fmt.Sprintf("must be %d, the version that stands now", c.Version))
		if is {
			given = append(given, c)
		}
	}
	for name := range f.Consents {
		known := slices.ContainsFunc(l.Consents, func(c Consent) bool { return c.Name == name })
		r.Check(known, "/consents/"+pointerName(name), "is not a consent of this list")
	}
	return given
}

// customFields checks them by the list's schema and gives them as JSON, in the schema's order.
func (f *Form) customFields(l *List, r *fault.Rules) string {
	for name := range f.Fields {
		known := slices.ContainsFunc(l.Fields, func(c Field) bool { return c.Name == name })
		r.Check(known, "/fields/"+pointerName(name), "is not a field of this list")
	}
	var b strings.Builder
	for _, c := range l.Fields {
		value, is := f.Fields[c.Name]
		at := "/fields/" + c.Name
		if !is || value == nil || value == "" {
			r.Check(!c.Required, at, "is required")
			continue
		}
		value, rule := c.value(value)
		if rule != "" {
			r.Check(false, at, rule)
			continue
		}
		text, err := json.Marshal(value)
		if err != nil { // texts, finite numbers and booleans
			panic(err)
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + c.Name + `":`)
		b.Write(text)
	}
	return "{" + b.String() + "}"
}

// value checks one value of a field.
func (c *Field) value(v any) (value any, rule string) {
	switch c.Kind {
	case "text":
		most := c.Max
		if most == 0 {
			most = maxFieldText
		}
		s, is := v.(string)
		if !is {
			return nil, "must be a string"
		}
		return plain(s, most)
	case "number":
		n, is := v.(float64)
		if !is || math.IsInf(n, 0) || math.IsNaN(n) {
			return nil, "must be a number"
		}
		return n, ""
	case "boolean":
		if _, is := v.(bool); !is {
			return nil, "must be true or false"
		}
		return v, ""
	}
	for _, choice := range c.Choices {
		if v == choice.Value {
			return v, ""
		}
	}
	return nil, "must be one of the choices"
}

// pointerName escapes a name for a JSON pointer and bounds it: it came from outside.
func pointerName(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:40]) + "…"
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}

// unasked reports whether only a bot would send the form.
func (f *Form) unasked() bool { return f.Website != "" }

package waitlist

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/platform/fault"
)

// formView is what the template of a form shows.
type formView struct {
	*words
	Slug, Name, Text, Site string
	Waiting                string // how many; empty: not said
	Intro                  string // for who came by somebody's link
	Action, Endpoint       string
	Phone                  bool // the answer goes to phones only
	Single                 bool // the list asks for no confirmation
	Closed, Received       bool
	Refusal                string // what belongs to no field
	Fields                 []*fieldView
	Hidden                 []hiddenView
	Codes                  string // words for refusals by code, as JSON
	Parent                 string // the origin that frames the form and may know its height
	Bare                   bool
}

// fieldView is one control with its label. Name is the control's in a plain form, Pointer its place in the JSON.
type fieldView struct {
	ID, Name, Pointer string
	Input             string // type of an input; "select", "check"
	Type              string // of the JSON value, where the control does not say it
	Label, Link, Hint string
	Value             string
	Checked           bool
	Required          bool
	Max               int
	Complete, Mode    string
	Choices           []choiceView
	Invalid, Missing  string // what is said of a wrong value, and of none
	Error             string
	Address           bool
}

type choiceView struct {
	Value, Label string
	Chosen       bool
}

type hiddenView struct{ Name, Pointer, Value string }

// newForm makes the form of a list. given is what the page was asked with, or what was sent: hidden values come from it, and what
// somebody has filled in already.
func newForm(l *List, lang string, given url.Values) *formView {
	w := pageWords[lang]
	v := &formView{
		words: w, Slug: l.Slug, Name: l.Name.In(lang), Text: l.Description.In(lang), Site: siteOf(l, lang), Closed: l.Closed,
		Endpoint: "/v1/waitlist/" + l.Slug + "/signups", Single: l.SingleOptIn, Phone: l.Accepts == "phone",
	}
	v.Fields = append(v.Fields, addressFields(l, w)...)
	v.Fields = append(v.Fields, &fieldView{
		ID: "join-name", Name: "name", Pointer: "/name", Input: "text", Label: w.YourName, Max: 100, Complete: "name", Invalid: w.BadText,
	})
	for i := range l.Fields {
		v.Fields = append(v.Fields, customField(&l.Fields[i], w))
	}
	for i := range l.Consents {
		v.Fields = append(v.Fields, consentField(&l.Consents[i], w))
	}
	for _, f := range v.Fields {
		f.fill(given.Get(f.Name))
	}
	v.hide(given)
	v.Codes = codeWords(w)
	return v
}

func siteOf(l *List, lang string) string {
	if l.Site != "" {
		return l.Site
	}
	return l.Name.In(lang)
}

func addressFields(l *List, w *words) (list []*fieldView) {
	both := l.accepts("email") && l.accepts("phone")
	hint := ""
	if both {
		hint = w.EitherHint
	}
	if l.accepts("email") {
		list = append(list, &fieldView{
			ID: "join-email", Name: "email", Pointer: "/email", Input: "email", Label: w.Email, Hint: hint, Required: !both, Max: 254,
			Complete: "email", Invalid: w.BadEmail, Missing: w.NoEmail, Address: true,
		})
	}
	if l.accepts("phone") {
		list = append(list, &fieldView{
			ID: "join-phone", Name: "phone", Pointer: "/phone", Input: "tel", Label: w.PhoneNumber, Hint: hint, Required: !both, Max: 40,
			Complete: "tel", Mode: "tel", Invalid: w.BadPhone, Missing: w.NoPhone, Address: true,
		})
	}
	return list
}

func customField(c *Field, w *words) *fieldView {
	f := &fieldView{
		ID: "join-field-" + c.Name, Name: "field." + c.Name, Pointer: "/fields/" + c.Name, Input: "text", Label: c.Label.In(w.Lang),
		Required: c.Required, Invalid: w.BadText, Missing: w.NoText,
	}
	switch c.Kind {
	case "text":
		if f.Max = c.Max; f.Max == 0 {
			f.Max = maxFieldText
		}
	case "number":
		f.Input, f.Mode, f.Invalid = "number", "decimal", w.BadNumber
	case "boolean":
		f.Input, f.Type, f.Required, f.Value = "check", "boolean", false, "true" // left empty, it says no
	case "choice":
		f.Input, f.Invalid, f.Missing = "select", w.NoChoice, w.NoChoice
		for _, one := range c.Choices {
			label := one.Label.In(w.Lang)
			if label == "" {
				label = one.Value
			}
			f.Choices = append(f.Choices, choiceView{Value: one.Value, Label: label})
		}
	}
	return f
}

func consentField(c *Consent, w *words) *fieldView {
	return &fieldView{
		ID: "join-consent-" + c.Name, Name: "consent." + c.Name, Pointer: "/consents/" + c.Name, Input: "check", Type: "number",
		Label: c.Text.In(w.Lang), Link: c.URL, Value: strconv.Itoa(c.Version), Required: c.Required, Invalid: w.OldConsent, Missing: w.NoConsent,
	}
}

// fill puts in what was given before.
func (f *fieldView) fill(given string) {
	switch f.Input {
	case "check":
		f.Checked = given != "" && given == f.Value // of a consent: to the text that stands now
	case "select":
		for i := range f.Choices {
			f.Choices[i].Chosen = f.Choices[i].Value == given
		}
	default:
		if line, rule := plain(given, 320); rule == "" {
			f.Value = line
		}
	}
}

// hide takes over where somebody comes from. What the rules would refuse is left out: nobody could mend it.
func (v *formView) hide(given url.Values) {
	v.Hidden = append(v.Hidden, hiddenView{"lang", "/lang", v.Lang})
	for _, h := range []hiddenView{
		{Name: "source", Pointer: "/source"},
		{Name: "utm_source", Pointer: "/utm/source"},
		{Name: "utm_medium", Pointer: "/utm/medium"},
		{Name: "utm_campaign", Pointer: "/utm/campaign"},
	} {
		var rule string
		if h.Value, rule = plain(given.Get(h.Name), 100); rule == "" && h.Value != "" {
			v.Hidden = append(v.Hidden, h)
		}
	}
	if code := normalCode(given.Get("ref")); code != "" {
		v.Hidden = append(v.Hidden, hiddenView{"ref", "/ref", code})
		v.Intro = v.Invited
	}
}

// codeWords are the words by which form.js says what belongs to no field.
func codeWords(w *words) string {
	text, err := json.Marshal(map[string]string{
		ErrClosed.Code: w.ClosedText, ErrNoList.Code: w.NoListText, ErrFull.Code: w.FullText,
	})
	if err != nil { // a map of texts
		panic(err)
	}
	return string(text)
}

// refuse shows what a form was refused for. It gives the status; an error that is not the form's is given back.
func (v *formView) refuse(err error) error {
	switch {
	case errors.Is(err, ErrClosed):
		v.Closed = true
	case isLimit(err):
		v.Refusal = v.TooMany
	case errors.Is(err, ErrInvalid):
		for _, f := range fault.From(err).Fields {
			v.mark(f)
		}
	default:
		return err
	}
	return nil
}

func (v *formView) mark(bad fault.Field) {
	for _, f := range v.Fields {
		if f.Pointer == bad.Pointer {
			if f.Error = f.Invalid; strings.Contains(bad.Rule, "is required") && f.Missing != "" {
				f.Error = f.Missing
			}
			return
		}
	}
	v.Refusal = v.Unfit
}

// Wrong are the fields that are to be mended.
func (v *formView) Wrong() (list []*fieldView) {
	for _, f := range v.Fields {
		if f.Error != "" {
			list = append(list, f)
		}
	}
	return list
}

// Described are the ids of what describes the field.
func (f *fieldView) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	return strings.Join(ids, " ")
}

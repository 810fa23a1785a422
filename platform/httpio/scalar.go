package httpio

import (
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// rule is a tag that is a rule; for the items of a list, those of the list itself are none.
func (f field) rule(name string) (string, bool) {
	if f.item && (name == "minItems" || name == "maxItems") {
		return "", false
	}
	return f.Tag.Lookup(name)
}

// items is the same field, seen as one item of its list.
func (f field) items() field {
	f.item = true
	return f
}

// refuseRules fails for rules that the type cannot have, and for those of the schema library that are not checked here: a
// document that promises what is not enforced is worse than none.
func refuseRules(t reflect.Type, f field, allowed ...string) error {
	for _, rule := range [...]string{
		"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern", "minItems", "maxItems",
		"minProperties", "maxProperties", "multipleOf", "uniqueItems", "dependentRequired", "timeFormat", "readOnly", "writeOnly",
	} {
		if _, is := f.rule(rule); is && !slices.Contains(allowed, rule) {
			return fmt.Errorf("the rule %s does not apply to %s", rule, t)
		}
	}
	return nil
}

// scalarRules is the check of what is neither list, map nor struct.
func scalarRules(t reflect.Type, f field) (check, error) {
	var all []check
	add := func(c check, err error) error {
		if c != nil {
			all = append(all, c)
		}
		return err
	}
	var err error
	switch k := t.Kind(); {
	case opaque(t) && k != reflect.String:
		err = refuseRules(t, f)
	case k == reflect.String:
		err = firstError(refuseRules(t, f, "minLength", "maxLength", "pattern"),
			func() error { return add(lengthRule(f)) },
			func() error { return add(patternRule(f)) },
			func() error { return add(formatRule(f)) },
			func() error { return add(enumStrings(f)) })
	case isInt(k):
		err = firstError(refuseRules(t, f, numberRules...), func() error { return add(intRules(t, f)) })
	case isUint(k):
		err = firstError(refuseRules(t, f, numberRules...), func() error { return add(uintRules(t, f)) })
	case k == reflect.Float32 || k == reflect.Float64:
		err = firstError(refuseRules(t, f, numberRules...), func() error { return add(floatRules(f)) })
	default:
		err = refuseRules(t, f)
	}
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return func(v reflect.Value, w *walk) {
		for _, c := range all {
			before := len(w.fields)
			if c(v, w); len(w.fields) > before {
				return // one rule a field is enough to go on with
			}
		}
	}, nil
}

func firstError(err error, steps ...func() error) error {
	for _, s := range steps {
		if err == nil {
			err = s()
		}
	}
	return err
}

func intTag(f field, name string) (n int, is bool, err error) {
	tag, is := f.rule(name)
	if !is {
		return 0, false, nil
	}
	n, err = strconv.Atoi(tag)
	if err != nil || n < 0 {
		return 0, false, fmt.Errorf("%s:%q: want a count", name, tag)
	}
	return n, true, nil
}

// sizeRule is the check of a count; nil when there is none.
func sizeRule(f field, min, max, unit string) (func(n int, w *walk) bool, error) {
	lo, hasLo, err := intTag(f, min)
	if err != nil {
		return nil, err
	}
	hi, hasHi, err := intTag(f, max)
	if err != nil || !hasLo && !hasHi {
		return nil, err
	}
	tooFew, tooMany := "must have at least "+counted(lo, unit), "must have at most "+counted(hi, unit)
	return func(n int, w *walk) bool {
		switch {
		case hasLo && n < lo:
			w.fail(tooFew)
		case hasHi && n > hi:
			w.fail(tooMany)
		default:
			return true
		}
		return false
	}, nil
}

func lengthRule(f field) (check, error) {
	size, err := sizeRule(f, "minLength", "maxLength", "character")
	if size == nil || err != nil {
		return nil, err
	}
	return func(v reflect.Value, w *walk) { size(utf8.RuneCountInString(v.String()), w) }, nil
}

func patternRule(f field) (check, error) {
	tag := f.Tag.Get("pattern")
	if tag == "" {
		return nil, nil
	}
	re, err := regexp.Compile(tag)
	if err != nil {
		return nil, fmt.Errorf("pattern: %w", err)
	}
	rule := "must match " + tag
	if words := f.Tag.Get("patternDescription"); words != "" {
		rule = "must be " + words
	}
	return func(v reflect.Value, w *walk) {
		if !re.MatchString(v.String()) {
			w.fail(rule)
		}
	}, nil
}

// formatRule checks the formats it knows; the others are words in the document.
func formatRule(f field) (check, error) {
	var ok func(string) bool
	var rule string
	switch f.Tag.Get("format") {
	case "date":
		ok, rule = parses(time.DateOnly), ruleDate
	case "date-time":
		ok, rule = parses(time.RFC3339), ruleDateTime
	case "uri":
		ok, rule = isURI, "must be an absolute URL"
	case "email":
		ok, rule = isEmail, "must be an email address"
	case "ip":
		ok, rule = isIP, "must be an IP address"
	default:
		return nil, nil
	}
	return func(v reflect.Value, w *walk) {
		if !ok(v.String()) {
			w.fail(rule)
		}
	}, nil
}

func parses(layout string) func(string) bool {
	return func(s string) bool {
		_, err := time.Parse(layout, s)
		return err == nil
	}
}

func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && (u.Host != "" || u.Opaque != "")
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

func isIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

func enumStrings(f field) (check, error) {
	tag := f.Tag.Get("enum")
	if tag == "" {
		return nil, nil
	}
	values := strings.Split(tag, ",")
	rule := "must be one of " + strings.Join(values, ", ")
	return func(v reflect.Value, w *walk) {
		if !slices.Contains(values, v.String()) {
			w.fail(rule)
		}
	}, nil
}

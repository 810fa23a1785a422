package httpio

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// setter parses one text into a value. What it returns is the rule that was broken, empty when none was.
type setter func(v reflect.Value, s string) (rule string)

func setterOf(t reflect.Type, f field) (setter, error) {
	if t.Kind() == reflect.Pointer {
		set, err := setterOf(t.Elem(), f)
		return func(v reflect.Value, s string) string {
			v.Set(reflect.New(t.Elem()))
			return set(v.Elem(), s)
		}, err
	}
	switch {
	case t == timeType && f.Tag.Get("format") == "date":
		return setTime(time.DateOnly, ruleDate), nil
	case t == timeType:
		return setTime(time.RFC3339, ruleDateTime), nil
	case t == durationType:
		return nil, fmt.Errorf("%s: a time.Duration is a number of what? use an integer with its unit in the name", f.Name)
	case has(t, textType):
		return setText, nil
	}
	switch t.Kind() {
	case reflect.String:
		return setString, nil
	case reflect.Bool:
		return setBool, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return setInt(t), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return setUint(t), nil
	case reflect.Float32, reflect.Float64:
		return setFloat(t), nil
	default:
		return nil, fmt.Errorf("%s: a %s cannot be bound from a text", f.Name, t)
	}
}

func setString(v reflect.Value, s string) string {
	if !utf8.ValidString(s) {
		return "must be valid UTF-8"
	}
	v.SetString(s)
	return ""
}

func setBool(v reflect.Value, s string) string {
	if s != "true" && s != "false" {
		return ruleBool
	}
	v.SetBool(s == "true")
	return ""
}

func setInt(t reflect.Type) setter {
	bits, out := t.Bits(), rangeRule(t)
	return func(v reflect.Value, s string) string {
		n, err := strconv.ParseInt(s, 10, bits)
		if err != nil {
			return numberRule(err, ruleInteger, out)
		}
		v.SetInt(n)
		return ""
	}
}

func setUint(t reflect.Type) setter {
	bits, out := t.Bits(), rangeRule(t)
	return func(v reflect.Value, s string) string {
		n, err := strconv.ParseUint(s, 10, bits)
		if err != nil {
			if _, serr := strconv.ParseInt(s, 10, 64); serr == nil { // negative
				return out
			}
			return numberRule(err, ruleInteger, out)
		}
		v.SetUint(n)
		return ""
	}
}

func setFloat(t reflect.Type) setter {
	bits, out := t.Bits(), rangeRule(t)
	return func(v reflect.Value, s string) string {
		for i := range len(s) { // not the names and hexadecimals that strconv takes too
			if c := s[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
				return ruleNumber
			}
		}
		x, err := strconv.ParseFloat(s, bits)
		if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
			return numberRule(err, ruleNumber, out)
		}
		v.SetFloat(x)
		return ""
	}
}

func setTime(layout, rule string) setter {
	return func(v reflect.Value, s string) string {
		t, err := time.Parse(layout, s)
		if err != nil {
			return rule
		}
		*v.Addr().Interface().(*time.Time) = t
		return ""
	}
}

func setText(v reflect.Value, s string) string {
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
		return ownRule(err)
	}
	return ""
}

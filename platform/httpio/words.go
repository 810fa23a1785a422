package httpio

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Rules in words, the same for bodies and parameters.
const (
	ruleBool     = "must be true or false"
	ruleInteger  = "must be an integer"
	ruleNumber   = "must be a number"
	ruleString   = "must be a string"
	ruleArray    = "must be an array"
	ruleObject   = "must be an object"
	ruleDate     = "must be a date such as 2026-11-21"
	ruleDateTime = "must be a date and time such as 2026-11-21T12:30:00Z"
	ruleBase64   = "must be a base64 string"
	ruleUnknown  = "is not a known field"
	ruleRequired = "is required"
	ruleOnce     = "must be given at most once"
	ruleEscape   = "must be percent-encoded correctly"
)

func numberRule(err error, syntax, out string) string {
	if errors.Is(err, strconv.ErrRange) {
		return out
	}
	return syntax
}

// rangeRule says which numbers a type holds.
func rangeRule(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		most := int64(math.MaxInt64) >> (64 - t.Bits())
		return fmt.Sprintf("must be an integer between %d and %d", -most-1, most)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return fmt.Sprintf("must be an integer between 0 and %d", uint64(math.MaxUint64)>>(64-t.Bits()))
	case reflect.Float32:
		return fmt.Sprintf("must be a number between %g and %g", -math.MaxFloat32, math.MaxFloat32)
	default:
		return fmt.Sprintf("must be a number between %g and %g", -math.MaxFloat64, math.MaxFloat64)
	}
}

// typeRule says what a type is in JSON.
func typeRule(t reflect.Type) string {
	t = deref(t)
	switch {
	case t == timeType:
		return ruleDateTime
	case t == bytesType:
		return ruleBase64
	case has(t, textType):
		return ruleString
	}
	switch t.Kind() {
	case reflect.Bool:
		return ruleBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return ruleInteger
	case reflect.Float32, reflect.Float64:
		return ruleNumber
	case reflect.String:
		return ruleString
	case reflect.Slice, reflect.Array:
		return ruleArray
	case reflect.Map, reflect.Struct:
		return ruleObject
	default:
		return "has the wrong type"
	}
}

func counted(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}

// ownRule is what a type's own decoder says, as a rule.
func ownRule(err error) string {
	if text := err.Error(); strings.HasPrefix(text, "must ") {
		return clip(text)
	}
	return clip("is refused: " + err.Error())
}

// clip bounds a text that came from elsewhere.
func clip(s string) string {
	const most = 200
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= most {
		return s
	}
	end := most
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// scalarKind is how a scalar was written. In the environment everything is plain.
type scalarKind uint8

const (
	plain  scalarKind = iota // could be anything
	text                     // a text, by quotes or by its letters
	number                   // a number
	truth                    // true or false
)

func scalar(n ast.Node) (string, scalarKind, bool) {
	switch v := n.(type) {
	case *ast.StringNode:
		return v.Value, text, true
	case *ast.LiteralNode:
		return v.Value.Value, text, true
	case *ast.IntegerNode:
		return v.GetToken().Value, number, true
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return v.GetToken().Value, number, true
	case *ast.BoolNode:
		return v.GetToken().Value, truth, true
	default:
		return "", plain, false
	}
}

// setText puts a scalar into v, or says what it should have been.
func setText(v reflect.Value, s string, kind scalarKind, opts leafOptions) (rule string) {
	if v.Kind() == reflect.Pointer && !isText(v.Type()) {
		p := reflect.New(v.Type().Elem())
		if rule = setText(p.Elem(), s, kind, opts); rule == "" {
			v.Set(p)
		}
		return rule
	}
	if isText(v.Type()) {
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
			return "is not valid: " + err.Error()
		}
		return ""
	}
	if !set(v, s, kind, opts) {
		return "must be " + expected(v.Type(), opts) + shown(v, s)
	}
	if allowed := strings.Split(opts.enum, ","); opts.enum != "" && !slices.Contains(allowed, s) {
		return "must be " + oneOf(allowed) + shown(v, s)
	}
	return ""
}

func set(v reflect.Value, s string, kind scalarKind, opts leafOptions) bool {
	switch {
	case v.Type() == durationType:
		d, err := time.ParseDuration(s)
		if err == nil {
			v.SetInt(int64(d))
		}
		return err == nil
	case v.Kind() == reflect.String:
		if kind == truth {
			return false // written true: nobody knows whether a text was meant
		}
		v.SetString(s)
		return true
	case v.Kind() == reflect.Bool:
		if kind == text || s != "true" && s != "false" {
			return false
		}
		v.SetBool(s == "true")
		return true
	case kind == truth:
		return false
	case opts.bytes:
		n, ok := parseBytes(s)
		if !ok || !fits(v, n) {
			return false
		}
		setInt(v, n)
		return true
	case kind == text:
		return false
	}
	return setNumber(v, s)
}

func setNumber(v reflect.Value, s string) bool {
	digits := strings.TrimLeft(s, "+-")
	octal := len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' // 010 is 8 to some, 10 to others
	switch {
	case v.CanInt():
		n, err := strconv.ParseInt(s, 0, v.Type().Bits())
		if err == nil && !octal {
			v.SetInt(n)
		}
		return err == nil && !octal
	case v.CanUint():
		n, err := strconv.ParseUint(s, 0, v.Type().Bits())
		if err == nil && !octal {
			v.SetUint(n)
		}
		return err == nil && !octal
	case v.CanFloat():
		f, err := strconv.ParseFloat(s, v.Type().Bits())
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return false
		}
		v.SetFloat(f)
		return true
	}
	return false
}

func fits(v reflect.Value, n int64) bool {
	return v.CanInt() && !v.OverflowInt(n) || v.CanUint() && n >= 0 && !v.OverflowUint(uint64(n))
}

func setInt(v reflect.Value, n int64) {
	if v.CanInt() {
		v.SetInt(n)
		return
	}
	v.SetUint(uint64(n))
}

// expected says in words what a field takes.
func expected(t reflect.Type, opts leafOptions) string {
	switch {
	case t.Kind() == reflect.Pointer:
		return expected(t.Elem(), opts)
	case t == durationType:
		return "a duration with its unit, like 10s, 5m or 1h30m"
	case opts.bytes:
		return "a number of bytes, like 65536, 64KiB or 10MB"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text (in quotes where it looks like true or false)"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if t.Bits() == 64 {
			return "a whole number"
		}
		half := uint64(1) << (t.Bits() - 1)
		return fmt.Sprintf("a whole number from -%d to %d", half, half-1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if t.Bits() == 64 {
			return "a whole number, not negative"
		}
		return fmt.Sprintf("a whole number from 0 to %d", uint64(math.MaxUint64)>>(64-t.Bits()))
	default:
		return "a single value"
	}
}

// shown quotes the wrong value, unless it could be a secret.
func shown(v reflect.Value, s string) string {
	if v.Type() == reflect.TypeFor[telemetry.Secret]() || len(s) > 60 {
		return ""
	}
	return ", is " + strconv.Quote(s)
}

func oneOf(allowed []string) string {
	var quoted []string
	for _, s := range allowed {
		if s == "" {
			s = "empty"
		}
		quoted = append(quoted, s)
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

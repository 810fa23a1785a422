package httpio

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

var numberRules = []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}

func isInt(k reflect.Kind) bool  { return k >= reflect.Int && k <= reflect.Int64 }
func isUint(k reflect.Kind) bool { return k >= reflect.Uint && k <= reflect.Uintptr }

func intRules(t reflect.Type, f field) (check, error) {
	return limits(f, func(s string) (int64, error) { return strconv.ParseInt(s, 10, t.Bits()) }, reflect.Value.Int)
}

func uintRules(t reflect.Type, f field) (check, error) {
	return limits(f, func(s string) (uint64, error) { return strconv.ParseUint(s, 10, t.Bits()) }, reflect.Value.Uint)
}

func floatRules(f field) (check, error) {
	return limits(f, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }, reflect.Value.Float)
}

type limit[N cmp.Ordered] struct {
	ok   func(n N) bool
	rule string
}

// limits are the rules of a number, compared as what it is: a bound of an int64 is not rounded through a float.
func limits[N cmp.Ordered](f field, parse func(string) (N, error), value func(reflect.Value) N) (check, error) {
	var all []limit[N]
	for _, name := range numberRules {
		tag, is := f.Tag.Lookup(name)
		if !is {
			continue
		}
		n, err := parse(tag)
		if err != nil {
			return nil, fmt.Errorf("%s:%q: %w", name, tag, err)
		}
		switch name {
		case "minimum":
			all = append(all, limit[N]{func(x N) bool { return x >= n }, "must be at least " + tag})
		case "maximum":
			all = append(all, limit[N]{func(x N) bool { return x <= n }, "must be at most " + tag})
		case "exclusiveMinimum":
			all = append(all, limit[N]{func(x N) bool { return x > n }, "must be more than " + tag})
		case "exclusiveMaximum":
			all = append(all, limit[N]{func(x N) bool { return x < n }, "must be less than " + tag})
		}
	}
	if tag := f.Tag.Get("enum"); tag != "" {
		var set []N
		for s := range strings.SplitSeq(tag, ",") {
			n, err := parse(s)
			if err != nil {
				return nil, fmt.Errorf("enum:%q: %w", tag, err)
			}
			set = append(set, n)
		}
		rule := "must be one of " + strings.ReplaceAll(tag, ",", ", ")
		all = append(all, limit[N]{func(x N) bool { return slices.Contains(set, x) }, rule})
	}
	if len(all) == 0 {
		return nil, nil
	}
	return func(v reflect.Value, w *walk) {
		n := value(v)
		for i := range all {
			if !all[i].ok(n) {
				w.fail(all[i].rule)
				return
			}
		}
	}, nil
}

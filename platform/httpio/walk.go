package httpio

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/platform/fault"
)

// check tells the walk which rules a value breaks.
type check func(v reflect.Value, w *walk)

// walk goes through one request value and collects what is wrong, with where.
//
// A decoded value does not tell a zero from an absence. Most of the time it need not: only where a zero would break a rule, or
// is required, or has a default, is the walk unsure. Then the body is read a second time for what is present in it, and the
// walk repeated.
type walk struct {
	base    string // "query:limit"; empty in the body
	path    []step
	fields  []fault.Field
	present map[string]struct{} // pointers of what the body has and is not null; nil on the first walk
	unsure  bool
}

type step struct {
	name  string
	index int // when name is empty
}

func (w *walk) reset() {
	w.base, w.unsure, w.present = "", false, nil
	w.path, w.fields = w.path[:0], nil // the fields go with the fault
}

func (w *walk) fail(rule string) {
	if !w.full() {
		w.fields = append(w.fields, fault.Field{Pointer: clip(w.pointer()), Rule: rule})
	}
}

func (w *walk) full() bool { return len(w.fields) >= maxFields }

func (w *walk) enter(name string) { w.path = append(w.path, step{name: name}) }
func (w *walk) enterAt(i int)     { w.path = append(w.path, step{index: i}) }
func (w *walk) leave()            { w.path = w.path[:len(w.path)-1] }

// has reports whether the body has a value here.
func (w *walk) has() bool {
	_, ok := w.present[w.pointer()]
	return ok
}

// pointer is where the walk is, as RFC 6901 writes it.
func (w *walk) pointer() string {
	if w.base != "" {
		return w.base
	}
	var b []byte
	for _, s := range w.path {
		b = append(b, '/')
		if s.name == "" {
			b = strconv.AppendInt(b, int64(s.index), 10)
			continue
		}
		b = append(b, escapePointer(s.name)...)
	}
	return string(b)
}

func escapePointer(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

package telemetry

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const maxDesc = 96 // bytes of a statement that fit in Server-Timing

func (t *Trace) repeats() []Repeat {
	var found []Repeat
	for key, n := range t.names {
		if key.kind == Query && n >= RepeatsAt {
			found = append(found, Repeat{Name: key.name, Count: n})
		}
	}
	slices.SortFunc(found, func(a, b Repeat) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return found
}

// ServerTiming is the header's value (W3C Server Timing): the whole, then each kind of work, then what repeated itself.
// Durations are milliseconds.
func (t *Trace) ServerTiming(total time.Duration) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := append([]byte("total;dur="), millis(total)...)
	for _, s := range t.kinds {
		b = append(b, ", "+s.kind+`;desc="`+strconv.Itoa(s.count)+" "+noun(s.kind, s.count)+`";dur=`...)
		b = append(b, millis(s.spent)...)
	}
	for i, r := range t.repeats() {
		if i == 3 { // the log has them all
			break
		}
		b = append(b, ", nplus1;desc="+quoted(strconv.Itoa(r.Count)+"x "+r.Name)...)
	}
	return string(b)
}

func millis(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 3, 64)
}

func noun(kind string, n int) string {
	one, many := "call", "calls"
	switch kind {
	case Query:
		one, many = "query", "queries"
	case Cache:
		one, many = "read", "reads"
	}
	if n == 1 {
		return one
	}
	return many
}

// quoted is an HTTP quoted-string (RFC 9110, 5.6.4) of the text on one line, cut to maxDesc bytes, ASCII only.
func quoted(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	b := []byte{'"'}
	for i := 0; i < len(s) && i < maxDesc; i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c > '~':
			b = append(b, '?')
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}

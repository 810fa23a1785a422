// Package wire reads the commonest form of JSON in one pass and without copies: no escapes, no exponents, nothing
// unusual. What it accepts means the same to every JSON decoder; what it does not accept is no mistake, but is left to a
// general decoder, which also words the errors. It does no I/O.
package wire

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Reader goes through one JSON value. Once something is not plain, Plain is false and all that is read is empty. Strings
// that it gives are parts of the text, and keep all of it in memory.
type Reader struct {
	text string
	at   int
	odd  bool
}

// NewReader starts at the beginning of a text.
func NewReader(text string) Reader { return Reader{text: text} }

// Plain reports whether all that was read so far was plain.
func (r *Reader) Plain() bool { return !r.odd }

// Odd leaves the rest to a general decoder.
func (r *Reader) Odd() { r.odd = true }

// End reports whether all was plain and nothing is left.
func (r *Reader) End() bool {
	return r.peek() == 0 && r.at == len(r.text) && !r.odd
}

// peek is the next byte that is not a space; 0 at the end.
func (r *Reader) peek() byte {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// Is reports whether this byte comes next, and passes it if so.
func (r *Reader) Is(c byte) bool {
	if r.odd || r.peek() != c || r.at == len(r.text) {
		return false
	}
	r.at++
	return true
}

// Want passes a byte that must come next.
func (r *Reader) Want(c byte) {
	if !r.Is(c) {
		r.odd = true
	}
}

// More is the condition of a loop over what stands between an opening bracket, which has been passed, and its closing
// one: for n := 0; r.More(n, ']'); n++ { … }. It passes the comma between two, and the closing bracket at the end.
func (r *Reader) More(n int, closing byte) bool {
	if r.Is(closing) || r.odd {
		return false
	}
	if n > 0 {
		r.Want(',')
	}
	return !r.odd
}

// Key is a member's name, with the colon behind it.
func (r *Reader) Key() string {
	s := r.String()
	r.Want(':')
	return s
}

// String is a string without escapes.
func (r *Reader) String() string {
	if !r.Is('"') {
		r.odd = true
		return ""
	}
	from, wide := r.at, false
	for i := from; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			r.at = i + 1
			s := r.text[from:i]
			if wide && !utf8.ValidString(s) {
				r.odd = true
				return ""
			}
			return s
		case c < ' ' || c == '\\':
			r.odd = true
			return ""
		case c >= utf8.RuneSelf:
			wide = true
		}
	}
	r.odd = true
	return ""
}

// Number is a number without an exponent.
func (r *Reader) Number() float64 {
	s := r.number()
	if len(s) < 16 && !strings.Contains(s, ".") { // exact
		n, err := strconv.ParseInt(s, 10, 64)
		r.odd = r.odd || err != nil
		return float64(n)
	}
	f, err := strconv.ParseFloat(s, 64)
	r.odd = r.odd || err != nil
	return f
}

// Int is a whole number of at most 15 digits.
func (r *Reader) Int() int64 {
	s := r.number()
	if len(s) > 15 {
		r.odd = true
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	r.odd = r.odd || err != nil
	return n
}

// number is what may be one: RFC 8259's grammar without the exponent.
func (r *Reader) number() string {
	r.peek()
	from := r.at
	i := from
	if i < len(r.text) && r.text[i] == '-' {
		i++
	}
	whole := i
	i = r.digits(i)
	leading := i-whole > 1 && r.text[whole] == '0'
	bad := i == whole || leading
	if i < len(r.text) && r.text[i] == '.' {
		fraction := i + 1
		i = r.digits(fraction)
		bad = bad || i == fraction
	}
	if bad || r.odd || i < len(r.text) && strings.IndexByte(" \t\r\n,]}", r.text[i]) < 0 {
		r.odd = true
		return "0"
	}
	r.at = i
	return r.text[from:i]
}

func (r *Reader) digits(i int) int {
	for i < len(r.text) && r.text[i] >= '0' && r.text[i] <= '9' {
		i++
	}
	return i
}

// Kind is the byte that the next value begins with: '"', '{', '[', '-' or a digit, 't', 'f', 'n'; 0 at the end.
func (r *Reader) Kind() byte {
	if r.odd {
		return 0
	}
	return r.peek()
}

package protocol

import (
	"unicode/utf16"
	"unicode/utf8"
)

// readString is the string at pos, without its quotes and escapes. Half a surrogate pair becomes U+FFFD.
func (w *wire) readString(name string) []byte {
	if w.here() != '"' {
		w.failAt(name, "is not a string")
		return nil
	}
	start := w.pos + 1
	plain := w.skipString()
	if w.err != nil {
		return nil
	}
	body := w.buf[start : w.pos-1]
	if plain {
		return body
	}
	return unescape(make([]byte, 0, len(body)), body)
}

// skipString reads over a string and tells whether it is free of escapes.
func (w *wire) skipString() (plain bool) {
	plain = true
	buf := w.buf[:w.end]
	for i := w.pos + 1; i < len(buf); i++ {
		switch c := buf[i]; {
		case c == '"':
			w.pos = i + 1
			return plain
		case c < ' ':
			w.pos = i
			w.fail("control character in a string")
			return false
		case c == '\\':
			plain = false
			w.pos = i
			w.skipEscape()
			i = w.pos
		}
	}
	w.pos = w.end
	w.fail("string without an end")
	return false
}

// skipEscape goes to the last byte of an escape.
func (w *wire) skipEscape() {
	w.pos++
	switch w.here() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
	case 'u':
		if w.end-w.pos < 5 {
			w.fail("escape without an end")
			return
		}
		for _, c := range w.buf[w.pos+1 : w.pos+5] {
			if !(digit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				w.fail("unknown escape")
				return
			}
		}
		w.pos += 4
	default:
		w.fail("unknown escape")
	}
}

// unescape appends the text of a string's inside, which skipString has passed.
func unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			dst = append(dst, s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r := hexRune(s[i+1:])
			i += 4
			if utf16.IsSurrogate(r) {
				low := rune(utf8.RuneError)
				if len(s)-i > 6 && s[i+1] == '\\' && s[i+2] == 'u' {
					low = hexRune(s[i+3:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func hexRune(s []byte) rune {
	var r rune
	for _, c := range s[:4] {
		switch {
		case digit(c):
			c -= '0'
		default:
			c = c | 0x20 - 'a' + 10
		}
		r = r<<4 | rune(c)
	}
	return r
}

package targeting

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokWord
	tokString
	tokNumber
	tokPunct // ( ) , = != < <= > >=
)

type token struct {
	kind   tokenKind
	text   string // word or punct as written, string without its quotes
	number float64
	at     int
}

func (t token) is(punct string) bool { return t.kind == tokPunct && t.text == punct }

func (t token) keyword(word string) bool { return t.kind == tokWord && strings.EqualFold(t.text, word) }

func (t token) String() string {
	switch t.kind {
	case tokEnd:
		return "the end"
	case tokString:
		return "the string '" + clip(t.text) + "'"
	}
	return `"` + clip(t.text) + `"`
}

type lexer struct {
	src string
	pos int
}

func (l *lexer) fail(at int, rule string) *Error {
	at = min(at, len(l.src))
	line := 1 + strings.Count(l.src[:at], "\n")
	column := at - (strings.LastIndexByte(l.src[:at], '\n') + 1) + 1
	return &Error{Offset: at, Line: line, Column: column, Rule: rule}
}

func (l *lexer) next() (token, *Error) {
	for l.pos < len(l.src) && strings.IndexByte(" \t\r\n", l.src[l.pos]) >= 0 {
		l.pos++
	}
	at := l.pos
	if at == len(l.src) {
		return token{at: at}, nil
	}
	switch c := l.src[at]; {
	case c == '\'' || c == '"':
		return l.quoted(c)
	case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
		return l.numeric()
	case wordByte(c):
		for l.pos < len(l.src) && (wordByte(l.src[l.pos]) || nameByte(l.src[l.pos])) {
			l.pos++
		}
		return token{kind: tokWord, text: l.src[at:l.pos], at: at}, nil
	}
	for _, p := range [...]string{"!=", "<=", ">=", "(", ")", ",", "=", "<", ">"} {
		if strings.HasPrefix(l.src[at:], p) {
			l.pos += len(p)
			return token{kind: tokPunct, text: p, at: at}, nil
		}
	}
	r, _ := utf8.DecodeRuneInString(l.src[at:])
	return token{}, l.fail(at, "unexpected character "+strconv.QuoteRune(r))
}

func wordByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func (l *lexer) quoted(quote byte) (token, *Error) {
	at, from := l.pos, l.pos+1
	var b []byte // only where a doubled quote was met
	for i := from; ; {
		n := strings.IndexByte(l.src[i:], quote)
		if n < 0 {
			return token{}, l.fail(at, "string without its closing quote")
		}
		end := i + n
		if end+1 < len(l.src) && l.src[end+1] == quote {
			b = append(b, l.src[from:end+1]...)
			from, i = end+2, end+2
			continue
		}
		l.pos = end + 1
		text := l.src[from:end]
		if b != nil {
			text = string(append(b, text...))
		}
		return token{kind: tokString, text: text, at: at}, nil
	}
}

// numeric reads [+-] digits [. digits] [e [+-] digits]. A unit may follow at once: 5km.
func (l *lexer) numeric() (token, *Error) {
	at := l.pos
	if c := l.src[l.pos]; c == '-' || c == '+' {
		l.pos++
	}
	n := l.digits()
	if l.pos < len(l.src) && l.src[l.pos] == '.' {
		l.pos++
		n += l.digits()
	}
	if n == 0 {
		return token{}, l.fail(at, "expected a number")
	}
	if l.pos < len(l.src) && l.src[l.pos]|0x20 == 'e' {
		mark := l.pos
		l.pos++
		if l.pos < len(l.src) && (l.src[l.pos] == '-' || l.src[l.pos] == '+') {
			l.pos++
		}
		if l.digits() == 0 {
			l.pos = mark
		}
	}
	text := l.src[at:l.pos]
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return token{}, l.fail(at, "must be a finite number")
	}
	return token{kind: tokNumber, text: text, number: f, at: at}, nil
}

func (l *lexer) digits() int {
	from := l.pos
	for l.pos < len(l.src) && l.src[l.pos] >= '0' && l.src[l.pos] <= '9' {
		l.pos++
	}
	return l.pos - from
}

package targeting

import "strconv"

// Limits on what is read. Beyond them the input is refused, naming the limit.
const (
	MaxText         = 8 << 20 // bytes of one expression
	MaxDepth        = 32      // AND, OR and NOT within each other
	MaxNodes        = 4096    // predicates and connectives in one expression
	MaxValues       = 100_000 // values in one set
	MaxValue        = 1024    // bytes of one string
	MaxName         = 64      // bytes of an attribute's name
	MaxConjunctions = 1024    // after expansion
	MaxAttrs        = 256     // attributes in a request
	MaxList         = 1000    // values of one attribute in a request
)

// Error is a refusal: where, and which rule was broken. It changes nothing.
type Error struct {
	Offset  int    // text: byte offset, from 0; -1 where it is not about a place in a text
	Line    int    // text: from 1; 0 where not known
	Column  int    // text: in bytes, from 1
	Pointer string // JSON: RFC 6901 pointer to the value; "" is the whole
	Rule    string // what was expected, in words
}

func (e *Error) Error() string {
	switch {
	case e.Line > 0:
		return "line " + strconv.Itoa(e.Line) + ", column " + strconv.Itoa(e.Column) + ": " + e.Rule
	case e.Pointer != "":
		return e.Pointer + ": " + e.Rule
	}
	return e.Rule
}

// clip shortens what is quoted back in a message.
func clip(s string) string {
	const limit = 80
	if len(s) <= limit {
		return s
	}
	cut := limit
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

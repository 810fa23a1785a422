package document

import (
	"errors"
	"strconv"
	"strings"
)

// Pointer is a JSON pointer (RFC 6901), unescaped.
type Pointer []string

// ErrPointer says what a pointer must look like.
var ErrPointer = errors.New("must be a JSON pointer: empty, or begin with /, with ~ only as ~0 or ~1")

// ParsePointer reads a pointer's text: "/data/users/0/name".
func ParsePointer(text string) (Pointer, error) {
	if text == "" {
		return nil, nil
	}
	if text[0] != '/' {
		return nil, ErrPointer
	}
	parts := strings.Split(text[1:], "/")
	for i, part := range parts {
		plain, ok := unescape(part)
		if !ok {
			return nil, ErrPointer
		}
		parts[i] = plain
	}
	return parts, nil
}

func unescape(part string) (string, bool) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(part, "~")
		b.WriteString(before)
		switch {
		case !found:
			return b.String(), true
		case strings.HasPrefix(after, "0"):
			b.WriteByte('~')
		case strings.HasPrefix(after, "1"):
			b.WriteByte('/')
		default:
			return "", false
		}
		part = after[1:]
	}
}

// String is the pointer's text.
func (p Pointer) String() string {
	var b strings.Builder
	for _, part := range p {
		b.WriteByte('/')
		b.WriteString(Escape(part))
	}
	return b.String()
}

// Escape is one part of a pointer as its text has it.
func Escape(part string) string {
	return strings.ReplaceAll(strings.ReplaceAll(part, "~", "~0"), "/", "~1")
}

// At is the value that a pointer leads to; nil where there is none.
func (n *Node) At(p Pointer) *Node {
	for _, part := range p {
		if n == nil {
			return nil
		}
		switch n.Kind {
		case Object:
			n = n.Named[part]
		case Array:
			n = n.item(part)
		default:
			return nil
		}
	}
	return n
}

func (n *Node) item(part string) *Node {
	i, err := strconv.Atoi(part)
	if err != nil || i < 0 || i >= len(n.Items) || strconv.Itoa(i) != part {
		return nil
	}
	return n.Items[i]
}

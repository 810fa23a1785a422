// Package document reads what a third party answered, once, into a tree that is looked into by JSON pointers (RFC 6901).
//
// It refuses what could mean two things or be too much: names that a JSON object has twice, text that is not UTF-8, more than one
// value, a value that is not an object, nesting beyond MaxDepth, more than MaxValues values. Numbers stay as they were written,
// so that ids beyond 2^53 are not rounded.
package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// What a document may have at most.
const (
	MaxDepth  = 64
	MaxValues = 100_000
)

// Kind is the type of a value.
type Kind uint8

const (
	Null Kind = iota
	Bool
	Number
	Text
	Array
	Object
)

func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object"}[k]
}

// Node is one value.
type Node struct {
	Kind  Kind
	Text  string           // of a string: what it says; of a number or boolean: as it was written
	Items []*Node          // of an array
	Named map[string]*Node // of an object
}

// Why a document is refused.
var (
	ErrSyntax = errors.New("not JSON")
	ErrObject = errors.New("not a JSON object")
	ErrDepth  = fmt.Errorf("nested deeper than %d", MaxDepth)
	ErrValues = fmt.Errorf("more than %d values", MaxValues)
)

// Parse reads a document. The tree does not refer to raw.
func Parse(raw []byte) (*Node, error) {
	r := reader{dec: jsontext.NewDecoder(bytes.NewReader(raw))}
	n, err := r.value()
	if err != nil {
		return nil, err
	}
	if n.Kind != Object {
		return nil, ErrObject
	}
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: there is more after the value", ErrSyntax)
	}
	return n, nil
}

type reader struct {
	dec    *jsontext.Decoder
	values int
}

func (r *reader) value() (*Node, error) {
	if r.values++; r.values > MaxValues {
		return nil, ErrValues
	}
	tok, err := r.dec.ReadToken()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	switch tok.Kind() {
	case 'n':
		return &Node{Kind: Null}, nil
	case 't', 'f':
		return &Node{Kind: Bool, Text: tok.String()}, nil
	case '0':
		return &Node{Kind: Number, Text: tok.String()}, nil
	case '"':
		return &Node{Kind: Text, Text: tok.String()}, nil
	}
	if r.dec.StackDepth() > MaxDepth {
		return nil, ErrDepth
	}
	if tok.Kind() == '[' {
		return r.array()
	}
	return r.object()
}

func (r *reader) array() (*Node, error) {
	n := &Node{Kind: Array}
	for r.dec.PeekKind() != ']' {
		item, err := r.value()
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, item)
	}
	return n, r.end()
}

func (r *reader) object() (*Node, error) {
	n := &Node{Kind: Object, Named: map[string]*Node{}}
	for r.dec.PeekKind() != '}' {
		name, err := r.dec.ReadToken()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
		}
		key := name.String() // before the next token, which takes its bytes
		if n.Named[key], err = r.value(); err != nil {
			return nil, err
		}
	}
	return n, r.end()
}

func (r *reader) end() error {
	if _, err := r.dec.ReadToken(); err != nil {
		return fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	return nil
}

// Scalar is the text of a string, number or boolean; false for all else.
func (n *Node) Scalar() (string, bool) {
	if n == nil || n.Kind == Null || n.Kind >= Array {
		return "", false
	}
	return n.Text, true
}

// Whole is a number without its fraction, also where it was written as a string; false for all else and for what an int64
// cannot hold.
func (n *Node) Whole() (int64, bool) {
	if n == nil || n.Kind != Number && n.Kind != Text {
		return 0, false
	}
	if i, err := strconv.ParseInt(n.Text, 10, 64); err == nil {
		return i, true
	}
	f, err := strconv.ParseFloat(n.Text, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

// Queryable reports whether PostgreSQL's jsonb can hold the document: not with a NUL in a text, nor with numbers of more than
// some hundred digits.
func (n *Node) Queryable() bool {
	switch n.Kind {
	case Text:
		return !hasNUL(n.Text)
	case Number:
		return len(n.Text) <= 100 && modest(n.Text)
	case Array:
		for _, item := range n.Items {
			if !item.Queryable() {
				return false
			}
		}
	case Object:
		for name, item := range n.Named {
			if hasNUL(name) || !item.Queryable() {
				return false
			}
		}
	case Null, Bool:
	}
	return true
}

func hasNUL(s string) bool { return bytes.IndexByte([]byte(s), 0) >= 0 }

// modest: its exponent is one that a double could have.
func modest(number string) bool {
	f, err := strconv.ParseFloat(number, 64)
	return err == nil && (f != 0 || len(number) < 20)
}

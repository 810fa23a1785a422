package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Problem is one mistake and where it is.
type Problem struct {
	File         string // empty when the value comes from the environment or is a default
	Line, Column int    // from 1; 0: unknown
	Env          string // the environment variable that holds the value
	Field        string // path of the field: allocation.caps[0].window
	Text         string // what was expected
}

func (p Problem) String() string {
	var b strings.Builder
	switch {
	case p.Env != "":
		b.WriteString(p.Env + ": ")
	case p.Line > 0:
		fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Column)
	case p.File != "":
		b.WriteString(p.File + ": ")
	}
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	return b.String() + p.Text
}

// Error lists every mistake, in the order of the file; those of the environment come last.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (l *loader) err() error {
	if len(l.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(l.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Env, b.Env), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Field, b.Field))
	})
	return &Error{Problems: l.problems}
}

func (l *loader) add(n ast.Node, pointer, text string, args ...any) {
	at := l.at(n)
	l.addAt(at, pointer, fmt.Sprintf(text, args...))
}

func (l *loader) addAt(at place, pointer, text string) {
	p := Problem{Line: at.line, Column: at.column, Env: at.env, Field: dotted(pointer), Text: text}
	if at.env == "" {
		p.File = l.file
	}
	l.problems = append(l.problems, p)
}

func (l *loader) at(n ast.Node) place {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return place{}
	}
	pos := n.GetToken().Position
	return place{line: pos.Line, column: pos.Column}
}

// syntax is what the YAML parser itself refuses.
func (l *loader) syntax(err error) {
	var y yaml.Error
	if !errors.As(err, &y) || y.GetToken() == nil {
		l.problems = append(l.problems, Problem{File: l.file, Text: err.Error()})
		return
	}
	pos := y.GetToken().Position
	l.addAt(place{line: pos.Line, column: pos.Column}, "", "not YAML: "+strings.Replace(y.GetMessage(), "character '\t' that cannot start any token", "a tab; YAML takes spaces only", 1))
}

// The parts of a JSON pointer (RFC 6901).
var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

func child(pointer, name string) string { return pointer + "/" + escaper.Replace(name) }

func item(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }

// dotted writes a pointer as people do: /caps/0/window is caps[0].window.
func dotted(pointer string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		part = unescaper.Replace(part)
		if _, err := strconv.ParseUint(part, 10, 32); err == nil && b.Len() > 0 {
			b.WriteString("[" + part + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(part)
	}
	return b.String()
}

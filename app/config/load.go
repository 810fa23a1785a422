// Package config reads the program's configuration: one strict YAML file, and the environment over it. Every mistake is found in
// one go and told with its line, its field and what was expected.
package config

import (
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Root is the name of the section whose fields stand at the top of the file, beside the names of the other sections.
const Root = ""

const maxFile = 4 << 20 // bytes

// Load fills the sections, which hold their defaults, from the file and then from the environment, and calls Validate of those
// that have it. A section is a pointer to a struct; its name is its key in the file. Of an empty file name nothing is read.
//
// Fields are named by their yaml tags. In the environment a field is HOTLANE_SECTION_FIELD, in upper case, with one further part for
// each level; lists are separated by commas; an env tag gives it a second, shorter name. Fields of the type time.Duration are written
// "10s"; integers with the tag unit:"bytes" may be written "64MiB".
//
// The error is a *Error when the content is wrong.
func Load(file string, env []string, sections map[string]any) error {
	l := &loader{file: file, places: map[string]place{}, anchors: map[string]ast.Node{}}
	roots, err := l.roots(sections)
	if err != nil {
		return err
	}
	if file != "" {
		if err := l.read(roots); err != nil {
			return err
		}
	}
	l.environment(env, roots)
	l.validate(roots)
	return l.err()
}

// section is one struct that is filled.
type section struct {
	name   string
	target reflect.Value // the struct
}

type loader struct {
	file     string
	problems []Problem
	places   map[string]place // by JSON pointer from the top of the file
	anchors  map[string]ast.Node
	aliases  int
}

// place is where a value came from.
type place struct {
	line, column int
	env          string // the variable, when it came from there
}

func (l *loader) roots(sections map[string]any) ([]section, error) {
	var all []section
	for name, target := range sections {
		v := reflect.ValueOf(target)
		if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
			return nil, fmt.Errorf("config: section %q: must be a pointer to a struct, is %T", name, target)
		}
		all = append(all, section{name: name, target: v.Elem()})
	}
	slices.SortFunc(all, func(a, b section) int { return compareNames(a.name, b.name) })
	return all, nil
}

func (l *loader) read(roots []section) error {
	info, err := os.Stat(l.file)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if info.Size() > maxFile {
		return fmt.Errorf("config: %s: %w: larger than 4 MiB", l.file, fs.ErrInvalid)
	}
	text, err := os.ReadFile(l.file)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	parsed, err := parser.ParseBytes(text, 0)
	if err != nil {
		l.syntax(err)
		return nil
	}
	if len(parsed.Docs) > 1 && parsed.Docs[1].Body != nil {
		l.add(parsed.Docs[1].Body, "", "only one document is allowed: remove the --- line")
		return nil
	}
	if len(parsed.Docs) > 0 && parsed.Docs[0].Body != nil {
		l.document(parsed.Docs[0].Body, roots)
	}
	return nil
}

// document gives each top-level key to its section, or to the root section's field.
func (l *loader) document(body ast.Node, roots []section) {
	ast.Walk(anchorFinder{l.anchors}, body)
	pairs, ok := l.mapping(body, "")
	if !ok {
		return
	}
	known := map[string]reflect.Value{}
	var names []string
	for _, s := range roots {
		if s.name == Root {
			for _, f := range fields(s.target.Type()) {
				known[f.name] = s.target.FieldByIndex(f.index)
				names = append(names, f.name)
			}
			continue
		}
		known[s.name] = s.target
		names = append(names, s.name)
	}
	for _, p := range pairs {
		target, ok := known[p.key]
		if !ok {
			l.unknown(p.node, "", p.key, names)
			continue
		}
		l.decode(p.value, target, leafOptions{}, child("", p.key), p.node)
	}
}

type anchorFinder struct{ found map[string]ast.Node }

func (a anchorFinder) Visit(n ast.Node) ast.Visitor {
	if anchor, ok := n.(*ast.AnchorNode); ok {
		a.found[anchor.Name.GetToken().Value] = anchor.Value
	}
	return a
}

package scaffold

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// formatted is a Go file as gofmt writes it, since another name may be longer; every other file as it is.
func formatted(file string, text []byte) ([]byte, error) {
	if path.Ext(file) != ".go" {
		return text, nil
	}
	return format.Source(text)
}

// listing is app/lanes.go with one lane more.
type listing struct {
	file string
	text []byte
}

func (l *listing) write() error { return os.WriteFile(l.file, l.text, 0o644) }

// readList reads the list of lanes and adds one, where it is not in it.
func readList(dir string, made Made) (*listing, error) {
	if err := freeInApp(filepath.Join(dir, "app"), made.Name); err != nil {
		return nil, err
	}
	l := &listing{file: filepath.Join(dir, "app", "lanes.go")}
	text, err := os.ReadFile(l.file)
	if err != nil {
		return nil, err
	}
	l.text, err = addToList(text, made)
	return l, err
}

// freeInApp: an import may not have the name of something that the package declares.
func freeInApp(dir, name string) error {
	sources, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, file := range sources {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if parsed.Name.Name == "app" && declares(parsed, name) {
			return &NameError{name, "the package app, which lists the lanes, has something of that name"}
		}
	}
	return nil
}

func declares(file *ast.File, name string) bool {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == name {
				return true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					if s.Name.Name == name {
						return true
					}
				case *ast.ValueSpec:
					if slices.ContainsFunc(s.Names, func(n *ast.Ident) bool { return n.Name == name }) {
						return true
					}
				}
			}
		}
	}
	return false
}

// addToList adds the lane's module at the end of what the function Lanes returns, and its import.
func addToList(text []byte, made Made) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "lanes.go", text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	for _, spec := range file.Imports {
		if spec.Path.Value == strconv.Quote(made.Import) {
			return text, nil
		}
	}
	imports, list := importBlock(file), returned(file)
	if imports == nil || list == nil {
		return nil, fmt.Errorf("app/lanes.go is not as it was expected: add %s.Module() to it by hand", made.Name)
	}
	at := func(p token.Pos) int { return fset.Position(p).Offset }
	before := strings.TrimRight(string(text[:at(list.Rbrace)]), " \t\n")
	entry := made.Name + ".Module()"
	switch {
	case strings.HasSuffix(before, ","):
		entry = "\n" + entry + ",\n"
	case len(list.Elts) > 0:
		entry = ", " + entry
	}
	out := before[:at(imports.Rparen)] + strconv.Quote(made.Import) + "\n" + before[at(imports.Rparen):] + entry + string(text[at(list.Rbrace):])
	return format.Source([]byte(out))
}

func importBlock(file *ast.File) *ast.GenDecl {
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT && g.Rparen.IsValid() {
			return g
		}
	}
	return nil
}

// returned is the list that the function Lanes returns.
func returned(file *ast.File) *ast.CompositeLit {
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "Lanes" || len(f.Body.List) == 0 {
			continue
		}
		if r, ok := f.Body.List[len(f.Body.List)-1].(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			list, _ := r.Results[0].(*ast.CompositeLit)
			return list
		}
	}
	return nil
}

package arch

import (
	"go/ast"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// MayImport says which folders of the module the packages of From may import: Only these, or all Except these. A dot in Only is
// the folder that matched itself.
type MayImport struct {
	From         string
	Only, Except []string
	Why          string
}

func (r MayImport) Name() string   { return r.From + " may import" }
func (r MayImport) Reason() string { return r.Why }

func (r MayImport) check(t *Tree, report func(where, what string)) (applied int) {
	for _, p := range t.packages {
		from, _ := rel(p.PkgPath)
		head, ok := scope(from, r.From)
		if !ok {
			continue
		}
		applied++
		t.eachImport(p, func(spec *ast.ImportSpec, target string) {
			to, ours := rel(target)
			if ours && !r.allows(head, to) {
				report(t.where(spec.Pos()), from+" imports "+to)
			}
		})
	}
	return applied
}

func (r MayImport) allows(head, to string) bool {
	if r.Except != nil {
		return !slices.ContainsFunc(r.Except, func(folder string) bool { return within(to, folder) })
	}
	return slices.ContainsFunc(r.Only, func(folder string) bool {
		if folder == "." {
			folder = head
		}
		return within(to, folder)
	})
}

func (t *Tree) eachImport(p *packages.Package, visit func(spec *ast.ImportSpec, target string)) {
	for _, f := range p.Syntax {
		for _, spec := range f.Imports {
			visit(spec, importPath(spec))
		}
	}
}

// NobodyImports says that no package outside of the folder imports it.
type NobodyImports struct{ Folder, Why string }

func (r NobodyImports) Name() string   { return "nobody imports " + r.Folder }
func (r NobodyImports) Reason() string { return r.Why }

func (r NobodyImports) check(t *Tree, report func(where, what string)) (applied int) {
	for _, f := range t.files {
		if within(f, r.Folder) {
			applied++
		}
	}
	for _, p := range t.packages {
		from, _ := rel(p.PkgPath)
		if within(from, r.Folder) || slices.Contains(ends, top(from)) {
			continue // programs for tests, measurements and examples may lean on each other
		}
		t.eachImport(p, func(spec *ast.ImportSpec, target string) {
			if to, ours := rel(target); ours && within(to, r.Folder) {
				report(t.where(spec.Pos()), from+" imports "+to)
			}
		})
	}
	return applied
}

var ends = []string{"test", "bench", "examples"}

func top(p string) string {
	first, _, _ := strings.Cut(p, "/")
	return first
}

// Files says what the files of these names in the packages at In, not below, may neither import nor use. MayNotUse are files of the
// same package whose declarations they do not refer to.
type Files struct {
	In                             string
	Named, MayNotImport, MayNotUse []string
	Why                            string
}

func (r Files) Name() string   { return strings.Join(r.Named, ", ") + " in " + r.In }
func (r Files) Reason() string { return r.Why }

func (r Files) check(t *Tree, report func(where, what string)) (applied int) {
	for _, p := range t.packages {
		at, _ := rel(p.PkgPath)
		if ok, err := path.Match(r.In, at); err != nil || !ok {
			continue
		}
		for _, f := range p.Syntax {
			if !named(t.file(f.Pos()), r.Named) {
				continue
			}
			applied++
			for _, spec := range f.Imports {
				if slices.Contains(r.MayNotImport, importPath(spec)) {
					report(t.where(spec.Pos()), "imports "+importPath(spec))
				}
			}
			r.uses(t, p, f, report)
		}
	}
	return applied
}

func (r Files) uses(t *Tree, p *packages.Package, f *ast.File, report func(where, what string)) {
	if len(r.MayNotUse) == 0 {
		return
	}
	ast.Inspect(f, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := p.TypesInfo.Uses[id]
		if obj == nil || obj.Pkg() != p.Types || !obj.Pos().IsValid() {
			return true
		}
		if from := t.file(obj.Pos()); named(from, r.MayNotUse) {
			report(t.where(id.Pos()), "uses "+obj.Name()+", which "+path.Base(from)+" declares")
		}
		return true
	})
}

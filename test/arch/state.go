package arch

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/packages"
)

// NoInit says that no package has an init function.
type NoInit struct{ Why string }

func (r NoInit) Name() string   { return "no init" }
func (r NoInit) Reason() string { return r.Why }

func (r NoInit) check(t *Tree, report func(where, what string)) (applied int) {
	for _, p := range t.packages {
		applied++
		for _, f := range p.Syntax {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					report(t.where(fn.Pos()), "declares init()")
				}
			}
		}
	}
	return applied
}

// NoState says that no function changes a package's variable, its own or another's, and that none is a sync.Map.
type NoState struct{ Why string }

func (r NoState) Name() string   { return "no package state" }
func (r NoState) Reason() string { return r.Why }

func (r NoState) check(t *Tree, report func(where, what string)) (applied int) {
	for _, p := range t.packages {
		applied++
		for _, f := range p.Syntax {
			ast.Inspect(f, func(n ast.Node) bool {
				for _, target := range changed(p, n) {
					if v := packageVar(p, target); v != nil {
						report(t.where(n.Pos()), "changes the package variable "+v.Name())
					}
				}
				return true
			})
		}
		scope := p.Types.Scope()
		for _, name := range scope.Names() {
			if v, ok := scope.Lookup(name).(*types.Var); ok && v.Type().String() == "sync.Map" {
				report(t.where(v.Pos()), "declares the package variable "+name+", a sync.Map")
			}
		}
	}
	return applied
}

// changed lists what a statement writes to.
func changed(p *packages.Package, n ast.Node) []ast.Expr {
	switch s := n.(type) {
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			return s.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{s.X}
	case *ast.CallExpr:
		id, ok := s.Fun.(*ast.Ident)
		if !ok || len(s.Args) == 0 {
			return nil
		}
		if b, ok := p.TypesInfo.Uses[id].(*types.Builtin); ok && (b.Name() == "delete" || b.Name() == "clear") {
			return s.Args[:1]
		}
	}
	return nil
}

// packageVar is the variable at the root of x.y[z], when it stands at package level.
func packageVar(p *packages.Package, x ast.Expr) *types.Var {
	for {
		switch e := x.(type) {
		case *ast.IndexExpr:
			x = e.X
		case *ast.StarExpr:
			x = e.X
		case *ast.ParenExpr:
			x = e.X
		case *ast.SelectorExpr:
			if v := levelVar(p.TypesInfo.Uses[e.Sel]); v != nil {
				return v
			}
			x = e.X
		case *ast.Ident:
			return levelVar(p.TypesInfo.Uses[e])
		default:
			return nil
		}
	}
}

func levelVar(obj types.Object) *types.Var {
	v, ok := obj.(*types.Var)
	if !ok || v.IsField() || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return nil
	}
	return v
}

package arch

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// Pure says that packages do no I/O, read no clock and import nothing of the house but each other, and of third parties only
// what is pure itself.
type Pure struct {
	In     string
	Except []string // packages that are adapters, with the reason beside them
	Beside []string // third parties that are allowed, with the reason beside them
	Why    string
}

func (r Pure) Name() string   { return "pure packages " + r.In }
func (r Pure) Reason() string { return r.Why }

// What a pure package does not touch: these and what is below them, but for the exceptions.
var (
	impure       = []string{"net", "os", "database/sql", "syscall", "log", "plugin", "runtime/pprof", "runtime/trace", "unsafe"}
	pureAnyway   = []string{"net/url", "net/netip"}
	clockOfTime  = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
	globalSource = []string{"math/rand", "math/rand/v2"} // their functions draw from a shared source; a Rand of one's own is fine
)

func (r Pure) check(t *Tree, report func(where, what string)) (applied int) {
	for _, p := range t.packages {
		at, _ := rel(p.PkgPath)
		if _, ok := scope(at, r.In); !ok || slices.Contains(r.Except, at) {
			continue
		}
		applied++
		lane, _ := scope(at, "lanes/*")
		t.eachImport(p, func(spec *ast.ImportSpec, target string) {
			if what := r.refuses(target, lane); what != "" {
				report(t.where(spec.Pos()), at+" imports "+what)
			}
		})
		for id, obj := range p.TypesInfo.Uses {
			if what := sideEffect(obj); what != "" {
				report(t.where(id.Pos()), at+" uses "+what)
			}
		}
	}
	return applied
}

func (r Pure) refuses(target, lane string) string {
	if to, ours := rel(target); ours {
		if within(to, lane) && to != lane && !slices.Contains(r.Except, to) {
			return ""
		}
		return to
	}
	isBelow := func(folder string) bool { return within(target, folder) }
	if strings.Contains(top(target), ".") && !slices.ContainsFunc(r.Beside, isBelow) {
		return target + ", a third party"
	}
	if slices.ContainsFunc(impure, isBelow) && !slices.Contains(pureAnyway, target) {
		return target
	}
	return ""
}

func sideEffect(obj types.Object) string {
	f, ok := obj.(*types.Func)
	if !ok || f.Pkg() == nil || f.Signature().Recv() != nil {
		return ""
	}
	from := f.Pkg().Path()
	if from == "time" && slices.Contains(clockOfTime, f.Name()) {
		return "time." + f.Name()
	}
	if slices.Contains(globalSource, from) && !strings.HasPrefix(f.Name(), "New") {
		return from + "." + f.Name()
	}
	return ""
}

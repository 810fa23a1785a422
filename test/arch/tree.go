package arch

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

const module = "github.com/hotlane/hotlane"

// Rule is one rule of the policy. It reports what breaks it and returns to how many things it applied.
type Rule interface {
	Name() string
	Reason() string
	check(t *Tree, report func(where, what string)) (applied int)
}

// Tree is the module as it stands: its packages, without tests, and its files.
type Tree struct {
	root     string
	fset     *token.FileSet
	packages []*packages.Package
	files    []string // relative to root, slashes; tests too, but nothing ignored by git and no testdata
	Errors   []string // what could not be loaded
}

// Load reads the module in a folder and type-checks it against the build cache.
func Load(root string) (*Tree, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	t := &Tree{root: root, fset: token.NewFileSet()}
	t.packages, err = packages.Load(&packages.Config{
		Dir: root, Fset: t.fset,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedSyntax | packages.NeedTypes |
			packages.NeedTypesInfo,
	}, "./...")
	if err != nil {
		return nil, err
	}
	for _, p := range t.packages {
		for _, e := range p.Errors {
			t.Errors = append(t.Errors, e.Error())
		}
	}
	return t, t.list()
}

// Violation is one broken rule.
type Violation struct{ Where, Rule, What, Why string }

func (v Violation) String() string {
	return fmt.Sprintf("%s: %s [%s: %s]", v.Where, v.What, v.Rule, v.Why)
}

// Check applies the rules. A rule that applies to nothing is broken itself: it is a leftover, or its pattern is wrong.
func Check(t *Tree, rules []Rule) []Violation {
	var found []Violation
	for _, r := range rules {
		add := func(where, what string) {
			found = append(found, Violation{Where: where, Rule: r.Name(), What: what, Why: r.Reason()})
		}
		if r.check(t, add) == 0 {
			add("policy", "the rule applies to nothing")
		}
	}
	return found
}

func (t *Tree) list() error {
	ignored := t.ignored()
	return filepath.WalkDir(t.root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(t.root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() && rel != "." && (ignored[rel] || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() {
			t.files = append(t.files, rel)
		}
		return nil
	})
}

// ignored are the folders that .gitignore names by their path from the top: /demo-data/.
func (t *Tree) ignored() map[string]bool {
	found := map[string]bool{}
	text, err := os.ReadFile(filepath.Join(t.root, ".gitignore"))
	if err != nil {
		return found // without the file nothing is ignored
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "/") {
			found[strings.Trim(line, "/")] = true
		}
	}
	return found
}

// rel is a package's or an import's path from the top of the module; ok is false for what is outside of it.
func rel(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// within: the path is the folder or below it.
func within(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// scope is the part of the path that the pattern covers, where * stands for one folder: lanes/* of lanes/chat/engine is lanes/chat.
func scope(p, pattern string) (string, bool) {
	parts, want := strings.Split(p, "/"), strings.Split(pattern, "/")
	if len(parts) < len(want) {
		return "", false
	}
	head := path.Join(parts[:len(want)]...)
	ok, err := path.Match(pattern, head)
	return head, err == nil && ok
}

func named(file string, patterns []string) bool {
	base := path.Base(file)
	for _, p := range patterns {
		if ok, err := path.Match(p, base); err == nil && ok {
			return true
		}
	}
	return false
}

func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil { // the parser has accepted it: cannot happen
		return spec.Path.Value
	}
	return p
}

// where is the place of a node as file:line from the top of the module.
func (t *Tree) where(pos token.Pos) string {
	p := t.fset.Position(pos)
	return t.file(pos) + ":" + strconv.Itoa(p.Line)
}

func (t *Tree) file(pos token.Pos) string {
	name, err := filepath.Rel(t.root, t.fset.Position(pos).Filename)
	if err != nil {
		return t.fset.Position(pos).Filename
	}
	return filepath.ToSlash(name)
}

// lines counts the lines of a file; generated ones are told by their mark (go.dev/s/generatedcode).
func (t *Tree) lines(file string) (n int, generated bool, err error) {
	f, err := os.Open(filepath.Join(t.root, filepath.FromSlash(file)))
	if err != nil {
		return 0, false, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		n++
		line := s.Text()
		if strings.HasPrefix(line, "// Code generated ") && strings.HasSuffix(line, " DO NOT EDIT.") {
			generated = true
		}
	}
	return n, generated, s.Err()
}

package scaffold_test

import (
	"errors"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/app/scaffold"
)

func write(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tree lists all files of a folder.
func tree(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

const lanesFile = `package app

import (
	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lanes/allocation"
)

// Lanes are the lanes.
func Lanes() []lane.Module {
	return []lane.Module{allocation.Module()}
}
`

func housed(t *testing.T, list string) string {
	return write(t, t.TempDir(), map[string]string{
		"go.mod": "module github.com/hotlane/hotlane\n\ngo 1.26\n", "app/lanes.go": list,
		"app/pages.go": "package app\n\ntype docs struct{}\n\nfunc pages() {}\n\nvar a, words = 1, 2\n",
	})
}

func TestLane(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{"go.mod": "// ours\nmodule \"example.com/shop\" // it is\n", "cmd/shop/main.go": "package main\n"})
	made, err := scaffold.Lane(filepath.Join(dir, "cmd", "shop"), "memo2")
	want := scaffold.Made{Name: "memo2", Dir: "lanes/memo2", Import: "example.com/shop/lanes/memo2"}
	if err != nil || made != want {
		t.Fatalf("%+v, %v; want %+v", made, err, want)
	}
	got := tree(t, filepath.Join(dir, "lanes"))
	for _, name := range []string{"memo2/doc.go", "memo2/migrations/sqlite/00001_memo2.sql", "memo2/web/page.html", "memo2/store_test.go"} {
		if !slices.Contains(got, name) {
			t.Errorf("%s is not there: %v", name, got)
		}
	}
	for _, name := range got {
		text := read(t, filepath.Join(dir, "lanes", name))
		if strings.Contains(text, "lanename") {
			t.Errorf("%s has another name in it", name)
		}
		if strings.HasSuffix(name, ".go") {
			if good, err := format.Source([]byte(text)); err != nil || string(good) != text {
				t.Errorf("%s is not formatted: %v", name, err)
			}
		}
	}
	before := tree(t, dir)
	if _, err := scaffold.Lane(dir, "memo2"); err == nil || !strings.Contains(err.Error(), "lanes/memo2 is there already") {
		t.Errorf("made twice: %v", err)
	}
	if after := tree(t, dir); !slices.Equal(before, after) {
		t.Errorf("the second changed something: %v", after)
	}
}

func TestListed(t *testing.T) {
	several := strings.Replace(lanesFile, "{allocation.Module()}", "{\n\t\tallocation.Module(),\n\t}", 1)
	for name, c := range map[string]struct{ list, want string }{
		"in one line":   {lanesFile, "return []lane.Module{allocation.Module(), memo.Module()}"},
		"one each line": {several, "return []lane.Module{\n\t\tallocation.Module(),\n\t\tmemo.Module(),\n\t}"},
		"the first":     {strings.Replace(lanesFile, "allocation.Module()", "", 1), "return []lane.Module{memo.Module()}"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := housed(t, c.list)
			made, err := scaffold.Lane(dir, "memo")
			if err != nil || !made.House || !made.Listed {
				t.Fatalf("%+v, %v", made, err)
			}
			got := read(t, filepath.Join(dir, "app", "lanes.go"))
			imports := "\t\"github.com/hotlane/hotlane/lanes/allocation\"\n\t\"github.com/hotlane/hotlane/lanes/memo\"\n)"
			if !strings.Contains(got, c.want) || !strings.Contains(got, imports) || !strings.Contains(got, "// Lanes are the lanes.") {
				t.Errorf("%s", got)
			}
			if good, err := format.Source([]byte(got)); err != nil || string(good) != got {
				t.Errorf("it is not formatted: %v", err)
			}
			// Whoever deletes the folder to begin anew finds the list as it was.
			if err := os.RemoveAll(filepath.Join(dir, "lanes")); err != nil {
				t.Fatal(err)
			}
			if _, err := scaffold.Lane(dir, "memo"); err != nil {
				t.Fatal(err)
			}
			if again := read(t, filepath.Join(dir, "app", "lanes.go")); again != got {
				t.Errorf("the second time: %s", again)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		lane, says string
		dir        func(t *testing.T) string
	}{
		"no name":              {"", "one word of small letters", nil},
		"capitals":             {"Memo", "one word of small letters", nil},
		"two words":            {"my_memo", "one word of small letters", nil},
		"a path":               {"../memo", "one word of small letters", nil},
		"another script":       {"메모", "one word of small letters", nil},
		"a number":             {"2memo", "one word of small letters", nil},
		"too long":             {strings.Repeat("m", 32), "up to 31", nil},
		"a keyword":            {"type", "a word of the language Go", nil},
		"a builtin":            {"string", "a word of the language Go", nil},
		"a command":            {"serve", "stands for something else", nil},
		"the program's own":    {"hotlane", "stands for something else", nil},
		"a type of app":        {"docs", "has something of that name", nil},
		"a function of app":    {"pages", "has something of that name", nil},
		"a variable of app":    {"words", "has something of that name", nil},
		"no module":            {"memo", "in no Go module", func(t *testing.T) string { return t.TempDir() }},
		"a module without one": {"memo", "names no module", func(t *testing.T) string { return write(t, t.TempDir(), map[string]string{"go.mod": "go 1.26\n"}) }},
		"another list": {"memo", "add memo.Module() to it by hand", func(t *testing.T) string {
			return housed(t, "package app\n\nimport (\n\t\"github.com/hotlane/hotlane/lane\"\n)\n\nfunc Lanes() []lane.Module { return all() }\n")
		}},
		"a list that does not parse": {"memo", "lanes.go", func(t *testing.T) string { return housed(t, "package app\n\nfunc {") }},
	} {
		t.Run(name, func(t *testing.T) {
			at := housed(t, lanesFile)
			if c.dir != nil {
				at = c.dir(t)
			}
			before := tree(t, at)
			_, err := scaffold.Lane(at, c.lane)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %q", err, c.says)
			}
			if after := tree(t, at); !slices.Equal(before, after) {
				t.Errorf("something was left behind: %v", after)
			}
		})
	}
}

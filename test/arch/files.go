package arch

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// FileLength says how many lines a hand-written file may have.
type FileLength struct {
	Most int
	Why  string
}

func (r FileLength) Name() string   { return "file length" }
func (r FileLength) Reason() string { return r.Why }

var handWritten = []string{".go", ".js", ".css", ".html", ".sql", ".py", ".sh"}

func (r FileLength) check(t *Tree, report func(where, what string)) (applied int) {
	for _, f := range t.files {
		if !slices.Contains(handWritten, path.Ext(f)) {
			continue
		}
		applied++
		n, generated, err := t.lines(f)
		if err != nil {
			report(f, err.Error())
		}
		if n > r.Most && !generated {
			report(f, fmt.Sprintf("has %d lines, more than %d", n, r.Most))
		}
	}
	return applied
}

// TopFolders says which folders there are at the top.
type TopFolders struct {
	Known []string
	Why   string
}

func (r TopFolders) Name() string   { return "top folders" }
func (r TopFolders) Reason() string { return r.Why }

func (r TopFolders) check(t *Tree, report func(where, what string)) (applied int) {
	seen := map[string]bool{}
	for _, f := range t.files {
		folder, _, deep := strings.Cut(f, "/")
		if !deep || seen[folder] {
			continue
		}
		seen[folder] = true
		applied++
		if !slices.Contains(r.Known, folder) {
			report(folder, "is an unknown top-level folder")
		}
	}
	return applied
}

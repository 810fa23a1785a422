package config

import (
	"errors"

	"github.com/goccy/go-yaml/ast"

	"github.com/hotlane/hotlane/platform/fault"
)

// Locate says where in the file the fields are that err, a fault, names by pointers from the file's top. It is for what is only found
// once the parts of the program have met, when Load has long accepted the file. Without a file, or for another error, err
// comes back as it is.
func Locate(file string, err error, sections map[string]any) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	l := &loader{file: file, places: map[string]place{}, anchors: map[string]ast.Node{}}
	roots, rerr := l.roots(sections)
	if rerr != nil {
		return err
	}
	if file != "" {
		if rerr := l.read(roots); rerr != nil {
			return err
		}
	}
	l.problems = nil // Load has told of them
	for _, broken := range f.Fields {
		l.addAt(l.nearest(broken.Pointer), broken.Pointer, broken.Rule)
	}
	return l.err()
}

package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// house is Hotlane's own module.
const house = "github.com/hotlane/hotlane"

// module is a Go module on the disk.
type module struct{ dir, path string }

var errNoModule = errors.New("this folder is in no Go module: run it where a go.mod is, or make one with go mod init")

// findModule looks for go.mod in dir and above.
func findModule(dir string) (module, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return module{}, err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			at := modulePath(string(text))
			if at == "" {
				return module{}, fmt.Errorf("%s names no module", filepath.Join(dir, "go.mod"))
			}
			return module{dir, at}, nil
		}
		above := filepath.Dir(dir)
		switch {
		case !errors.Is(err, fs.ErrNotExist):
			return module{}, err
		case above == dir:
			return module{}, errNoModule
		}
		dir = above
	}
}

// modulePath is what the module directive names (https://go.dev/ref/mod#go-mod-file-module).
func modulePath(mod string) string {
	for line := range strings.Lines(mod) {
		line, _, _ = strings.Cut(line, "//")
		words := strings.Fields(line)
		if len(words) != 2 || words[0] != "module" {
			continue
		}
		if unquoted, err := strconv.Unquote(words[1]); err == nil {
			return unquoted
		}
		return words[1]
	}
	return ""
}

// Package scaffold starts a lane: a small one that works, with its tests, to be changed into what is wanted.
//
// What it writes is the package lanename beside it, which is built and tested like every other, under another name.
package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

//go:embed lanename
var files embed.FS

const placeholder = "lanename"

// Made is a lane that was started.
type Made struct {
	Name   string
	Dir    string // from the module's folder, with slashes: lanes/notes
	Import string // its import path
	House  bool   // it stands in Hotlane's own module
	Listed bool   // it stands in the list of lanes: always in Hotlane's own module, never in another
}

// Lane writes lanes/<name> into the module that dir is in, and in Hotlane's own module lists it in app/lanes.go. Where it fails, nothing
// is left behind but, if even that fails, a hidden folder. Errors: *NameError; what stands in the way.
func Lane(dir, name string) (Made, error) {
	if err := checkName(name); err != nil {
		return Made{}, err
	}
	m, err := findModule(dir)
	if err != nil {
		return Made{}, err
	}
	made := Made{Name: name, Dir: path.Join("lanes", name), Import: path.Join(m.path, "lanes", name), House: m.path == house}
	to := filepath.Join(m.dir, "lanes", name)
	if _, err := os.Lstat(to); err == nil {
		return Made{}, fmt.Errorf("%s is there already", made.Dir)
	}
	var list *listing
	if made.House {
		if list, err = readList(m.dir, made); err != nil {
			return Made{}, err
		}
	}
	if err := writeAll(to, name); err != nil {
		return Made{}, err
	}
	if list != nil {
		if err := list.write(); err != nil {
			return Made{}, errors.Join(err, os.RemoveAll(to))
		}
		made.Listed = true
	}
	return made, nil
}

// writeAll makes the folder in one step: it is whole or not there.
func writeAll(to, name string) error {
	half := filepath.Join(filepath.Dir(to), "."+name+".part")
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	err := fs.WalkDir(files, placeholder, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := filepath.Join(half, filepath.FromSlash(rename(strings.TrimPrefix(file, placeholder), name)))
		if d.IsDir() {
			return os.MkdirAll(at, 0o755)
		}
		text, err := files.ReadFile(file)
		if err != nil {
			return err
		}
		if text, err = formatted(file, bytes.ReplaceAll(text, []byte(placeholder), []byte(name))); err != nil {
			return err
		}
		return os.WriteFile(at, text, 0o644)
	})
	if err == nil {
		err = os.Rename(half, to)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(half))
	}
	return nil
}

func rename(file, name string) string { return strings.ReplaceAll(file, placeholder, name) }

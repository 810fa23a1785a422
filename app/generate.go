package app

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/hotlane/hotlane/app/config"
)

// generate writes the pages of the docs that follow from the program itself.
func (p Program) generate(dir string) error {
	modules := p.Lanes()
	s := defaultSettings()
	sections, err := s.sections(modules)
	if err != nil {
		return err
	}
	reference, err := config.Reference(sections)
	if err != nil {
		return err
	}
	schema, err := config.Schema(sections)
	if err != nil {
		return err
	}
	h, err := p.house(s, modules)
	if err != nil {
		return err
	}
	srv := &server{house: h}
	document, err := srv.documentOf("")
	if err != nil {
		return err
	}
	write := func(name string, text []byte) error {
		return os.WriteFile(filepath.Join(dir, name), append(trimEnd(text), '\n'), 0o644)
	}
	return errors.Join(
		os.MkdirAll(dir, 0o755),
		write("config.md", []byte(reference)),
		write("config.schema.json", schema),
		write("openapi.json", document.JSON()),
	)
}

func trimEnd(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == '\n' {
		b = b[:len(b)-1]
	}
	return b
}

package config

import (
	"errors"
	"reflect"
	"strings"

	"github.com/hotlane/hotlane/platform/fault"
)

type validator interface{ Validate() error }

// validate asks each section that was read without a mistake, since a field that could not be read still has its default.
func (l *loader) validate(roots []section) {
	for _, s := range roots {
		v, ok := s.target.Addr().Interface().(validator)
		if !ok || l.hasProblem(s) {
			continue
		}
		if err := v.Validate(); err != nil {
			l.refused(s, err)
		}
	}
}

func (l *loader) hasProblem(s section) bool {
	for _, p := range l.problems {
		top, _, _ := strings.Cut(p.Field, ".")
		top, _, _ = strings.Cut(top, "[")
		if p.Field == "" || top == s.name || s.name == Root && ownsField(s.target.Type(), top) {
			return true
		}
	}
	return false
}

func ownsField(t reflect.Type, name string) bool {
	for _, f := range fields(t) {
		if f.name == name {
			return true
		}
	}
	return false
}

func (l *loader) refused(s section, err error) {
	base := ""
	if s.name != Root {
		base = child("", s.name)
	}
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) == 0 {
		l.addAt(l.nearest(base), base, err.Error())
		return
	}
	for _, broken := range f.Fields {
		pointer := broken.Pointer // from the section's top, or from the file's
		if base == "" || !strings.HasPrefix(pointer, base+"/") {
			pointer = base + pointer
		}
		l.addAt(l.nearest(pointer), pointer, broken.Rule)
	}
}

// nearest is the place of the field, or of the closest thing around it that the file names.
func (l *loader) nearest(pointer string) place {
	for {
		if at, ok := l.places[pointer]; ok {
			return at
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return place{}
		}
		pointer = pointer[:i]
	}
}

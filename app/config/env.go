package config

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

const envPrefix = "HOTLANE_"

// variable is one field that the environment can set.
type variable struct {
	name    string // the variable's, or with a map in between its start
	rest    string // what follows the map's key
	pointer string
	value   reflect.Value
	opts    leafOptions
	entry   []int // index path inside the map's entry
}

// What Kubernetes sets in every container beside a Service that is called hotlane or hotlane-something.
var serviceLink = regexp.MustCompile(`_(SERVICE_(HOST|PORT(_.+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_.+)?)?)$`)

// environment sets what the variables say. One that starts like a section but names no field of it is a mistake.
func (l *loader) environment(env []string, roots []section) {
	var known []variable
	for _, s := range roots {
		base, prefix := "", envPrefix
		if s.name != Root {
			base, prefix = child("", s.name), envPrefix+envName(s.name)+"_"
		}
		known = append(known, variables(s.target, base, prefix)...)
	}
	env = slices.Clone(env)
	slices.Sort(env)
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		if i := slices.IndexFunc(known, func(v variable) bool { return v.matches(name) }); i >= 0 {
			l.setVariable(known[i], name, value)
			continue
		}
		l.unknownVariable(name, roots, known)
	}
}

func envName(s string) string {
	return strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(s))
}

func variables(v reflect.Value, pointer, prefix string) []variable {
	var all []variable
	for _, f := range fields(v.Type()) {
		name := prefix + envName(f.name)
		value, at := v.FieldByIndex(f.index), child(pointer, f.name)
		switch {
		case isLeaf(f.typ), f.typ.Kind() == reflect.Slice && isLeaf(f.typ.Elem()):
			all = append(all, variable{name: name, pointer: at, value: value, opts: optionsOf(f.tag)})
			if short := f.tag.Get("env"); short != "" {
				all = append(all, variable{name: short, pointer: at, value: value, opts: optionsOf(f.tag)})
			}
		case f.typ.Kind() == reflect.Struct:
			all = append(all, variables(value, at, name+"_")...)
		case f.typ.Kind() == reflect.Map && f.typ.Elem().Kind() == reflect.Struct && f.typ.Key().Kind() == reflect.String:
			all = append(all, entryVariables(value, at, name+"_")...)
		}
	}
	return all
}

// entryVariables are HOTLANE_SECTION_MAP_KEY_FIELD, for the direct fields of a map's entries.
func entryVariables(m reflect.Value, pointer, prefix string) []variable {
	var all []variable
	for _, f := range fields(m.Type().Elem()) {
		if isLeaf(f.typ) || f.typ.Kind() == reflect.Slice && isLeaf(f.typ.Elem()) {
			all = append(all, variable{
				name: prefix, rest: "_" + envName(f.name), pointer: pointer, value: m, opts: optionsOf(f.tag), entry: f.index,
			})
		}
	}
	slices.SortStableFunc(all, func(a, b variable) int { return cmp.Compare(len(b.rest), len(a.rest)) })
	return all
}

func (v variable) matches(name string) bool {
	if v.rest == "" {
		return v.name == name
	}
	return strings.HasPrefix(name, v.name) && strings.HasSuffix(name, v.rest) && len(name) > len(v.name)+len(v.rest)
}

func (l *loader) setVariable(v variable, name, value string) {
	if v.rest == "" {
		l.setFromEnv(v.value, v.opts, v.pointer, name, value)
		return
	}
	key := v.key(name)
	entry := reflect.New(v.value.Type().Elem()).Elem()
	if old := v.value.MapIndex(key); old.IsValid() {
		entry.Set(old)
	}
	for _, f := range fields(entry.Type()) {
		if slices.Equal(f.index, v.entry) {
			l.setFromEnv(entry.FieldByIndex(f.index), v.opts, child(child(v.pointer, key.String()), f.name), name, value)
		}
	}
	if v.value.IsNil() {
		v.value.Set(reflect.MakeMap(v.value.Type()))
	}
	v.value.SetMapIndex(key, entry)
}

// key is the entry that the variable means: one that is there, however it is written, or a new one in lower case.
func (v variable) key(name string) reflect.Value {
	part := name[len(v.name) : len(name)-len(v.rest)]
	for _, k := range v.value.MapKeys() {
		if envName(k.String()) == part {
			return k
		}
	}
	return reflect.ValueOf(strings.ToLower(part)).Convert(v.value.Type().Key())
}

func (l *loader) setFromEnv(v reflect.Value, opts leafOptions, pointer, name, value string) {
	at := place{env: name}
	l.places[pointer] = at
	if isLeaf(v.Type()) {
		if rule := setText(v, value, plain, opts); rule != "" {
			l.addAt(at, pointer, rule)
		}
		return
	}
	all := reflect.MakeSlice(v.Type(), 0, 0)
	if strings.TrimSpace(value) != "" {
		for part := range strings.SplitSeq(value, ",") {
			one := reflect.New(v.Type().Elem()).Elem()
			if rule := setText(one, strings.TrimSpace(part), plain, opts); rule != "" {
				l.addAt(at, item(pointer, all.Len()), rule)
			}
			all = reflect.Append(all, one)
		}
	}
	v.Set(all)
}

func (l *loader) unknownVariable(name string, roots []section, known []variable) {
	if serviceLink.MatchString(name) {
		return
	}
	for _, s := range roots {
		if s.name == Root || !strings.HasPrefix(name, envPrefix+envName(s.name)+"_") {
			continue
		}
		var names []string
		for _, v := range known {
			if v.rest == "" && strings.HasPrefix(v.name, envPrefix+envName(s.name)+"_") {
				names = append(names, v.name)
			}
		}
		text := "no such field"
		if near := suggest(name, names); near != "" {
			text += "; did you mean " + near + "?"
		}
		l.addAt(place{env: name}, "", text)
		return
	}
}

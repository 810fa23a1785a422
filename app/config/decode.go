package config

import (
	"reflect"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

const (
	maxDepth   = 32
	maxAliases = 1000
)

// pair is one key of a mapping.
type pair struct {
	key   string
	node  ast.Node // the key, for its position
	value ast.Node
}

// mapping lists the pairs of a mapping; an empty value is an empty mapping.
func (l *loader) mapping(n ast.Node, pointer string) ([]pair, bool) {
	n = l.resolve(n, pointer)
	switch n.(type) {
	case *ast.NullNode:
		return nil, true
	case ast.MapNode:
	default:
		l.add(n, pointer, "must be a mapping of names to values, is %s", what(n))
		return nil, false
	}
	var pairs []pair
	for it := n.(ast.MapNode).MapRange(); it.Next(); {
		kv := it.KeyValue()
		if kv.Key.IsMergeKey() {
			l.add(kv.Key, pointer, "merge keys (<<) are not supported")
			continue
		}
		pairs = append(pairs, pair{key: kv.Key.GetToken().Value, node: kv.Key, value: kv.Value})
	}
	return pairs, true
}

// resolve follows anchors, aliases and tags to the value itself.
func (l *loader) resolve(n ast.Node, pointer string) ast.Node {
	for range maxDepth {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.TagNode:
			n = v.Value
		case *ast.AliasNode:
			target := l.anchors[v.Value.GetToken().Value]
			if l.aliases++; target == nil || l.aliases > maxAliases {
				l.add(n, pointer, "the alias points to nothing, or there are too many")
				return &ast.NullNode{BaseNode: &ast.BaseNode{}, Token: v.GetToken()}
			}
			n = target
		default:
			return n
		}
	}
	return n
}

// decode puts the value of n into v. Key is the node that names it, for positions.
func (l *loader) decode(n ast.Node, v reflect.Value, opts leafOptions, pointer string, key ast.Node) {
	l.places[pointer] = l.at(key)
	if n == nil {
		return
	}
	n = l.resolve(n, pointer)
	if _, empty := n.(*ast.NullNode); empty {
		return // named without a value: the default stays
	}
	if depth(pointer) > maxDepth {
		l.add(n, pointer, "is nested too deeply")
		return
	}
	if isLeaf(v.Type()) {
		l.leaf(n, v, opts, pointer)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		l.structure(n, v, pointer)
	case reflect.Map:
		l.entries(n, v, opts, pointer)
	case reflect.Slice:
		l.list(n, v, opts, pointer)
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		l.decode(n, v.Elem(), opts, pointer, key)
	case reflect.Interface:
		if err := yaml.NodeToValue(n, v.Addr().Interface()); err != nil {
			l.add(n, pointer, "cannot be read: %v", err)
		}
	default:
		l.add(n, pointer, "has the type %s, which config does not know", v.Type())
	}
}

func depth(pointer string) int {
	d := 0
	for _, c := range pointer {
		if c == '/' {
			d++
		}
	}
	return d
}

func (l *loader) structure(n ast.Node, v reflect.Value, pointer string) {
	pairs, ok := l.mapping(n, pointer)
	if !ok {
		return
	}
	known := fields(v.Type())
	for _, p := range pairs {
		i := slices.IndexFunc(known, func(f field) bool { return f.name == p.key })
		if i < 0 {
			names := make([]string, len(known))
			for j, f := range known {
				names[j] = f.name
			}
			l.unknown(p.node, pointer, p.key, names)
			continue
		}
		f := known[i]
		l.decode(p.value, v.FieldByIndex(f.index), optionsOf(f.tag), child(pointer, p.key), p.node)
	}
}

// entries fills a map; an entry that is there by default is changed, not replaced.
func (l *loader) entries(n ast.Node, v reflect.Value, opts leafOptions, pointer string) {
	if v.Type().Key().Kind() != reflect.String {
		l.add(n, pointer, "has the type %s, which config does not know", v.Type())
		return
	}
	pairs, ok := l.mapping(n, pointer)
	if !ok {
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for _, p := range pairs {
		entry := reflect.New(v.Type().Elem()).Elem()
		k := reflect.ValueOf(p.key).Convert(v.Type().Key())
		if old := v.MapIndex(k); old.IsValid() {
			entry.Set(old)
		}
		l.decode(p.value, entry, opts, child(pointer, p.key), p.node)
		v.SetMapIndex(k, entry)
	}
}

// list replaces a list.
func (l *loader) list(n ast.Node, v reflect.Value, opts leafOptions, pointer string) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		l.add(n, pointer, "must be a list, is %s", what(n))
		return
	}
	all := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, value := range seq.Values {
		l.decode(value, all.Index(i), opts, item(pointer, i), value)
	}
	v.Set(all)
}

func (l *loader) leaf(n ast.Node, v reflect.Value, opts leafOptions, pointer string) {
	text, kind, ok := scalar(n)
	if !ok {
		l.add(n, pointer, "must be %s, is %s", expected(v.Type(), opts), what(n))
		return
	}
	if rule := setText(v, text, kind, opts); rule != "" {
		l.add(n, pointer, "%s", rule)
	}
}

// what names a node for people.
func what(n ast.Node) string {
	switch n.(type) {
	case ast.MapNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "empty"
	case *ast.BoolNode:
		return "true or false"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	default:
		return "a text"
	}
}

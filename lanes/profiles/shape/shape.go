// Package shape knows what the documents of a source look like, and says what is different about the next one.
//
// A shape is learned: for each place in a document, which types were seen there and whether it has been there always. Null is as
// good as absent for types: it teaches none and contradicts none. All items of an array are one place, whose part is *.
//
// The first Learn documents only teach. From then on a place that was never seen has appeared, one that was always there and is
// not has vanished, and one with a type that it never had has changed; of a whole branch only its root is named. What was
// reported is learned with it, so that it is new once.
package shape

import (
	"maps"
	"slices"
	"strings"

	"github.com/hotlane/hotlane/lanes/profiles/document"
)

const (
	Learn     = 3   // documents that only teach
	MaxPlaces = 500 // of a shape; what does not fit is not watched
)

// Place is what is known of one place.
type Place struct {
	Types    Types    `json:"types"`
	Presence Presence `json:"presence,omitempty"`
}

// Presence of a place in the documents whose parent was there.
type Presence uint8

const (
	Always   Presence = iota // in all
	Gone                     // in all up to some document, in none since
	Optional                 // in some
)

// Types is a set of types.
type Types uint8

// Has reports whether k is among them.
func (t Types) Has(k document.Kind) bool { return t&(1<<k) != 0 }

func (t Types) String() string {
	var names []string
	for k := document.Null; k <= document.Object; k++ {
		if t.Has(k) {
			names = append(names, k.String())
		}
	}
	return strings.Join(names, "|")
}

// Shape is what is known of a source's documents. The zero value knows nothing.
type Shape struct {
	Documents int              `json:"documents"` // that taught, up to Learn
	Places    map[string]Place `json:"places"`    // by pointer
}

// Kind of a change.
type Kind string

const (
	Appeared Kind = "appeared"
	Vanished Kind = "vanished"
	Changed  Kind = "changed"
)

// Change is one difference between a document and the shape of those before it.
type Change struct {
	Kind    Kind   `json:"kind" enum:"appeared,vanished,changed"`
	Pointer string `json:"pointer" doc:"where; all items of an array are *"`
	Was     string `json:"was,omitempty" doc:"the types so far"`
	Is      string `json:"is,omitempty" doc:"the document's type"`
}

// Of is the places of one document with their types, without its root.
func Of(n *document.Node) map[string]Types {
	places := map[string]Types{}
	collect(places, "", n)
	return places
}

func collect(places map[string]Types, at string, n *document.Node) {
	switch n.Kind {
	case document.Object:
		for _, name := range slices.Sorted(maps.Keys(n.Named)) {
			note(places, at+"/"+document.Escape(name), n.Named[name])
		}
	case document.Array:
		for _, item := range n.Items {
			note(places, at+"/*", item)
		}
	default:
	}
}

func note(places map[string]Types, at string, n *document.Node) {
	if _, known := places[at]; !known && len(places) >= MaxPlaces {
		return
	}
	places[at] |= 1 << n.Kind
	collect(places, at, n)
}

// Next is the shape after one more document, and what about that document was different. s stays as it is.
func (s Shape) Next(doc map[string]Types) (next Shape, changes []Change) {
	next = Shape{Documents: min(s.Documents+1, Learn), Places: make(map[string]Place, len(s.Places))}
	maps.Copy(next.Places, s.Places)
	for _, at := range slices.Sorted(maps.Keys(s.Places)) {
		if _, there := doc[at]; !there && hasParent(doc, at) && len(doc) < MaxPlaces { // a full one may have lost it
			if next.absent(at) {
				changes = append(changes, Change{Kind: Vanished, Pointer: at, Was: s.Places[at].Types.String()})
			}
		}
	}
	for _, at := range slices.Sorted(maps.Keys(doc)) {
		if c, is := next.present(at, doc[at], s); is {
			changes = append(changes, c)
		}
	}
	if s.Documents < Learn {
		changes = nil
	}
	return next, changes
}

// absent notes that a place is not there though its parent is, and reports whether it had always been.
func (s Shape) absent(at string) (vanished bool) {
	p := s.Places[at]
	if p.Presence != Always || strings.HasSuffix(at, "/*") { // an array may be empty
		return false
	}
	p.Presence = Gone
	if s.Documents < Learn {
		p.Presence = Optional
	}
	s.Places[at] = p
	return s.Documents >= Learn
}

// present notes that a place is there with these types; before is the shape without this document.
func (s Shape) present(at string, types Types, before Shape) (c Change, is bool) {
	p, known := s.Places[at]
	types &^= 1 << document.Null
	if !known {
		if len(s.Places) >= MaxPlaces {
			return c, false
		}
		s.Places[at] = Place{Types: types, Presence: arrival(before, at)}
		return Change{Kind: Appeared, Pointer: at, Is: types.String()}, before.held(at)
	}
	was := p.Types
	p.Types |= types
	if p.Presence == Gone {
		p.Presence = Optional
	}
	s.Places[at] = p
	return Change{Kind: Changed, Pointer: at, Was: was.String(), Is: types.String()}, was != 0 && p.Types != was
}

// arrival is the presence of a place that is seen for the first time.
func arrival(before Shape, at string) Presence {
	if before.Documents == 0 || !before.knows(parent(at)) {
		return Always
	}
	return Optional
}

// held reports whether there could be something at a place before: else its parent is what is new.
func (s Shape) held(at string) bool {
	up := parent(at)
	return up == "" || s.Places[up].Types.Has(container(at))
}

func (s Shape) knows(at string) bool {
	if at == "" {
		return true
	}
	_, known := s.Places[at]
	return known
}

// Holds reports whether a change that was reported earlier is true of this document too.
func (c Change) Holds(doc map[string]Types) bool {
	types, there := doc[c.Pointer]
	switch c.Kind {
	case Vanished:
		return !there && hasParent(doc, c.Pointer)
	case Changed:
		return there && types.overlaps(c.Is)
	default:
		return there
	}
}

func (t Types) overlaps(names string) bool {
	for k := document.Bool; k <= document.Object; k++ {
		if t.Has(k) && slices.Contains(strings.Split(names, "|"), k.String()) {
			return true
		}
	}
	return false
}

// Equal reports whether two shapes know the same.
func (s Shape) Equal(o Shape) bool {
	return s.Documents == o.Documents && maps.Equal(s.Places, o.Places)
}

// Knew reports whether a place has been in all documents until some time: it is there still, or it is Gone.
func (s Shape) Knew(pointer string) bool {
	p, known := s.Places[pointer]
	return known && p.Presence != Optional && s.Documents >= Learn
}

func parent(at string) string { return at[:strings.LastIndexByte(at, '/')] }

// hasParent reports whether what a place would be in is there, with the type to hold it.
func hasParent(doc map[string]Types, at string) bool {
	up := parent(at)
	if up == "" {
		return true
	}
	return doc[up].Has(container(at))
}

// container is the type that holds a place.
func container(at string) document.Kind {
	if strings.HasSuffix(at, "/*") {
		return document.Array
	}
	return document.Object
}

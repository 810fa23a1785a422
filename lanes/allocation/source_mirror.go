package allocation

import (
	"context"
	"hash/maphash"
)

// thingKey names a thing within the catalogue.
type thingKey struct {
	kind Kind
	id   string
}

// mirror is what a source remembers of the catalogue: of each thing so much that an unchanged row costs nothing.
type mirror struct {
	source   string
	others   func(name string) bool // whether another source that is configured has this name
	seed     maphash.Seed
	revision int64
	reading  uint64 // the present or the last one
	things   map[thingKey]*entryOf
}

// entryOf is one thing. Hashes of 0 are of nothing.
type entryOf struct {
	owner    owner
	status   Status
	held     Status
	revision int64
	have     uint64 // hash of the stored document, as its source would have it
	want     uint64 // hash of the document that the last good row made
	row      uint64 // hash of that row
	born     uint64 // reading since which it is known
	seen     uint64 // reading in which its row was there
}

// owner says who may change a thing.
type owner uint8

const (
	ours   owner = iota
	theirs       // made through the API, or of another source
	nobody       // of a source that is configured no more
)

func newMirror(source string, others func(string) bool) *mirror {
	return &mirror{source: source, others: others, seed: maphash.MakeSeed(), things: map[thingKey]*entryOf{}}
}

// sync takes in what was changed, here and elsewhere.
func (m *mirror) sync(ctx context.Context, store Catalogue) error {
	revision, err := store.Changed(ctx, m.revision, m.put)
	if err != nil {
		return err
	}
	m.revision = revision
	return nil
}

func (m *mirror) put(r Row) error {
	key := thingKey{r.Kind, r.ID}
	e := m.things[key]
	if e == nil {
		e = &entryOf{born: m.reading}
		m.things[key] = e
	}
	e.status, e.held, e.revision, e.have = r.Status, r.Held, r.Revision, 0
	switch {
	case r.Source == m.source:
		e.owner = ours
	case r.Source == "" || m.others(r.Source):
		e.owner = theirs
		return nil
	default:
		e.owner = nobody
		return nil
	}
	if r.Held != "" {
		free, err := r.with(r.Held, "")
		if err != nil {
			return err
		}
		r = free
	}
	e.have = m.hash(r.Doc)
	return nil
}

// has reports whether anything comes from the source.
func (m *mirror) has() bool {
	for _, e := range m.things {
		if e.owner == ours {
			return true
		}
	}
	return false
}

// wanted is the status that the source gave it last.
func (e *entryOf) wanted() Status {
	if e.held != "" {
		return e.held
	}
	return e.status
}

func (m *mirror) hash(texts ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(m.seed)
	for _, s := range texts {
		n := len(s)
		h.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) // so that no two rows are written alike
		h.WriteString(s)
	}
	return max(1, h.Sum64())
}

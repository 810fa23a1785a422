package allocation

import (
	"fmt"
	"slices"
	"strings"
)

// reading is one run of the queries, held against what is known: only rows that differ are kept.
type reading struct {
	number  uint64
	mirror  *mirror
	broken  *complaints
	names   map[Kind][]string
	id      map[Kind]int // index of the column
	count   map[Kind]int
	changed map[Kind][]oldRow
	fresh   map[thingKey]bool // rows of things that are not there yet
}

type oldRow struct {
	id    string
	cells []string
	hash  uint64
}

func newReading(number uint64, m *mirror, broken *complaints) *reading {
	return &reading{
		number: number, mirror: m, broken: broken, names: map[Kind][]string{}, id: map[Kind]int{}, count: map[Kind]int{},
		changed: map[Kind][]oldRow{}, fresh: map[thingKey]bool{},
	}
}

func (r *reading) columns(kind Kind, names []string) error {
	r.names[kind], r.id[kind], r.count[kind] = names, slices.Index(names, "id"), 0
	if r.id[kind] < 0 {
		return fmt.Errorf("it must have a column id; it has %s", strings.Join(names, ", "))
	}
	for i, name := range names {
		if _, ok := columns[kind][name]; !ok {
			return fmt.Errorf("column %q is not a field of a %s", name, kind)
		}
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("column %q stands twice", name)
		}
	}
	return nil
}

func (r *reading) row(kind Kind, cells []string) {
	r.count[kind]++
	key, hash := thingKey{kind, cells[r.id[kind]]}, r.mirror.hash(cells...)
	if key.id == "" {
		r.broken.add(thingKey{kind, fmt.Sprintf("(row %d)", r.count[kind])}, hash, r.number, false, rule("/id", "must not be empty"))
		return
	}
	e := r.mirror.things[key]
	if (e != nil && e.seen == r.number) || r.fresh[key] {
		r.broken.add(key, hash, r.number, false, rule("/id", "must stand once in the query's rows; the first is taken"))
		return
	}
	if e == nil {
		r.fresh[key] = true
	} else {
		e.seen = r.number
		if e.status == Killed && e.owner == ours {
			return // for good
		}
		if e.owner == ours && e.row == hash && e.want == e.have {
			return
		}
	}
	if r.broken.still(key, hash, r.number) {
		return
	}
	r.changed[kind] = append(r.changed[kind], oldRow{key.id, slices.Clone(cells), hash})
}

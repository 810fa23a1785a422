package engine

import "github.com/hotlane/hotlane/lanes/allocation/targeting"

// Scratch is the working memory of one scan. It belongs to one goroutine at a time and is made to be reused: after the
// first scans a decision allocates nothing. Its zero value is ready. It keeps the snapshot that it scanned last in memory.
type Scratch struct {
	snap     *Snapshot
	main     scanner
	recent   scanner
	whole    targeting.Request // request and extra together, for the tail
	heads    [2]head
	flatNext int
	given    *Item // what Next gave last
	top      []Scored
}

// head is the next item of an index: found, and not yet given out.
type head struct {
	item  int32 // -1: there is no more
	known bool
}

// Start begins a scan; Next then gives the matching live items in rank order. The extra attributes, such as ~placement,
// count before those of the request. Neither the request nor its lists may change until the scan ends. It allocates
// nothing once s has been used with this index.
func (n *Snapshot) Start(s *Scratch, r *targeting.Request, extra ...targeting.Attr) {
	s.snap, s.flatNext, s.given = n, 0, nil
	s.heads = [2]head{{}, {item: -1, known: true}}
	s.main.start(n.x, n.live, r, extra)
	if n.recent != nil {
		s.heads[1].known = false
		s.recent.start(n.recent.x, n.recent.live, r, extra)
	}
	if len(n.flat) > 0 {
		s.whole.Attrs = append(append(s.whole.Attrs[:0], extra...), r.Attrs...)
	}
}

// Next gives the number of the next matching item, in rank order: Static falling, items of the index before those of
// the tail, each in the order given. ok is false when there are no more.
func (s *Scratch) Next() (item int32, ok bool) {
	a := s.head(0, &s.main)
	b := s.head(1, &s.recent)
	if b != nil && (a == nil || b.Static > a.Static) {
		if e := s.nextFlat(b); e != nil {
			return e.number, true
		}
		s.heads[1].known, s.given = false, b
		return s.snap.recent.numbers[s.heads[1].item], true
	}
	if e := s.nextFlat(a); e != nil {
		return e.number, true
	}
	if a == nil {
		return 0, false
	}
	s.heads[0].known, s.given = false, a
	return s.heads[0].item, true
}

// head looks one item ahead; nil is the end.
func (s *Scratch) head(i int, in *scanner) *Item {
	h := &s.heads[i]
	if !h.known {
		h.item, h.known = in.scan(), true
	}
	if h.item < 0 {
		return nil
	}
	return &in.x.items[h.item]
}

// nextFlat gives the next matching one of the latest edits that ranks before an item; before nil, all do.
func (s *Scratch) nextFlat(before *Item) *added {
	for s.flatNext < len(s.snap.flat) {
		e := s.snap.flat[s.flatNext]
		if before != nil && e.item.Static <= before.Static {
			return nil
		}
		s.flatNext++
		if !e.killed.Load() && matches(&e.item, &s.whole) {
			s.given = &e.item
			return e
		}
	}
	return nil
}

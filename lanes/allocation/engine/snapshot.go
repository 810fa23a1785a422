package engine

import (
	"cmp"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// MaxTail is how many items a snapshot holds beside its index. Then it is time to build again.
const MaxTail = 4096

// ErrTailFull says that edits do not fit: the snapshot is unchanged, and its owner must Build.
var ErrTailFull = errors.New("engine: the tail is full")

// Snapshot is an index with edits. It is immutable but for its live bits. Items keep their numbers: 0 to Len of the
// index for the index's own, those after it in the order of being added.
//
// Edits and SetLive are made by one owner, one after the other; scans go on beside them. A scan that is under way
// sees a kill in the blocks that it has not yet begun.
type Snapshot struct {
	x     *Index
	live  bitRow
	tail  []*extra // in rank order, later ones after earlier ones of the same rank; replaced ones are gone
	added int32    // numbers given out beyond the index
}

// extra is an item of the tail.
type extra struct {
	item   Item
	number int32
	killed atomic.Bool
}

// Edit adds an item, or takes one away, or both: a replacement gets a new number.
type Edit struct {
	Remove int32 // number of the item to take away; -1 is none
	Add    *Item // nil adds none
}

// Apply makes a snapshot with edits, all or, with ErrTailFull, none. It returns the number of each added item, -1 where
// an edit adds none. The old snapshot still answers as before, but its live bits are its own from now on. It costs a copy of
// the live bits and of the tail.
func (n *Snapshot) Apply(edits []Edit) (*Snapshot, []int32, error) {
	next := &Snapshot{x: n.x, live: n.live.clone(), tail: slices.Clone(n.tail), added: n.added}
	numbers := make([]int32, len(edits))
	for i, e := range edits {
		numbers[i] = -1
		if e.Remove >= 0 {
			next.remove(e.Remove)
		}
		if e.Add != nil {
			numbers[i] = int32(n.x.Len()) + next.added
			next.added++
			next.tail = append(next.tail, &extra{item: *e.Add, number: numbers[i]})
		}
	}
	if len(next.tail) > MaxTail {
		return nil, nil, ErrTailFull
	}
	slices.SortStableFunc(next.tail, func(a, b *extra) int { return cmp.Compare(b.item.Static, a.item.Static) })
	return next, numbers, nil
}

// remove is for a snapshot that no one else has seen.
func (n *Snapshot) remove(number int32) {
	if int(number) < n.x.Len() {
		n.x.setLive(n.live, number, false)
		return
	}
	n.tail = slices.DeleteFunc(n.tail, func(e *extra) bool { return e.number == number })
}

// SetLive kills an item or brings it back, at once for whoever scans this snapshot. An item that an edit removed
// must not be brought back. Numbers that are not there are ignored.
func (n *Snapshot) SetLive(number int32, live bool) {
	if number >= 0 && int(number) < n.x.Len() {
		n.x.setLive(n.live, number, live)
		return
	}
	if e := n.find(number); e != nil {
		e.killed.Store(!live)
	}
}

func (n *Snapshot) find(number int32) *extra {
	for _, e := range n.tail {
		if e.number == number {
			return e
		}
	}
	return nil
}

// Index is what the snapshot was made of.
func (n *Snapshot) Index() *Index { return n.x }

// Len is one more than the highest number of an item.
func (n *Snapshot) Len() int { return n.x.Len() + int(n.added) }

// Tail is how many items stand beside the index.
func (n *Snapshot) Tail() int { return len(n.tail) }

// Item returns an item by number; ok is false where an edit removed it from the tail, or it never was.
func (n *Snapshot) Item(number int32) (it Item, ok bool) {
	if number >= 0 && int(number) < n.x.Len() {
		return n.x.items[number], true
	}
	if e := n.find(number); e != nil {
		return e.item, true
	}
	return Item{}, false
}

// Matches says whether an item's rules hold, whether it is live or not.
func (n *Snapshot) Matches(number int32, r *targeting.Request) bool {
	it, ok := n.Item(number)
	return ok && matches(&it, r)
}

// Start begins a scan; Next then gives the matching live items in rank order. The extra attributes, such as ~placement,
// count before those of the request. Neither the request nor its lists may change until the scan ends. It allocates
// nothing once s has been used with this index.
func (n *Snapshot) Start(s *Scratch, r *targeting.Request, extra ...targeting.Attr) {
	s.start(n, r, extra)
}

// Next gives the number of the next matching item, in rank order: Static falling, items of the index before those of
// the tail, each in the order given. ok is false when there are no more.
func (s *Scratch) Next() (item int32, ok bool) {
	if s.ahead == -2 {
		s.ahead = s.scan()
	}
	if s.tailNext < len(s.snap.tail) {
		if item, ok = s.nextExtra(); ok {
			return item, true
		}
	}
	item, s.ahead = s.ahead, -2
	if item < 0 {
		s.ahead = -1
		return 0, false
	}
	return item, true
}

// nextExtra gives the next matching item of the tail that ranks before what the index gave.
func (s *Scratch) nextExtra() (int32, bool) {
	tail := s.snap.tail
	for s.tailNext < len(tail) {
		e := tail[s.tailNext]
		if s.ahead >= 0 && e.item.Static <= s.x.items[s.ahead].Static {
			return 0, false
		}
		s.tailNext++
		if !e.killed.Load() && matches(&e.item, &s.whole) {
			return e.number, true
		}
	}
	return 0, false
}

// lookup is the item that Next gave last.
func (s *Scratch) lookup(number int32) *Item {
	if int(number) < s.x.Len() {
		return &s.x.items[number]
	}
	return &s.snap.tail[s.tailNext-1].item // the tail's latest is the one given last
}

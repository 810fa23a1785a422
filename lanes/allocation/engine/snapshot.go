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

// maxFlat is how many of them are evaluated rule by rule. Beyond it they get an index of their own, which is made anew,
// in up to 30 ms, each time that so many were added.
const maxFlat = 128

// ErrTailFull says that edits do not fit: the snapshot is unchanged, and its owner must Build.
var ErrTailFull = errors.New("engine: the tail is full")

// Snapshot is an index with edits. It is immutable but for its live bits. Items keep their numbers: 0 to Len of the
// index for the index's own, those after it in the order of being added.
//
// Edits and SetLive are made by one owner, one after the other; scans go on beside them. A scan that is under way
// sees a kill in the blocks that it has not yet begun.
type Snapshot struct {
	x      *Index
	live   bitRow
	recent *recent
	flat   []*added // in rank order, later ones after earlier ones of the same rank
	next   int32    // the number of the next item that is added
}

// recent is the part of the tail that has an index.
type recent struct {
	x       *Index
	live    bitRow
	items   []*added // in rank order, as in the index; nil where an edit removed it
	numbers []int32
}

// added is an item of the tail.
type added struct {
	item   Item
	number int32
	killed atomic.Bool // while it is flat
}

// Edit adds an item, or takes one away, or both: a replacement gets a new number.
type Edit struct {
	Remove int32 // number of the item to take away; -1 is none
	Add    *Item // nil adds none
}

// Apply makes a snapshot with edits, all or, with ErrTailFull, none. It returns the number of each added item, -1 where
// an edit adds none. The old snapshot still answers as before, but its live bits are its own from now on. It costs a
// copy of the live bits, and an index of the tail now and then.
func (n *Snapshot) Apply(edits []Edit) (*Snapshot, []int32, error) {
	next := &Snapshot{x: n.x, live: n.live.clone(), flat: slices.Clone(n.flat), next: n.next}
	if n.recent != nil {
		r := *n.recent
		r.live = r.live.clone()
		next.recent = &r
	}
	numbers := make([]int32, len(edits))
	for i, e := range edits {
		numbers[i] = -1
		next.remove(e.Remove)
		if e.Add != nil {
			numbers[i] = next.next
			next.next++
			next.flat = append(next.flat, &added{item: *e.Add, number: numbers[i]})
		}
	}
	if next.Tail() > MaxTail {
		return nil, nil, ErrTailFull
	}
	if len(next.flat) > maxFlat {
		next.merge()
	}
	slices.SortStableFunc(next.flat, byRank)
	return next, numbers, nil
}

func byRank(a, b *added) int { return cmp.Compare(b.item.Static, a.item.Static) }

// remove is for a snapshot that no one else has seen.
func (n *Snapshot) remove(number int32) {
	if number < 0 {
		return
	}
	if int(number) < n.x.Len() {
		n.x.setLive(n.live, number, false)
		return
	}
	n.flat = slices.DeleteFunc(n.flat, func(e *added) bool { return e.number == number })
	if i := n.recent.find(number); i >= 0 {
		n.recent = n.recent.without(i)
	}
}

// SetLive kills an item or brings it back, at once for whoever scans this snapshot. An item of the index that an edit
// removed must not be brought back. Numbers that are not there are ignored.
func (n *Snapshot) SetLive(number int32, live bool) {
	if number >= 0 && int(number) < n.x.Len() {
		n.x.setLive(n.live, number, live)
		return
	}
	if i := n.recent.find(number); i >= 0 {
		n.recent.x.setLive(n.recent.live, i, live)
		return
	}
	for _, e := range n.flat {
		if e.number == number {
			e.killed.Store(!live)
		}
	}
}

// Index is what the snapshot was made of.
func (n *Snapshot) Index() *Index { return n.x }

// Len is one more than the highest number of an item.
func (n *Snapshot) Len() int { return int(n.next) }

// Tail is how many items stand beside the index.
func (n *Snapshot) Tail() int {
	count := len(n.flat)
	if n.recent != nil {
		for _, e := range n.recent.items {
			if e != nil {
				count++
			}
		}
	}
	return count
}

// Item returns an item by number; ok is false where an edit removed it from the tail, or it never was.
func (n *Snapshot) Item(number int32) (it Item, ok bool) {
	if number >= 0 && int(number) < n.x.Len() {
		return n.x.items[number], true
	}
	if i := n.recent.find(number); i >= 0 {
		return n.recent.items[i].item, true
	}
	for _, e := range n.flat {
		if e.number == number {
			return e.item, true
		}
	}
	return Item{}, false
}

// Matches says whether an item's rules hold, whether it is live or not.
func (n *Snapshot) Matches(number int32, r *targeting.Request) bool {
	it, ok := n.Item(number)
	return ok && matches(&it, r)
}

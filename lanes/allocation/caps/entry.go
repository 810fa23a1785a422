package caps

import "sort"

const (
	// MaxWindow is the longest window, in milliseconds (366 days).
	MaxWindow = 366 * 24 * 3600 * 1000
	// MaxHold is the longest time a reservation may wait for its confirmation, in milliseconds (36 hours).
	MaxHold = 36 * 3600 * 1000
	// MaxTime is the last moment an entry can carry, in Unix milliseconds (the year 2109).
	MaxTime = 1<<42 - 1
)

// entry is one time that a user was, or may have been, shown something. The order of (key, rest>>54) is that of
// (scope, at):
//
//	key   scope 32 | at, high 32
//	rest  at, low 10 | confirmed 1 | hold in ms 27 | retain in s 26
type entry struct{ key, rest uint64 }

const (
	entrySize    = 16
	confirmedBit = 1 << 53
	holdMask     = 1<<27 - 1
	retainMask   = 1<<26 - 1
)

func newEntry(scope Scope, at, hold, retain int64, confirmed bool) entry {
	e := entry{
		key:  uint64(scope)<<32 | uint64(at)>>10,
		rest: uint64(at)&1023<<54 | uint64(hold)&holdMask<<26 | uint64((retain+999)/1000)&retainMask,
	}
	if confirmed {
		e.rest |= confirmedBit
	}
	return e
}

func (e entry) scope() Scope    { return Scope(e.key >> 32) }
func (e entry) at() int64       { return int64(e.key&(1<<32-1)<<10 | e.rest>>54) }
func (e entry) hold() int64     { return int64(e.rest >> 26 & holdMask) }
func (e entry) retain() int64   { return int64(e.rest&retainMask) * 1000 }
func (e entry) confirmed() bool { return e.rest&confirmedBit != 0 }

// counts tells whether the entry is confirmed or may still be.
func (e entry) counts(now int64) bool { return e.confirmed() || now < e.at()+e.hold() }

// alive tells whether the entry can count in any window from now on.
func (e entry) alive(now int64) bool { return e.at()+e.retain() > now && e.counts(now) }

func (e entry) same(o entry) bool { return e.key == o.key && e.rest>>54 == o.rest>>54 }

func (e entry) less(o entry) bool {
	return e.key < o.key || e.key == o.key && e.rest>>54 < o.rest>>54
}

// join merges two records of the same event. It is commutative, associative and idempotent, so that a log may be
// replayed in any order, and more than once.
func (e entry) join(o entry) entry {
	hold := max(e.rest>>26&holdMask, o.rest>>26&holdMask)
	retain := max(e.rest&retainMask, o.rest&retainMask)
	confirmed := (e.rest | o.rest) & confirmedBit
	return entry{e.key, e.rest&^(1<<54-1) | confirmed | hold<<26 | retain}
}

// search returns the position of the first entry that is not before (scope, at).
func search(es []entry, scope Scope, at int64) int {
	at = max(at, 0)
	want := entry{uint64(scope)<<32 | uint64(at)>>10, uint64(at) & 1023 << 54}
	if len(es) > 8 {
		return sort.Search(len(es), func(i int) bool { return !es[i].less(want) })
	}
	for i := range es {
		if !es[i].less(want) {
			return i
		}
	}
	return len(es)
}

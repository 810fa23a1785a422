package caps

import "sync"

// shard holds the users of one slice of the hash space. Its mutex is a leaf: nothing else is locked while it is held.
type shard struct {
	mu      sync.Mutex
	users   table
	slab    slab
	entries int
	journal []byte
	batch   uint64 // the number that the next take gives to what is in the journal
	cursor  int    // where the sweep goes on
	limit   limits
	_       [64]byte // shards of different cores do not share a cache line
}

type limits struct{ users, entries, perUser, journal int }

func (h *shard) view(i int) []entry {
	if i < 0 {
		return nil
	}
	r := &h.users.recs[i]
	return h.slab.run(r.class, r.slot)[:r.n]
}

// room tells whether k entries more fit for the user, after the dead ones are gone.
func (h *shard) room(user uint64, k int, now int64) Reason {
	i := h.users.find(user)
	if i < 0 {
		switch {
		case h.users.n >= h.limit.users || h.entries+k > h.limit.entries:
			return Full
		case k > h.limit.perUser:
			return UserFull
		}
		return OK
	}
	if int(h.users.recs[i].n)+k > h.limit.perUser || h.entries+k > h.limit.entries {
		h.prune(i, now)
	}
	switch {
	case int(h.users.recs[i].n)+k > h.limit.perUser:
		return UserFull
	case h.entries+k > h.limit.entries:
		return Full
	}
	return OK
}

// put joins an entry into the user's. It fails only at HardPerUser live entries.
func (h *shard) put(user uint64, e entry, now int64) bool {
	i := h.users.find(user)
	if i < 0 {
		i = h.users.add(user)
		h.users.recs[i].slot = h.slab.alloc(0)
	}
	es := h.view(i)
	p := search(es, e.scope(), e.at())
	if p < len(es) && es[p].same(e) {
		es[p] = es[p].join(e)
		return true
	}
	r := &h.users.recs[i]
	if int(r.n) == classSize(r.class) {
		h.prune(i, now)
		if int(r.n) == HardPerUser {
			return false
		}
		if int(r.n) == classSize(r.class) {
			h.move(r, r.class+1)
		}
		p = search(h.view(i), e.scope(), e.at())
	}
	r.n++
	h.entries++
	es = h.view(i)
	copy(es[p+1:], es[p:])
	es[p] = e
	return true
}

// prune drops the user's dead entries; the user stays.
func (h *shard) prune(i int, now int64) {
	r := &h.users.recs[i]
	es := h.view(i)
	n := 0
	for _, e := range es {
		if e.alive(now) {
			es[n] = e
			n++
		}
	}
	h.entries -= len(es) - n
	r.n = uint16(n)
}

func (h *shard) move(r *record, to uint8) {
	slot := h.slab.alloc(to)
	copy(h.slab.run(to, slot), h.slab.run(r.class, r.slot)[:r.n])
	h.slab.release(r.class, r.slot)
	r.class, r.slot = to, slot
}

// sweep visits up to steps places from the cursor on, and tells how many entries it dropped and whether it came round.
func (h *shard) sweep(now int64, steps int) (dropped int, round bool) {
	before := h.entries
	for ; steps > 0; steps-- {
		if h.cursor >= len(h.users.recs) {
			h.cursor = 0
			h.users.shrink()
			return before - h.entries, true
		}
		r := &h.users.recs[h.cursor]
		if r.user == 0 {
			h.cursor++
			continue
		}
		h.prune(h.cursor, now)
		switch {
		case r.n == 0:
			h.slab.release(r.class, r.slot)
			h.users.remove(h.cursor) // another user may have moved into this place: stay
			continue
		case classFor(int(r.n)) < r.class:
			h.move(r, classFor(int(r.n)))
		}
		h.cursor++
	}
	return before - h.entries, false
}

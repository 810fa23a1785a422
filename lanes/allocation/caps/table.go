package caps

import "math/bits"

// record says where a user's entries are. A user of 0 is an empty place.
type record struct {
	user  uint64
	slot  uint32
	n     uint16
	class uint8
}

// table is an open-addressing hash table with linear probing and no tombstones. It is not a Go map so that a sweep can
// stop and go on, and so that the garbage collector finds no pointer in it.
type table struct {
	recs  []record
	n     int
	shift uint // 64 - log2(len(recs))
	skip  uint // bits of the hash that the shard number used up
}

const minTable = 8

// mix spreads user keys that are not uniform (Knuth, TAOCP 6.4: multiplicative hashing).
func mix(user uint64) uint64 { return user * 0x9E3779B97F4A7C15 }

func (t *table) home(user uint64) int { return int(mix(user) << t.skip >> t.shift) }

// find returns the place of the user, or -1.
func (t *table) find(user uint64) int {
	if t.n == 0 {
		return -1
	}
	mask := len(t.recs) - 1
	for i := t.home(user); ; i = (i + 1) & mask {
		switch t.recs[i].user {
		case user:
			return i
		case 0:
			return -1
		}
	}
}

// add makes a place for a user who has none.
func (t *table) add(user uint64) int {
	if (t.n+1)*4 > len(t.recs)*3 {
		t.resize(max(minTable, 2*len(t.recs)))
	}
	t.n++
	i := t.vacancy(user)
	t.recs[i].user = user
	return i
}

func (t *table) vacancy(user uint64) int {
	i, mask := t.home(user), len(t.recs)-1
	for t.recs[i].user != 0 {
		i = (i + 1) & mask
	}
	return i
}

func (t *table) resize(size int) {
	old := t.recs
	t.recs = make([]record, size)
	t.shift = uint(64 - bits.TrailingZeros(uint(size)))
	for _, r := range old {
		if r.user != 0 {
			t.recs[t.vacancy(r.user)] = r
		}
	}
}

// remove empties a place and moves back what had been pushed on by it (Knuth, TAOCP 6.4, algorithm R).
func (t *table) remove(i int) {
	mask := len(t.recs) - 1
	for j := (i + 1) & mask; t.recs[j].user != 0; j = (j + 1) & mask {
		if (j-t.home(t.recs[j].user))&mask >= (j-i)&mask {
			t.recs[i] = t.recs[j]
			i = j
		}
	}
	t.recs[i] = record{}
	t.n--
}

// shrink gives memory back when most places are empty.
func (t *table) shrink() {
	if len(t.recs) > 64*minTable && t.n*8 < len(t.recs) {
		t.resize(len(t.recs) / 2)
	}
}

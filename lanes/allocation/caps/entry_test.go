package caps

import (
	"testing"

	"pgregory.net/rapid"
)

func TestClassForIsTheSmallestThatFits(t *testing.T) {
	for n := 1; n <= HardPerUser; n++ {
		c := classFor(n)
		if classSize(c) < n || c > 0 && classSize(c-1) >= n {
			t.Fatalf("classFor(%d) = %d of size %d", n, c, classSize(c))
		}
	}
	if got := classSize(classes - 1); got != HardPerUser {
		t.Errorf("largest class holds %d entries, want %d", got, HardPerUser)
	}
}

func genEntry(t *rapid.T) entry {
	return newEntry(
		Scope(rapid.Uint32().Draw(t, "scope")),
		rapid.Int64Range(0, MaxTime).Draw(t, "at"),
		rapid.Int64Range(0, MaxHold).Draw(t, "hold"),
		rapid.Int64Range(1, MaxWindow).Draw(t, "retain"),
		rapid.Bool().Draw(t, "confirmed"))
}

func TestEntryKeepsItsFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scope := Scope(rapid.Uint32().Draw(t, "scope"))
		at := rapid.Int64Range(0, MaxTime).Draw(t, "at")
		hold := rapid.Int64Range(0, MaxHold).Draw(t, "hold")
		retain := rapid.Int64Range(1, MaxWindow/1000).Draw(t, "retain") * 1000
		confirmed := rapid.Bool().Draw(t, "confirmed")
		e := newEntry(scope, at, hold, retain, confirmed)
		if e.scope() != scope || e.at() != at || e.hold() != hold || e.retain() != retain || e.confirmed() != confirmed {
			t.Fatalf("%v %v %v %v %v became %v %v %v %v %v", scope, at, hold, retain, confirmed,
				e.scope(), e.at(), e.hold(), e.retain(), e.confirmed())
		}
	})
}

func TestJoinIsASemilattice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genEntry(t)
		alike := func(name string) entry {
			o := genEntry(t)
			return newEntry(a.scope(), a.at(), o.hold(), o.retain(), o.confirmed())
		}
		b, c := alike("b"), alike("c")
		if a.join(b) != b.join(a) || a.join(b.join(c)) != a.join(b).join(c) || a.join(a) != a || !a.join(b).same(a) {
			t.Fatalf("%v %v %v", a, b, c)
		}
	})
}

func TestEntriesSortByScopeAndTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genEntry(t), genEntry(t)
		want := a.scope() < b.scope() || a.scope() == b.scope() && a.at() < b.at()
		if a.less(b) != want {
			t.Fatalf("less(%v, %v) = %v", a, b, a.less(b))
		}
	})
}

func TestTableAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, want := table{skip: 8}, map[uint64]uint32{}
		for range rapid.IntRange(1, 300).Draw(t, "operations") {
			user := rapid.Uint64Range(1, 60).Draw(t, "user")
			i := table.find(user)
			if slot, ok := want[user]; ok != (i >= 0) || ok && table.recs[i].slot != slot {
				t.Fatalf("find(%d) = %d, want %v", user, i, ok)
			}
			if i < 0 {
				want[user] = rapid.Uint32().Draw(t, "slot")
				table.recs[table.add(user)].slot = want[user]
			} else {
				delete(want, user)
				table.remove(i)
			}
			if table.n != len(want) {
				t.Fatalf("%d users, want %d", table.n, len(want))
			}
		}
	})
}

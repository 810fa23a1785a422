package engine

import (
	"cmp"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

func ranked(items []Item) []Item {
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Compare(b.Static, a.Static) })
	return items
}

func collect(s *Scratch) []int32 {
	var out []int32
	for {
		item, ok := s.Next()
		if !ok {
			return out
		}
		out = append(out, item)
	}
}

// TestAgreesWithBruteForce holds every path of the engine against the evaluation of each rule.
func TestAgreesWithBruteForce(t *testing.T) {
	for name, tuned := range tunings() {
		t.Run(name, func(t *testing.T) {
			var s Scratch
			rapid.Check(t, func(t *rapid.T) {
				// More items than a block of conjunctions holds, now and then, by repeating the few that were drawn.
				items := rapid.SliceOfN(genItem(), 1, 30).Draw(t, "items")
				least := rapid.SampledFrom([]int{1, 1, 1, 1, 1, 1, 1, 2 * blockBits}).Draw(t, "at least")
				for len(items) < least {
					items = append(items, items[:min(len(items), least-len(items))]...)
				}
				x := build(ranked(items), tuned)
				dead := rapid.SliceOfN(rapid.Int32Range(0, int32(len(items)-1)), 0, 5).Draw(t, "dead")
				for _, i := range dead {
					x.SetLive(i, false)
				}
				for range 3 {
					r := genRequest().Draw(t, "request")
					var want []int32
					for i := range items {
						if x.Matches(int32(i), r) && !slices.Contains(dead, int32(i)) {
							want = append(want, int32(i))
						}
					}
					x.Start(&s, r)
					if d := gocmp.Diff(want, collect(&s)); d != "" {
						t.Fatalf("%s: %s", describe(r), d)
					}
				}
			})
		})
	}
}

// model is a snapshot as a plain list.
type model struct {
	items map[int32]Item
	dead  map[int32]bool
	next  int32
}

func (m *model) answer(r *targeting.Request) []int32 {
	var out []int32
	for n := range m.next {
		if it, ok := m.items[n]; ok && !m.dead[n] && matches(&it, r) {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b int32) int { return cmp.Compare(m.items[b].Static, m.items[a].Static) })
	return out
}

// TestEdits holds snapshots with a tail, kills and replacements against a plain list.
func TestEdits(t *testing.T) {
	var s Scratch
	rapid.Check(t, func(t *rapid.T) {
		items := ranked(rapid.SliceOfN(genItem(), 0, 20).Draw(t, "items"))
		n := Build(items).Snapshot()
		m := &model{items: map[int32]Item{}, dead: map[int32]bool{}}
		for _, it := range items {
			m.items[m.next] = it
			m.next++
		}
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			step(t, &n, m)
			r := genRequest().Draw(t, "request")
			n.Start(&s, r)
			if d := gocmp.Diff(m.answer(r), collect(&s)); d != "" {
				t.Fatalf("%s: %s", describe(r), d)
			}
		}
	})
}

func step(t *rapid.T, n **Snapshot, m *model) {
	if m.next > 0 && rapid.Bool().Draw(t, "kill") {
		number := rapid.Int32Range(0, m.next-1).Draw(t, "number")
		if _, ok := m.items[number]; ok {
			live := rapid.Bool().Draw(t, "live")
			(*n).SetLive(number, live)
			m.dead[number] = !live
		}
		return
	}
	if rapid.IntRange(0, 9).Draw(t, "many") == 0 {
		addMany(t, n, m)
		return
	}
	edit := Edit{Remove: -1}
	if m.next > 0 && rapid.Bool().Draw(t, "remove") {
		edit.Remove = rapid.Int32Range(0, m.next-1).Draw(t, "removed")
		delete(m.items, edit.Remove)
	}
	if rapid.Bool().Draw(t, "add") {
		it := genItem().Draw(t, "added")
		edit.Add = &it
		m.items[m.next] = it
	}
	before := (*n).Len()
	next, numbers, err := (*n).Apply([]Edit{edit})
	if err != nil {
		t.Fatal(err)
	}
	if (*n).Len() != before {
		t.Fatal("the old snapshot changed")
	}
	if edit.Add != nil {
		if numbers[0] != m.next {
			t.Fatalf("numbered %d, want %d", numbers[0], m.next)
		}
		m.next++
	}
	*n = next
}

// addMany fills the tail beyond what is evaluated rule by rule.
func addMany(t *rapid.T, n **Snapshot, m *model) {
	drawn := rapid.SliceOfN(genItem(), 1, 5).Draw(t, "many items")
	edits := make([]Edit, maxFlat-rapid.IntRange(-2, 2).Draw(t, "more or fewer"))
	for i := range edits {
		it := drawn[i%len(drawn)]
		it.Static = float64((i * 7) % 41)
		edits[i] = Edit{Remove: -1, Add: &it}
		m.items[m.next] = it
		m.next++
	}
	next, _, err := (*n).Apply(edits)
	if err != nil {
		t.Fatal(err)
	}
	*n = next
}

func TestTailIsBounded(t *testing.T) {
	n := Build(nil).Snapshot()
	edits := make([]Edit, MaxTail)
	for i := range edits {
		edits[i] = Edit{Remove: -1, Add: &Item{}}
	}
	full, _, err := n.Apply(edits)
	if err != nil || full.Tail() != MaxTail {
		t.Fatal(err)
	}
	if _, _, err = full.Apply(edits[:1]); err != ErrTailFull {
		t.Fatalf("one too many: %v", err)
	}
	if _, _, err = full.Apply([]Edit{{Remove: 7, Add: &Item{}}}); err != nil {
		t.Fatalf("a replacement: %v", err)
	}
}

func TestTopK(t *testing.T) {
	var s Scratch
	rapid.Check(t, func(t *rapid.T) {
		items := ranked(rapid.SliceOfN(genItem(), 0, 40).Draw(t, "items"))
		n := Build(items).Snapshot()
		for range 3 {
			it := genItem().Draw(t, "tail")
			n, _, _ = n.Apply([]Edit{{Remove: -1, Add: &it}})
		}
		affinity := rapid.SliceOfN(rapid.Float64Range(-1.5, 3), 0, 5).Draw(t, "affinity")
		r := genRequest().Draw(t, "request")
		k := rapid.IntRange(0, 6).Draw(t, "k")
		n.Start(&s, r)
		var want []Scored
		for _, number := range collect(&s) {
			it, _ := n.Item(number)
			score := it.Static
			if it.Topic >= 0 && int(it.Topic) < len(affinity) {
				score *= max(0, 1+affinity[it.Topic])
			}
			if number%7 != 3 {
				want = append(want, Scored{number, score})
			}
		}
		slices.SortStableFunc(want, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) })
		want = append([]Scored(nil), want[:min(k, len(want))]...)
		n.Start(&s, r)
		got := s.TopK(k, affinity, func(item int32) bool { return item%7 != 3 }, nil)
		if d := gocmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

func TestExtraAttributesComeFirst(t *testing.T) {
	x := Build([]Item{
		{Rules: []targeting.Conjunction{{targeting.OneOf("~placement", "lock")}}},
		{Rules: []targeting.Conjunction{{targeting.OneOf("~placement", "feed")}}},
	})
	r := new(targeting.Request)
	r.AddText("~placement", "lock")
	var s Scratch
	x.Start(&s, r, targeting.Attr{Name: "~placement", Text: "feed"})
	if got := collect(&s); !slices.Equal(got, []int32{1}) {
		t.Fatal(got)
	}
}

func TestEmptyAndNever(t *testing.T) {
	var s Scratch
	Build(nil).Start(&s, new(targeting.Request))
	if got := collect(&s); got != nil {
		t.Fatal(got)
	}
	x := Build([]Item{{}, {Rules: []targeting.Conjunction{targeting.Never()}}, {Rules: []targeting.Conjunction{{}}}})
	x.Start(&s, new(targeting.Request))
	if got := collect(&s); !slices.Equal(got, []int32{0, 2}) {
		t.Fatal(got)
	}
}

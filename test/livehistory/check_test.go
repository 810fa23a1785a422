package livehistory

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sound is a history of a log of n entries by three writers, one operation that was refused, one that was never answered, and readers
// who came, went and stayed.
func sound(n int) *History {
	h := &History{Channel: "plain:x", Epoch: "e1", Fold: func(es []Entry) string {
		var b strings.Builder
		for _, e := range es {
			b.WriteString(e.Op + " ")
		}
		return b.String()
	}}
	for i := range n {
		name, data := fmt.Sprintf("instance%d:%d", i%3, i/3+1), fmt.Sprintf(`{"n":%d}`, i)
		h.Log = append(h.Log, Entry{uint64(i) + 1, name, data})
		h.Ops = append(h.Ops, Op{Name: name, Data: data, Outcome: Acked, Sent: int64(10 * i), Acked: int64(10*i + 25)}) // three are under way at a time
	}
	h.Ops[n-1].Outcome, h.Ops[n-1].Acked = Unknown, 0
	h.Ops = append(h.Ops, Op{Name: "instance0:99", Outcome: Refused, Sent: 5}, Op{Name: "instance1:99", Outcome: Unknown, Sent: 6})
	begin := h.Fold(h.Log[:n/2])
	h.Runs = []Run{
		{Client: "stayed", Epoch: "e1", Entries: slices.Clone(h.Log), ToEnd: true},
		{Client: "late", Epoch: "e1", After: uint64(n / 2), Snapshot: &begin, Entries: slices.Clone(h.Log[n/2:]), ToEnd: true},
		{Client: "left", Epoch: "e1", After: 1, Entries: slices.Clone(h.Log[1 : n-2])},
	}
	return h
}

func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	if faults := Check(sound(20)); len(faults) > 0 {
		t.Error(faults)
	}
	if faults := Check(&History{Channel: "plain:empty"}); len(faults) > 0 {
		t.Error(faults)
	}
}

// TestPlanted breaks a sound history in one place, and must find just that kind of fault.
func TestPlanted(t *testing.T) {
	for _, c := range []struct {
		name  string
		want  Kind
		plant func(h *History, at int)
	}{
		{"an acknowledged operation is not in the log", Lost, func(h *History, at int) {
			h.Ops = append(h.Ops, Op{Name: "instance2:77", Outcome: Acked, Sent: 1, Acked: 2})
		}},
		{"the log has an operation twice", Doubled, func(h *History, at int) {
			h.Log = append(h.Log, Entry{uint64(len(h.Log)) + 1, h.Log[at].Op, h.Log[at].Data})
			h.Runs = nil
		}},
		{"an offset is left out", Gap, func(h *History, at int) {
			for i := at; i < len(h.Log); i++ {
				h.Log[i].Offset++
			}
			h.Runs = nil
		}},
		{"a refused operation is in the log", Ghost, func(h *History, at int) { h.Ops[at].Outcome = Refused }},
		{"the log has what nobody sent", Ghost, func(h *History, at int) { h.Ops = slices.Delete(h.Ops, at, at+1) }},
		{"the log has other data than was sent", Changed, func(h *History, at int) { h.Ops[at].Data = "{}" }},
		{"a client was shown two entries in the wrong order", Differs, func(h *History, at int) {
			e := h.Runs[0].Entries
			e[at].Op, e[at+1].Op = e[at+1].Op, e[at].Op
		}},
		{"a client was shown other data", Differs, func(h *History, at int) { h.Runs[0].Entries[at].Data = "{}" }},
		{"a client was shown what is not in the log", Differs, func(h *History, at int) {
			h.Runs[0].Entries = append(h.Runs[0].Entries, Entry{uint64(len(h.Log)) + 1, "instance1:99", ""})
		}},
		{"a client was not shown an entry", Gap, func(h *History, at int) { h.Runs[0].Entries = slices.Delete(h.Runs[0].Entries, at, at+1) }},
		{"a client was shown an entry twice", Doubled, func(h *History, at int) {
			h.Runs[0].Entries = slices.Insert(h.Runs[0].Entries, at, h.Runs[0].Entries[at])
		}},
		{"a client did not get to the end", Behind, func(h *History, at int) { h.Runs[0].Entries = h.Runs[0].Entries[:at] }},
		{"what was acknowledged stands behind what was sent later", Late, func(h *History, at int) { h.Ops[at].Sent, h.Ops[at].Acked = -20, -10 }},
		{"a snapshot is not the log at its offset", Snapshot, func(h *History, at int) { h.Runs[1].Snapshot = new(string) }},
		{"a client was in another epoch", Epoch, func(h *History, at int) { h.Runs[2].Epoch = "e0" }},
	} {
		t.Run(c.name, rapid.MakeCheck(func(t *rapid.T) {
			n := rapid.IntRange(8, 40).Draw(t, "entries")
			at := rapid.IntRange(1, n-3).Draw(t, "at")
			h := sound(n)
			c.plant(h, at)
			faults := Check(h)
			if len(faults) == 0 {
				t.Fatal("nothing was found")
			}
			for _, f := range faults {
				if f.Kind != c.want {
					t.Errorf("found %v, planted %s", f, c.want)
				}
			}
		}))
	}
}

package livehistory

import (
	"cmp"
	"fmt"
	"slices"
)

// Kind is a kind of fault.
type Kind string

// The kinds.
const (
	Gap      Kind = "gap"      // an offset is missing or out of turn
	Doubled  Kind = "doubled"  // an operation is in the log, or in a run, twice
	Lost     Kind = "lost"     // acknowledged, and not in the log
	Ghost    Kind = "ghost"    // refused or never sent, and in the log
	Changed  Kind = "changed"  // in the log with other data than was sent
	Differs  Kind = "differs"  // a client was shown something else than the log has
	Behind   Kind = "behind"   // a client that stayed was not shown all
	Late     Kind = "late"     // acknowledged before another was sent, and behind it in the log
	Snapshot Kind = "snapshot" // not what the log folds to
	Epoch    Kind = "epoch"    // a run of another epoch
)

// Fault is one thing that must not be.
type Fault struct {
	Kind Kind
	Text string
}

func (f Fault) String() string { return string(f.Kind) + ": " + f.Text }

// most is how many faults are told; one is enough to fail, and a few to understand.
const most = 20

type judge struct {
	h      *History
	at     map[string]uint64 // offset of each operation in the log
	faults []Fault
}

// Check finds the faults of a history: none where all is well, at most 20.
func Check(h *History) []Fault {
	j := &judge{h: h, at: make(map[string]uint64, len(h.Log))}
	j.log()
	j.ops()
	j.order()
	for i := range h.Runs {
		j.run(&h.Runs[i])
	}
	return j.faults[:min(len(j.faults), most)]
}

func (j *judge) fault(k Kind, text string, args ...any) {
	j.faults = append(j.faults, Fault{k, j.h.Channel + ": " + fmt.Sprintf(text, args...)})
}

func (j *judge) log() {
	for i, e := range j.h.Log {
		if e.Offset != uint64(i)+1 {
			j.fault(Gap, "place %d of the log has offset %d", i+1, e.Offset)
		}
		if before, ok := j.at[e.Op]; ok {
			j.fault(Doubled, "%s is at %d and at %d", e.Op, before, e.Offset)
			continue
		}
		j.at[e.Op] = uint64(i) + 1
	}
}

func (j *judge) ops() {
	known := make(map[string]bool, len(j.h.Ops))
	for _, op := range j.h.Ops {
		known[op.Name] = true
		at, ok := j.at[op.Name]
		switch {
		case !ok && op.Outcome == Acked:
			j.fault(Lost, "%s was acknowledged and is not in the log", op.Name)
		case ok && op.Outcome == Refused:
			j.fault(Ghost, "%s was refused and is at %d", op.Name, at)
		case ok && op.Data != "" && j.h.Log[at-1].Data != op.Data:
			j.fault(Changed, "%s at %d is %.100q, sent as %.100q", op.Name, at, j.h.Log[at-1].Data, op.Data)
		}
	}
	for _, e := range j.h.Log {
		if !known[e.Op] {
			j.fault(Ghost, "%s at %d was never sent", e.Op, e.Offset)
		}
	}
}

// order holds the log against the time that passed outside of it. Operations are gone through in the order they were sent in, with
// the highest offset that had been acknowledged by then.
func (j *judge) order() {
	var sent, acked []Op
	for _, op := range j.h.Ops {
		if _, ok := j.at[op.Name]; !ok {
			continue
		}
		sent = append(sent, op)
		if op.Outcome == Acked {
			acked = append(acked, op)
		}
	}
	slices.SortFunc(sent, func(a, b Op) int { return cmp.Compare(a.Sent, b.Sent) })
	slices.SortFunc(acked, func(a, b Op) int { return cmp.Compare(a.Acked, b.Acked) })
	var last Op // of those acknowledged by now, the one furthest in the log
	for _, op := range sent {
		for len(acked) > 0 && acked[0].Acked < op.Sent {
			if j.at[acked[0].Name] > j.at[last.Name] {
				last = acked[0]
			}
			acked = acked[1:]
		}
		if j.at[op.Name] < j.at[last.Name] {
			j.fault(Late, "%s at %d was acknowledged before %s at %d was sent", last.Name, j.at[last.Name], op.Name, j.at[op.Name])
		}
	}
}

func (j *judge) run(r *Run) {
	if r.Epoch != j.h.Epoch {
		j.fault(Epoch, "%s was in epoch %q, the log is in %q", r.Client, r.Epoch, j.h.Epoch)
		return
	}
	j.snapshot(r)
	at := r.After
	for _, e := range r.Entries {
		switch {
		case e.Offset <= at:
			j.fault(Doubled, "%s was shown offset %d after %d", r.Client, e.Offset, at)
			continue
		case e.Offset != at+1:
			j.fault(Gap, "%s was shown offset %d after %d", r.Client, e.Offset, at)
		}
		at = e.Offset
		if at > uint64(len(j.h.Log)) {
			j.fault(Differs, "%s was shown offset %d, the log ends at %d", r.Client, at, len(j.h.Log))
			return
		}
		if is := j.h.Log[at-1]; e.Op != is.Op || e.Data != is.Data {
			j.fault(Differs, "%s was shown at %d %s %.100q, the log has %s %.100q", r.Client, at, e.Op, e.Data, is.Op, is.Data)
		}
	}
	if r.ToEnd && at != uint64(len(j.h.Log)) {
		j.fault(Behind, "%s was shown all up to %d, the log ends at %d", r.Client, at, len(j.h.Log))
	}
}

func (j *judge) snapshot(r *Run) {
	switch {
	case r.After > uint64(len(j.h.Log)):
		j.fault(Differs, "%s began behind %d, the log ends at %d", r.Client, r.After, len(j.h.Log))
	case r.Snapshot != nil && j.h.Fold != nil:
		if want := j.h.Fold(j.h.Log[:r.After]); *r.Snapshot != want {
			j.fault(Snapshot, "%s at %d: %.200q, the log folds to %.200q", r.Client, r.After, *r.Snapshot, want)
		}
	}
}

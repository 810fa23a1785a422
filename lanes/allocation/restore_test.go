package allocation

import (
	"os"
	"testing"
)

// TestRestoredLedgerRepeatsNothing says that tokens made after a copy was taken, and tokens made by the copy when it is
// put in service later, are told apart: each counts once.
func TestRestoredLedgerRepeatsNothing(t *testing.T) {
	l := startLane(t, nil)
	l.put(market(0, 0, "")...)
	l.stop()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(l.dir)); err != nil {
		t.Fatal(err)
	}
	l.start(nil)
	before := l.decide(ask("p", 1, "u")).Placements[0].Items[0].Token
	l.stop()
	l.dir = copied
	l.clock.Add(5000) // a restore takes longer than restarts do
	l.start(nil)
	after := l.decide(ask("p", 1, "u")).Placements[0].Items[0].Token
	for _, tok := range []string{before, after} {
		for _, want := range []bool{true, false} {
			if first, err := l.Report(t.Context(), Impression, tok); err != nil || first != want {
				t.Errorf("first %v %v, want %v", first, err, want)
			}
		}
	}
}

// TestStatusStays says that an update which names no status leaves it as it is.
func TestStatusStays(t *testing.T) {
	l := startLane(t, nil)
	l.put(basics...)
	if _, err := l.SetStatus(t.Context(), KindAdvertiser, "a1", Paused); err != nil {
		t.Fatal(err)
	}
	l.put(`{"thing":"advertiser","id":"a1","name":"renamed"}`)
	row, err := l.Put(t.Context(), Update, &Advertiser{ID: "a1", Name: "again"})
	if err != nil || row.Status != Paused {
		t.Errorf("%s %v, want it still paused", row.Status, err)
	}
	if row, err = l.Put(t.Context(), Update, &Advertiser{ID: "a1", Name: "again", Status: Active}); err != nil || row.Status != Active {
		t.Errorf("%s %v, want it active", row.Status, err)
	}
	l.settle()
	revision := l.catalogue.Load().revision
	l.put(`{"thing":"advertiser","id":"a1","name":"again"}`)
	if now, err := l.store.Changed(t.Context(), 0, func(Row) error { return nil }); err != nil || now != revision {
		t.Errorf("an import that changes nothing made revision %d of %d, %v", now, revision, err)
	}
}

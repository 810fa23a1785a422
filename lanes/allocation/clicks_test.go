package allocation

import (
	"context"
	"errors"
	"testing"
)

// hanging is a database that does not answer until it is let go.
type hanging struct {
	Recorder
	free chan struct{}
}

func (h hanging) Do(ctx context.Context, events []*Event) error {
	<-h.free
	return h.Recorder.Do(ctx, events)
}

// TestClickDoesNotWaitForAHangingDatabase says that the user goes on, the click is recorded when it can be, and a lane that
// drains waits for it and takes no more.
func TestClickDoesNotWaitForAHangingDatabase(t *testing.T) {
	l := startLane(t, nil)
	l.put(market(0, 0, "")...)
	tok := l.decide(ask("p", 1, "u")).Placements[0].Items[0].Token
	free := make(chan struct{})
	l.keeper.recorder = hanging{l.keeper.recorder, free}
	if err := l.ReportClick(t.Context(), tok); !errors.Is(err, ErrClickLate) {
		t.Errorf("the user waited for %v", err)
	}
	drained := make(chan error, 1)
	go func() { drained <- l.Drain(t.Context()) }()
	close(free)
	if err := <-drained; err != nil {
		t.Fatal(err)
	}
	counts, err := l.ledger.Report(t.Context(), Period{To: 1 << 40, Limit: 10})
	if err != nil || len(counts) != 1 || counts[0].Clicks != 1 {
		t.Errorf("recorded %+v %v, want one click", counts, err)
	}
	if err := l.ReportClick(t.Context(), tok); !errors.Is(err, ErrClickLate) {
		t.Errorf("after it drained: %v", err)
	}
}

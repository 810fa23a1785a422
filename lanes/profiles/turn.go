package profiles

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// turn is a place in the queue, then a slot, then a call.
type turn struct {
	pacer   *pacer
	granted chan grant
	slot    time.Time // of a call that may begin
	placed  bool      // guarded by the pacer's mutex, as what follows
	left    bool
}

// grant is a slot, or why there is none.
type grant struct {
	slot time.Time
	err  error
}

// Wait returns when the call may begin. ErrLater when that is not to be within the wait.
func (t *turn) Wait(ctx context.Context) error {
	end := time.NewTimer(t.pacer.wait + ahead)
	defer end.Stop()
	for {
		select {
		case g := <-t.granted:
			if g.err != nil {
				return g.err
			}
			if err := sleep(ctx, g.slot.Sub(t.pacer.now())); err != nil {
				return err
			}
			if err := t.pacer.halted(); err != nil {
				return err
			}
			if !t.pacer.budget.Late(g.slot, t.pacer.now()) {
				t.slot = g.slot
				return nil
			}
			t.pacer.again(t)
		case <-end.C:
			return ErrLater.After(max(time.Second, t.pacer.estimate()))
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Leave gives the turn's place to others. It may be called more than once.
func (t *turn) Leave() {
	p := t.pacer
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.left {
		return
	}
	t.left = true
	p.release(t)
	if i := slices.Index(p.queue, t); i >= 0 {
		p.queue = slices.Delete(p.queue, i, i+1)
	}
}

// turnKey is what a call's context answers with its turn.
type turnKey struct{}

func withTurn(ctx context.Context, t *turn) context.Context {
	return context.WithValue(ctx, turnKey{}, t)
}

// before is asked last before a request leaves: without a turn, or too long after its slot, none does.
func before(r *http.Request) error {
	t, ok := r.Context().Value(turnKey{}).(*turn)
	if !ok || t.slot.IsZero() || t.pacer.budget.Late(t.slot, t.pacer.now()) {
		return ErrLater.After(time.Second)
	}
	t.slot = time.Time{} // one request a turn
	return nil
}

// sleep waits for a time, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package hub_test

import (
	"context"
	"errors"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// A database that does not answer must not keep a process alive that has waited for it as long as it may.
func TestACommitThatHangsIsCutWhenTheTimeIsOver(t *testing.T) {
	h := hub.New("test", hub.Config{}, hub.Deps{DB: dbtest.NewSet(t, db.Config{}, db.Options{}).DB("test")})
	must(t, h.Register((&kind{}).channel("fields:")))
	must(t, h.Migrate(ctx))
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- h.Run(running) }()
	a := newClient(t, "a")
	must(t, a.join(h, "fields:1"))
	hangs, why := make(chan struct{}), make(chan error, 1)
	h.Before(func(_ writeFunc, ctx context.Context, _ func(*db.Tx) error) error {
		close(hangs)
		<-ctx.Done()
		why <- ctx.Err()
		return ctx.Err()
	})
	answer := make(chan error, 1)
	a.in.Publish(ctx, []byte(`{"op":"instance-a:1","field":"x","value":"1"}`), func(err error) { answer <- err })
	<-hangs
	over, cancel := context.WithCancel(ctx)
	cancel()
	expect(t, h.Drain(over), context.Canceled)
	stop()
	if err := <-why; !errors.Is(err, context.Canceled) {
		t.Errorf("the commit ended with %v", err)
	}
	if err := <-ended; err == nil {
		t.Error("Run says that all was committed")
	}
	expect(t, <-answer, db.Unavailable)
}

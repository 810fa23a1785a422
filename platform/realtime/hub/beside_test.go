package hub_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// Of each key the newest goes out, once a tick, and nothing of it is in the log.
func TestMessagesBesideTheLog(t *testing.T) {
	n := open(t, hub.Config{Tick: 300 * time.Millisecond}, &kind{})
	a, b := newClient(t, "a"), newClient(t, "b")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, b.join(n.Hub, "fields:1"))
	for i := range 100 {
		must(t, a.send(message{Field: "cursor-a", Value: fmt.Sprint(i)}))
		must(t, b.send(message{Field: "cursor-b", Value: fmt.Sprint(i)}))
	}
	expect(t, a.send(message{Field: "cursor-a", Value: "no"}), errNo)
	got := func() string { return strings.Join(a.beside, "\n") }
	a.until("the newest", func() bool { return strings.Count(got(), `"99"`) == 2 })
	a.mu.Lock()
	defer a.mu.Unlock()
	if count := strings.Count(got(), "cursor-a"); count > 20 {
		t.Errorf("%d messages of one key went out", count)
	}
	if !strings.Contains(got(), `"client":"a"`) || strings.Contains(got(), "offset") || a.at.Offset != 0 {
		t.Errorf("a got %s", got())
	}
}

func TestMessagesBesideTheLogAreBounded(t *testing.T) {
	n := open(t, hub.Config{Tick: time.Second}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	for i := range 3000 {
		must(t, a.send(message{Field: fmt.Sprint("key", i)}))
	}
	must(t, a.set(1, "x", "1")) // the log does not care
	a.until("a tick", func() bool { return len(a.beside) > 0 })
	a.mu.Lock()
	defer a.mu.Unlock()
	if count := strings.Count(strings.Join(a.beside, "\n"), "key"); count > 2000 { // at most two ticks
		t.Errorf("%d went out", count)
	}
}

func TestARoomThatTakesNothingBesideItsLog(t *testing.T) {
	n := start(t, dbtest.NewSet(t, db.Config{}, db.Options{}).DB("test"), hub.Config{}, hub.Deps{}, rawKind())
	defer n.end()
	a := &sink{id: "a"}
	in, err := n.Join(ctx, a, hub.Join{Subscribe: subscribe("raw:1")}, func(hub.Joined) {})
	must(t, err)
	answer := make(chan error, 1)
	in.Publish(ctx, []byte(`{}`), func(err error) { answer <- err })
	expect(t, <-answer, hub.ErrNoEphemeral)
}

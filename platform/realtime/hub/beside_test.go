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
	n := open(t, hub.Config{Tick: time.Hour}, &kind{})
	a, b := newClient(t, "a"), newClient(t, "b")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, b.join(n.Hub, "fields:1"))
	for i := range 100 {
		must(t, a.send(message{Field: "cursor-a", Value: fmt.Sprint(i)}))
		must(t, b.send(message{Field: "cursor-b", Value: fmt.Sprint(i)}))
	}
	expect(t, a.send(message{Field: "cursor-a", Value: "no"}), errNo)
	n.Tick("fields:1")
	n.Tick("fields:1") // there is nothing more
	if a.messages != 1 || b.messages != 1 {
		t.Fatalf("%d and %d messages", a.messages, b.messages)
	}
	got := a.beside[0]
	if lines := strings.Split(got, "\n"); len(lines) != 2 || !strings.Contains(lines[0], `"client":"a"`) || strings.Count(got, `"99"`) != 2 ||
		strings.Contains(got, "offset") || a.at.Offset != 0 {
		t.Errorf("a got %s", got)
	}
}

// The hub's own tick sends them.
func TestMessagesBesideTheLogGoOutByThemselves(t *testing.T) {
	n := open(t, hub.Config{Tick: 5 * time.Millisecond}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	for i := range 3 {
		must(t, a.send(message{Field: "cursor"}))
		a.until("a tick", func() bool { return len(a.beside) == i+1 })
	}
}

func TestMessagesBesideTheLogAreBounded(t *testing.T) {
	n := open(t, hub.Config{Tick: time.Hour}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	for i := range 3000 {
		must(t, a.send(message{Field: fmt.Sprint("key", i)}))
	}
	must(t, a.set(1, "x", "1")) // the log does not care
	n.Tick("fields:1")
	if count := strings.Count(strings.Join(a.beside, "\n"), "key"); count != 1000 {
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

package hub_test

import (
	"maps"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// open is a database and one node on it, that ends with the test.
func open(t *testing.T, c hub.Config, k *kind) *node {
	t.Helper()
	n := start(t, dbtest.NewSet(t, db.Config{}, db.Options{}).DB("test"), c, hub.Deps{}, k.channel("fields:"))
	t.Cleanup(n.end)
	return n
}

func TestWhoJoinsHasTheRoomAndWhatComesNext(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a, b := newClient(t, "a"), newClient(t, "b")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, a.set(1, "x", "1"))
	must(t, a.set(2, "y", "2"))
	must(t, b.join(n.Hub, "fields:1"))
	must(t, b.set(1, "x", "3"))
	a.untilAt(3)
	b.untilAt(3)
	want := map[string]string{"x": "3", "y": "2"}
	for _, c := range []*client{a, b} {
		if got := c.copyOfView(); !maps.Equal(got, want) {
			t.Errorf("%s has %v, want %v", c.id, got, want)
		}
	}
	if b.joined.Offset != 2 || b.joined.Epoch == "" || b.joined.Epoch != a.joined.Epoch {
		t.Errorf("b came in at %v, a at %v", b.joined.Position, a.joined.Position)
	}
}

package hub_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// fillWindow writes so many entries of about 1 KiB.
func fillWindow(t tester, c *client, from, n int) {
	t.Helper()
	for i := range n {
		must(t, c.set(from+i, "x", fmt.Sprint(i, strings.Repeat("x", 850))))
	}
}

// Forty channels with members could hold 5 MiB. Beyond 1 MiB those that get entries keep a few; and who comes back gets the rest from SQL.
func TestAllWindowsTogetherAreBounded(t *testing.T) {
	const channels, entries, bound = 40, 130, 1 << 20
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	n := openOn(t, set, hub.Config{WindowAll: bound}, &kind{})
	var in []*client
	for i := range channels {
		c := newClient(t, fmt.Sprint(i))
		must(t, c.join(n.Hub, fmt.Sprint("fields:", i)))
		fillWindow(t, c, 1, entries)
		in = append(in, c)
		counted, held := n.Windows()
		if counted != held || counted > bound+channels*(10<<10) {
			t.Fatalf("%d channels hold %d bytes, %d are counted", i+1, held, counted)
		}
	}
	if first, last := n.InWindow("fields:0"), n.InWindow(fmt.Sprint("fields:", channels-1)); first < 100 || last > 16 || last == 0 {
		t.Errorf("the first keeps %d entries, the last %d", first, last)
	}
	fillWindow(t, in[0], entries+1, 1)
	if got := n.InWindow("fields:0"); got > 16 {
		t.Errorf("after its next entry the first keeps %d", got)
	}
	last := newClient(t, "back")
	last.at = in[channels-1].at
	last.at.Offset = 30
	must(t, last.back(n.Hub, fmt.Sprint("fields:", channels-1)))
	if !last.joined.Recovered || len(last.got) != entries-30 {
		t.Errorf("recovered: %v, %d entries", last.joined.Recovered, len(last.got))
	}
}

// Near the bound channels without members are closed, so that those with members keep what they have.
func TestWindowsOfIdleChannelsGoFirst(t *testing.T) {
	n := open(t, hub.Config{WindowAll: 1 << 20}, &kind{})
	stays := newClient(t, "stays")
	must(t, stays.join(n.Hub, "fields:stays"))
	fillWindow(t, stays, 1, 100)
	beat := 0
	for i := range 30 {
		c := newClient(t, fmt.Sprint(i))
		must(t, c.join(n.Hub, fmt.Sprint("fields:", i)))
		fillWindow(t, c, 1, 60)
		c.in.Leave()
		beat++
		n.Beat(beat)
	}
	fillWindow(t, stays, 101, 1)
	if got := n.InWindow("fields:stays"); got < 100 {
		t.Errorf("the one with a member keeps %d entries", got)
	}
	if o := n.Opened(); o < 5 || o > 15 {
		t.Errorf("%d are open", o)
	}
	if counted, held := n.Windows(); counted != held || counted > 1<<20 {
		t.Errorf("%d bytes, %d are counted", held, counted)
	}
	for i := range 30 { // and nothing is lost
		c := newClient(t, fmt.Sprint(i))
		must(t, c.join(n.Hub, fmt.Sprint("fields:", i)))
		if c.at.Offset != 60 {
			t.Errorf("%d is at %d", i, c.at.Offset)
		}
		c.in.Leave()
	}
}

// What is counted goes to nothing when all is closed, however the channels were loaded and dropped.
func TestWindowsAreCountedToTheEnd(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	n := openOn(t, set, hub.Config{}, &kind{})
	for i := range 5 {
		c := newClient(t, fmt.Sprint(i))
		must(t, c.join(n.Hub, fmt.Sprint("fields:", i)))
		fillWindow(t, c, 1, 5)
		expect(t, c.set(6, "x", "panic"), hub.ErrRoom)
		must(t, c.set(7, "x", "1"))
		if i%2 == 0 {
			must(t, n.Forget(ctx, fmt.Sprint("fields:", i)))
		}
	}
	if counted, held := n.Windows(); counted != held || counted == 0 {
		t.Errorf("%d bytes, %d are counted", held, counted)
	}
	n.end()
	if counted, _ := n.Windows(); counted != 0 {
		t.Errorf("%d bytes are counted when nothing is open", counted)
	}
}

package hub_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// deliverAll brings all that is on its way, in order.
func (a *air) deliverAll() {
	for a.on() > 0 {
		a.deliver(0, false)
	}
}

func TestWhatIsTooLongForTheBusIsReadFromSQL(t *testing.T) {
	a := &air{}
	nodes := startNodes(t, dbtest.NewSet(t, db.Config{}, db.Options{}), hub.Config{}, &kind{}, a.radio(), a.radio())
	y := newClient(t, "y")
	must(t, y.join(nodes[1].Hub, "fields:1"))
	long := fmt.Appendf(nil, `{"field":"x","value":%q}`, strings.Repeat("x", 2<<20))
	_, err := nodes[0].Publish(ctx, "fields:1", realtime.Writer{}, realtime.Op{}, long)
	must(t, err)
	a.deliverAll()
	y.untilAt(1)
	if len(y.view["x"]) != 2<<20 {
		t.Errorf("y has %d bytes", len(y.view["x"]))
	}
}

// What comes by the bus while the room is at work waits, and beyond a bound is read from SQL.
func TestTheBusWhileTheRoomIsAtWork(t *testing.T) {
	a := &air{}
	nodes := startNodes(t, dbtest.NewSet(t, db.Config{}, db.Options{}), hub.Config{}, &kind{}, a.radio(), a.radio())
	x, y := newClient(t, "x"), newClient(t, "y")
	must(t, x.join(nodes[0].Hub, "fields:1"))
	must(t, y.join(nodes[1].Hub, "fields:1"))
	a.deliverAll()
	hold, held := make(chan struct{}), make(chan struct{})
	var once sync.Once
	nodes[1].Before(func(write writeFunc, ctx context.Context, fn func(*db.Tx) error) error {
		once.Do(func() { close(held); <-hold })
		return write(ctx, fn)
	})
	answer := make(chan error, 1)
	go func() { answer <- y.set(1, "y", "1") }()
	<-held
	for i := range 600 {
		must(t, x.set(i+1, "x", fmt.Sprint(i)))
		a.deliverAll()
	}
	if y.at.Offset != 0 {
		t.Errorf("y is at %d", y.at.Offset)
	}
	close(hold)
	must(t, <-answer)
	y.untilAt(601)
	a.deliverAll()
	check(t, nodes[1], "fields:1", map[realtime.Op]bool{{Instance: "instance-y", Counter: 1}: true}, x, y)
}

// A storm of those who come back, who are inside the window, reads nothing.
func TestAStormOfThoseWhoComeBackReadsNothing(t *testing.T) {
	var count statements
	set := dbtest.NewSet(t, db.Config{}, db.Options{Observer: &count})
	n := openOn(t, set, hub.Config{}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	for i := range 100 {
		must(t, a.set(i+1, "x", fmt.Sprint(i)))
	}
	before := count.n.Load()
	var all sync.WaitGroup
	for i := range 5000 {
		all.Go(func() {
			c := newClient(t, fmt.Sprint(i))
			c.at = realtime.Position{Epoch: a.at.Epoch, Offset: uint64(i % 101)}
			must(t, c.back(n.Hub, "fields:1"))
			if !c.joined.Recovered || c.at != a.at {
				t.Errorf("recovered %v, at %v", c.joined.Recovered, c.at)
			}
		})
	}
	all.Wait()
	if by := count.n.Load() - before; by != 0 {
		t.Errorf("%d statements", by)
	}
}

// Outside the window each costs a read, and there are not more at once than is good: the others are to try again.
func TestAStormOfThoseWhoWereAwayForLongIsBounded(t *testing.T) {
	n := open(t, hub.Config{WindowEntries: 5}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	for i := range 100 {
		must(t, a.set(i+1, "x", fmt.Sprint(i)))
	}
	var all sync.WaitGroup
	for i := range 600 {
		all.Go(func() {
			c := newClient(t, fmt.Sprint(i))
			c.at = realtime.Position{Epoch: a.at.Epoch, Offset: 50}
			err := c.back(n.Hub, "fields:1")
			for errors.Is(err, hub.ErrBusy) {
				n.WaitReading("fields:1", 200)
				err = c.back(n.Hub, "fields:1")
			}
			must(t, err)
			if !c.joined.Recovered || c.at != a.at || len(c.got) != 50 {
				t.Errorf("recovered %v, at %v", c.joined.Recovered, c.at)
			}
		})
	}
	all.Wait()
}

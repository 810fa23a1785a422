package hub_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

func TestSentAgainItIsAcknowledgedAgainAndDoneOnce(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	k := &kind{}
	n := openOn(t, set, hub.Config{Checkpoint: 10}, k)
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	for i := 1; i <= 100; i++ {
		must(t, a.set(i, "x", fmt.Sprint(i)))
	}
	must(t, a.set(99, "x", "not again"))
	expect(t, a.set(20, "x", "not again"), stream.ErrOpTooOld)
	expect(t, a.set(101, "x", "no"), errNo)
	must(t, a.set(101, "x", "101")) // what was refused is not done
	answers := together(t, n, a, "fields:1", "1", "2")
	for _, err := range append(answers, together(t, n, a, "fields:1", "1", "2")...) {
		must(t, err)
	}
	n.end()
	n = openOn(t, set, hub.Config{}, k)
	must(t, a.join(n.Hub, "fields:1"))
	must(t, a.set(101, "x", "not again"))
	if a.at.Offset != 103 || a.view["x"] != "101" {
		t.Errorf("the log ends at %d, %v", a.at.Offset, a.view)
	}
}

func TestManyAtOnceOfOneOperationAreOne(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { must(t, a.set(1, "x", "1")) })
	}
	all.Wait()
	if a.at.Offset != 1 {
		t.Errorf("the log ends at %d", a.at.Offset)
	}
}

func TestOperationsOfOneSenderAreDoneInOrder(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	var all sync.WaitGroup
	for i := range 3000 {
		all.Add(1)
		a.in.Publish(t.Context(), fmt.Appendf(nil, `{"op":"instance-a:%d","field":"x","value":"%d"}`, i+1, i), func(err error) {
			if err != nil {
				t.Error(err)
			}
			all.Done()
		})
	}
	all.Wait()
	a.untilAt(3000)
	for i, e := range a.got {
		if e.Op.Counter != uint64(i+1) {
			t.Fatalf("%v is at the place of %d", e.Op, i+1)
		}
	}
}

func TestTooMuchThatWaitsIsRefused(t *testing.T) {
	for name, c := range map[string]hub.Config{
		"of a channel": {Queue: 3}, "in all": {QueueAll: 4}, "bytes": {QueueBytes: 64 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			n := open(t, c, &kind{})
			a := newClient(t, "a")
			must(t, a.join(n.Hub, "fields:1"))
			hold := make(chan struct{})
			n.Before(func(write writeFunc, ctx context.Context, fn func(*db.Tx) error) error {
				<-hold
				return write(ctx, fn)
			})
			var busy, done atomic.Int64
			var all sync.WaitGroup
			for i := range 100 {
				all.Add(1)
				a.in.Publish(t.Context(), fmt.Appendf(nil, `{"op":"instance-a:%d","field":"x","value":"%01000d"}`, i+1, i), func(err error) {
					if err == nil {
						done.Add(1)
					} else {
						expect(t, err, hub.ErrBusy)
						busy.Add(1)
					}
					all.Done()
				})
			}
			if busy.Load() == 0 {
				t.Error("none was refused")
			}
			close(hold)
			all.Wait()
			a.untilAt(uint64(done.Load()))
			must(t, a.set(200, "x", "1"))
		})
	}
}

func TestTimesDoNotGoBack(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	var now atomic.Int64
	now.Store(10_000_000)
	k := &kind{}
	begin := func() *node {
		return start(t, set.DB("test"), hub.Config{Checkpoint: 10, Keep: 1}, hub.Deps{Now: func() time.Time { return time.UnixMilli(now.Load()) }}, k.channel("fields:"))
	}
	n := begin()
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	for i := range 30 {
		must(t, a.set(i+1, "x", "1"))
		now.Add(int64(i%3-1) * 5000)
	}
	n.end()
	now.Store(5)
	n = begin()
	defer n.end()
	must(t, a.back(n.Hub, "fields:1"))
	must(t, a.set(31, "x", "1"))
	last := int64(0)
	for _, e := range a.got {
		if e.At < last {
			t.Errorf("%d is at %d, after %d", e.Offset, e.At, last)
		}
		last = e.At
	}
	if len(a.got) != 31 {
		t.Errorf("%d entries", len(a.got))
	}
}

func TestNamesOfOperations(t *testing.T) {
	op := realtime.Op{Instance: "instance", Counter: 7}
	for data, want := range map[string]struct {
		op      realtime.Op
		durable bool
		err     error
	}{
		`{"op":"instance:7"}`:                               {op, true, nil},
		` { "a" : [1, {"op":"x"}] , "op" : "instance:7" } `: {op, true, nil},
		`{"a":"}\"]","b":{"op":"no"},"op":"instance:7"}`:    {op, true, nil},
		`{"a":-1.5e3,"b":null,"op":"instance:7","c":1}`:     {op, true, nil},
		`{}`:             {},
		`{"a":1}`:        {},
		`{"a":{"op":1}}`: {},
		`{"op":7}`:       {durable: false, err: realtime.ErrOp},
		`{"op":"short"}`: {durable: true, err: realtime.ErrOp},
		`{"op":""}`:      {durable: true, err: realtime.ErrOp},
		`[]`:             {err: hub.ErrData},
		`"op"`:           {err: hub.ErrData},
		``:               {err: hub.ErrData},
	} {
		got, durable, err := hub.OpOf([]byte(data))
		if got != want.op || durable != want.durable {
			t.Errorf("%s: %v, %v", data, got, durable)
		}
		expect(t, err, want.err)
	}
}

func FuzzNamesOfOperations(f *testing.F) {
	for _, s := range []string{`{"op":"instance:7","a":[{}]}`, `{"a":"\`, `{"op":`, `{"a"`, `{"a":]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		op, durable, err := hub.OpOf(data)
		if durable && err == nil && !strings.Contains(string(data), op.String()) {
			t.Errorf("%q: %v", data, op)
		}
	})
}

// A channel with very much to commit does not hold up another.
func TestAChannelWithMuchDoesNotHoldUpOthers(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a, b := newClient(t, "a"), newClient(t, "b")
	must(t, a.join(n.Hub, "fields:much"))
	must(t, b.join(n.Hub, "fields:little"))
	hold, held := make(chan struct{}), make(chan struct{})
	var once sync.Once
	n.Before(func(write writeFunc, ctx context.Context, fn func(*db.Tx) error) error {
		once.Do(func() { close(held); <-hold })
		return write(ctx, fn)
	})
	var all sync.WaitGroup
	much := func(i int) {
		all.Add(1)
		a.in.Publish(t.Context(), fmt.Appendf(nil, `{"op":"instance-a:%d","field":"x","value":"%d"}`, i, i), func(error) { all.Done() })
	}
	much(1)
	<-held
	for i := range 4000 {
		much(i + 2)
	}
	at := make(chan uint64, 1)
	b.in.Publish(t.Context(), []byte(`{"op":"instance-b:1","field":"x","value":"1"}`), func(error) { at <- 0 })
	close(hold)
	<-at
	a.mu.Lock()
	before := a.at.Offset
	a.mu.Unlock()
	all.Wait()
	if before > 2000 {
		t.Errorf("%d of the other's operations were before it", before)
	}
}

func TestNobodyCanUseUpAnothersOperations(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a, b := newClient(t, "a"), newClient(t, "b")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, b.join(n.Hub, "fields:1"))
	must(t, a.set(1, "x", "1"))
	must(t, b.send(message{Op: "instance-a:2", Field: "y", Value: "b's"}))
	must(t, b.send(message{Op: "instance-a:900", Field: "y", Value: "b's"}))
	must(t, a.set(2, "x", "2"))
	a.untilAt(4)
	if got := a.copyOfView()["x"]; got != "2" {
		t.Errorf("what was acknowledged is not done: x is %s", got)
	}
}

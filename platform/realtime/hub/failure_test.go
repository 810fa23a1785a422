package hub_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

type writeFunc = func(context.Context, func(*db.Tx) error) error

// check: what was acknowledged is in the log once, in any order; and the members are where the log is.
func check(t tester, n *node, channel string, acknowledged map[realtime.Op]bool, members ...*client) {
	t.Helper()
	var since *realtime.Position
	seen, last := map[realtime.Op]int{}, map[string]string{}
	offset := uint64(0)
	for {
		entries, at, err := n.History(context.Background(), channel, since, 1000, false)
		must(t, err)
		for _, e := range entries {
			if offset++; e.Offset != offset {
				t.Fatalf("the log has %d at the place of %d", e.Offset, offset)
			}
			seen[e.Op]++
			last[field(t, e)] = value(t, e)
		}
		if offset == at.Offset {
			break
		}
		since = &realtime.Position{Epoch: at.Epoch, Offset: offset}
	}
	for op, count := range seen {
		if count > 1 {
			t.Errorf("%v is in the log %d times", op, count)
		}
	}
	for op := range acknowledged {
		if seen[op] == 0 {
			t.Errorf("%v was acknowledged and is not in the log", op)
		}
	}
	for _, c := range members {
		c.untilAt(offset)
		if got := c.copyOfView(); fmt.Sprint(got) != fmt.Sprint(last) {
			t.Errorf("%s has %v, the log %v", c.id, got, last)
		}
	}
}

func TestARoomThatPanicsIsMadeAnew(t *testing.T) {
	for _, value := range []string{"panic", "panic in apply"} {
		t.Run(value, func(t *testing.T) {
			k := &kind{}
			n := open(t, hub.Config{}, k)
			a, b := newClient(t, "a"), newClient(t, "b")
			must(t, a.join(n.Hub, "fields:1"))
			must(t, b.join(n.Hub, "fields:1"))
			must(t, a.set(1, "x", "1"))
			expect(t, a.set(2, "y", value), hub.ErrRoom)
			must(t, a.set(3, "z", "3"))
			check(t, n, "fields:1", map[realtime.Op]bool{{Instance: "instance-a", Counter: 3}: true}, a, b)
			if a.at.Offset != 2 || k.opens.Load() != 3 {
				t.Errorf("a is at %d after %d openings", a.at.Offset, k.opens.Load())
			}
		})
	}
	t.Run("allow", func(t *testing.T) {
		n := open(t, hub.Config{}, &kind{})
		a, b := newClient(t, "a"), newClient(t, "b")
		must(t, a.join(n.Hub, "fields:1"))
		expect(t, b.joinWith(n.Hub, hub.Join{Subscribe: realtime.Subscribe{Channel: "fields:1", Data: []byte(`"panic"`)}}), hub.ErrRoom)
		must(t, a.set(1, "x", "1"))
		a.untilAt(1)
	})
}

// Of those in one commit with an operation that makes the room panic, all others are done.
func TestAPanicHitsWhoCausedIt(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	answers := together(t, n, a, "fields:1", "1", "2", "panic", "3", "no", "4")
	for i, want := range []error{nil, nil, hub.ErrRoom, nil, errNo, nil} {
		expect(t, answers[i], want)
	}
	a.untilAt(4)
}

// together brings operations into one commit: they queue while another is under way.
func together(t *testing.T, n *node, a *client, channel string, values ...string) []error {
	t.Helper()
	hold, held := make(chan struct{}), make(chan struct{})
	var once sync.Once
	n.Before(func(write writeFunc, ctx context.Context, fn func(*db.Tx) error) error {
		once.Do(func() { close(held); <-hold })
		return write(ctx, fn)
	})
	first := newClient(t, rand.Text())
	must(t, first.join(n.Hub, "fields:other"))
	var all sync.WaitGroup
	all.Go(func() { must(t, first.set(1, "x", "1")) })
	<-held
	answers := make([]error, len(values))
	for i, v := range values {
		all.Add(1)
		data := fmt.Appendf(nil, `{"op":"together:%d","field":"f%d","value":%q}`, i+1, i, v)
		a.in.Publish(t.Context(), data, func(err error) {
			answers[i] = err
			all.Done()
		})
	}
	n.WaitQueued(channel, len(values))
	close(hold)
	all.Wait()
	return answers
}

func TestARoomWhoseRowsFailDoesNotFailItsNeighbours(t *testing.T) {
	errRows := errors.New("a row that cannot be")
	k := &kind{}
	k.commit = func(_ context.Context, _ *db.Tx, entries []realtime.Entry) error {
		for _, e := range entries {
			switch value(t, e) {
			case "bad row":
				return errRows
			case "panic row":
				panic("commit")
			}
		}
		return nil
	}
	n := open(t, hub.Config{}, k)
	hold, held := make(chan struct{}), make(chan struct{})
	var once sync.Once
	n.Before(func(write writeFunc, ctx context.Context, fn func(*db.Tx) error) error {
		once.Do(func() { close(held); <-hold })
		return write(ctx, fn)
	})
	clients := map[string]*client{}
	for _, name := range []string{"first", "good", "bad", "panic"} {
		clients[name] = newClient(t, name)
		must(t, clients[name].join(n.Hub, "fields:"+name))
	}
	answers := map[string]chan error{}
	send := func(name, value string) {
		answers[name] = make(chan error, 1)
		clients[name].in.Publish(t.Context(), fmt.Appendf(nil, `{"op":"instance:1","field":"x","value":%q}`, value), func(err error) { answers[name] <- err })
	}
	send("first", "1")
	<-held
	send("bad", "bad row")
	send("good", "1")
	send("panic", "panic row")
	close(hold)
	must(t, <-answers["first"])
	must(t, <-answers["good"])
	expect(t, <-answers["bad"], errRows)
	expect(t, <-answers["panic"], hub.ErrRoom)
	for _, name := range []string{"bad", "panic"} { // the members are still in, and the room has nothing of it
		must(t, clients[name].set(2, "y", "2"))
		check(t, n, "fields:"+name, nil, clients[name])
	}
}

// The commit happened, and its answer was lost: who sent it is told to try again, and then that it is done. It is there once.
func TestACommitWhoseOutcomeIsUnknown(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	var broken atomic.Bool
	n.Before(func(write writeFunc, ctx context.Context, fn func(*db.Tx) error) error {
		err := write(ctx, fn)
		if broken.CompareAndSwap(true, false) {
			return db.Unavailable
		}
		return err
	})
	a, b := newClient(t, "a"), newClient(t, "b")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, b.join(n.Hub, "fields:1"))
	must(t, a.set(1, "x", "1"))
	broken.Store(true)
	expect(t, a.set(2, "x", "2"), db.Unavailable)
	b.untilAt(2) // it was committed, and all get it
	must(t, a.set(2, "x", "2"))
	must(t, a.set(3, "x", "3"))
	check(t, n, "fields:1", map[realtime.Op]bool{{Instance: "instance-a", Counter: 2}: true}, a, b)
	if a.at.Offset != 3 {
		t.Errorf("the log ends at %d", a.at.Offset)
	}
}

func TestADatabaseThatIsLocked(t *testing.T) {
	dir := t.TempDir()
	set := db.NewSet(db.Config{BusyTimeout: 10 * time.Millisecond}, dir, db.Options{})
	defer set.Close()
	k := &kind{}
	n := start(t, set.DB("test"), hub.Config{}, hub.Deps{}, k.channel("fields:"))
	defer n.end()
	a, b := newClient(t, "a"), newClient(t, "b")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, b.join(n.Hub, "fields:1"))
	must(t, a.set(1, "x", "1"))
	other, err := sql.Open("sqlite", filepath.Join(dir, "test.db"))
	must(t, err)
	defer other.Close()
	other.SetMaxOpenConns(1)
	_, err = other.Exec("BEGIN IMMEDIATE")
	must(t, err)
	expect(t, a.set(2, "x", "2"), db.Unavailable)
	expect(t, b.set(1, "x", "3"), db.Unavailable)
	_, err = other.Exec("ROLLBACK")
	must(t, err)
	must(t, a.set(2, "x", "2"))
	must(t, b.set(1, "x", "3"))
	check(t, n, "fields:1", map[realtime.Op]bool{{Instance: "instance-a", Counter: 2}: true, {Instance: "instance-b", Counter: 1}: true}, a, b)
	if a.at.Offset != 3 {
		t.Errorf("the log ends at %d", a.at.Offset)
	}
}

func TestADiskThatIsFull(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	n := openOn(t, set, hub.Config{}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	pages := func(most int) {
		must(t, set.DB("test").Write(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", most)).Scan(new(int))
		}))
	}
	pages(1)
	acknowledged := map[realtime.Op]bool{}
	i, err := 0, error(nil)
	for ; err == nil && i < 1000; i++ {
		if err = a.set(i+1, fmt.Sprint("f", i%10), string(make([]byte, 200))); err == nil {
			acknowledged[realtime.Op{Instance: "instance-a", Counter: uint64(i + 1)}] = true
		}
	}
	expect(t, err, db.Unavailable)
	pages(1 << 30)
	must(t, a.set(i, "x", "1"))
	acknowledged[realtime.Op{Instance: "instance-a", Counter: uint64(i)}] = true
	check(t, n, "fields:1", acknowledged, a)
}

// While a channel cannot be made, its members wait; when it can be again, they get what they missed.
func TestMembersWaitForARoomThatCannotBeMade(t *testing.T) {
	k := &kind{}
	n := open(t, hub.Config{}, k)
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, a.set(1, "x", "1"))
	var sick atomic.Bool
	sick.Store(true)
	k.before = func(string) {
		if sick.Load() {
			panic("cannot")
		}
	}
	expect(t, a.set(2, "x", "panic"), hub.ErrRoom)
	expect(t, a.set(3, "x", "3"), hub.ErrRoom)
	expect(t, newClient(t, "b").join(n.Hub, "fields:1"), hub.ErrRoom)
	sick.Store(false)
	must(t, n.Compare(t.Context()))
	must(t, a.set(4, "x", "4"))
	check(t, n, "fields:1", nil, a)
	if a.ended != 0 || a.at.Offset != 2 {
		t.Errorf("a ended with %d at %d", a.ended, a.at.Offset)
	}
	k.gone.Store(true)
	expect(t, a.set(5, "x", "panic"), hub.ErrRoom)
	a.until("its end", func() bool { return a.ended == 2000 })
}

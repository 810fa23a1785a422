package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tester is what testing.T and rapid.T share.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

func must(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t tester, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("the error is %v, want %v", err, want)
	}
}

var (
	errNo     = fault.New(fault.Invalid, "fields.no", "No.")
	errNobody = fault.New(fault.Forbidden, "fields.nobody", "Not you.")
	errGone   = fault.New(fault.NotFound, "fields.gone", "There is none.")
)

// message is what clients of the test's rooms send, and what all get.
type message struct {
	Op    string `json:"op,omitempty"`
	Field string `json:"field"`
	Value string `json:"value"`
}

// fields is the room of the tests: a map. A value may ask it to misbehave.
type fields struct {
	kind *kind
	all  map[string]string
	uses atomic.Int32
}

// kind makes rooms, and says how they are.
type kind struct {
	gone     atomic.Bool
	opens    atomic.Int64
	before   func(name string) // an opening
	allow    func(c realtime.Client, s realtime.Subscribe) (realtime.Grant, error)
	commit   func(ctx context.Context, tx *db.Tx, entries []realtime.Entry) error
	overlaps atomic.Int32
}

func (k *kind) channel(prefix string) realtime.Channel {
	return realtime.Channel{Prefix: prefix, Open: func(_ context.Context, _ *db.Tx, name string, checkpoint []byte) (realtime.Room, error) {
		k.opens.Add(1)
		if k.before != nil {
			k.before(name)
		}
		if k.gone.Load() {
			return nil, errGone
		}
		r := &fields{kind: k, all: map[string]string{}}
		if checkpoint != nil {
			if err := json.Unmarshal(checkpoint, &r.all); err != nil {
				return nil, err
			}
		}
		if k.commit != nil {
			return committing{r}, nil
		}
		return r, nil
	}}
}

// use notes calls that overlap.
func (r *fields) use() func() {
	if r.uses.Add(1) > 1 {
		r.kind.overlaps.Add(1)
	}
	return func() { r.uses.Add(-1) }
}

func (r *fields) Allow(_ context.Context, c realtime.Client, s realtime.Subscribe) (realtime.Grant, error) {
	defer r.use()()
	if string(s.Data) == `"panic"` {
		panic("allow")
	}
	if r.kind.allow != nil {
		return r.kind.allow(c, s)
	}
	return realtime.Grant{Publish: true, Presence: true, Join: true}, nil
}

func (r *fields) Decide(_ realtime.Writer, data []byte, _ time.Time) ([]byte, error) {
	defer r.use()()
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, errNo
	}
	switch m.Value {
	case "no":
		return nil, errNo
	case "panic":
		panic("decide")
	}
	m.Op = ""
	return json.Marshal(m)
}

func (r *fields) Apply(e realtime.Entry) {
	defer r.use()()
	var m message
	if err := json.Unmarshal(e.Data, &m); err != nil {
		panic(err)
	}
	if m.Value == "panic in apply" {
		panic("apply")
	}
	r.all[m.Field] = m.Value
}

func (r *fields) Snapshot() []byte { return r.Checkpoint() }

func (r *fields) Checkpoint() []byte {
	defer r.use()()
	b, err := json.Marshal(r.all)
	if err != nil {
		panic(err)
	}
	return b
}

func (r *fields) Pass(_ realtime.Writer, data []byte, _ time.Time) (string, []byte, error) {
	defer r.use()()
	var m message
	if err := json.Unmarshal(data, &m); err != nil || m.Value == "no" {
		return "", nil, errNo
	}
	return m.Field, data, nil
}

// committing is a room with rows of its own.
type committing struct{ *fields }

func (r committing) Commit(ctx context.Context, tx *db.Tx, entries []realtime.Entry) error {
	defer r.use()()
	return r.kind.commit(ctx, tx, entries)
}

// node is one process.
type node struct {
	*hub.Hub
	t     tester
	stop  context.CancelFunc
	ended chan struct{}
}

func start(t tester, d *db.DB, c hub.Config, deps hub.Deps, kinds ...realtime.Channel) *node {
	t.Helper()
	deps.DB = d
	n := &node{Hub: hub.New("test", c, deps), t: t, ended: make(chan struct{})}
	must(t, n.Register(kinds...))
	must(t, n.Migrate(context.Background()))
	ctx, stop := context.WithCancel(context.Background())
	n.stop = stop
	go func() {
		defer close(n.ended)
		if err := n.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	return n
}

// end stops it as a deployment does.
func (n *node) end() {
	n.stop()
	<-n.ended
}

// client is a member that keeps what it is given, as a program with a copy of the room would.
type client struct {
	t  tester
	id string

	mu       sync.Mutex
	at       realtime.Position
	view     map[string]string
	got      []realtime.Entry
	beside   []string // bytes of messages beside the log
	ended    uint32
	changed  chan struct{} // closed at the next thing that happens
	joined   hub.Joined
	in       *hub.Membership
	messages int
}

func newClient(t tester, id string) *client {
	return &client{t: t, id: id, view: map[string]string{}, changed: make(chan struct{})}
}

func (c *client) Client() realtime.Client {
	return realtime.Client{ID: c.id, Caller: identity.Caller{Access: identity.User, ID: "user-" + c.id}}
}

func (c *client) happened() {
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *client) Deliver(_ *hub.Membership, m *hub.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.messages++
	for _, e := range m.Entries() {
		c.take(e)
	}
	if m.Offset() == 0 {
		c.beside = append(c.beside, string(m.JSON()))
	}
	c.happened()
}

// take folds an entry in, which must be the next.
func (c *client) take(e realtime.Entry) {
	if e.Offset != c.at.Offset+1 {
		c.t.Errorf("%s is at %d and gets %d", c.id, c.at.Offset, e.Offset)
	}
	c.at.Offset = e.Offset
	var m message
	if err := json.Unmarshal(e.Data, &m); err != nil {
		c.t.Errorf("%s: %v", c.id, err)
	}
	c.view[m.Field] = m.Value
	c.got = append(c.got, e)
}

func (c *client) Ended(_ *hub.Membership, code uint32, _ string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = code
	c.happened()
}

// join comes in, or comes back.
func (c *client) join(h *hub.Hub, channel string) error {
	return c.joinWith(h, hub.Join{Subscribe: realtime.Subscribe{Channel: channel}})
}

func (c *client) back(h *hub.Hub, channel string) error {
	return c.joinWith(h, hub.Join{Subscribe: realtime.Subscribe{Channel: channel}, Recover: true, Since: c.at})
}

func (c *client) joinWith(h *hub.Hub, j hub.Join) error {
	in, err := h.Join(context.Background(), c, j, func(joined hub.Joined) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.joined, c.ended = joined, 0
		if joined.Recovered {
			for _, e := range joined.Entries {
				c.take(e)
			}
		} else {
			c.view = map[string]string{}
			if err := json.Unmarshal(joined.Snapshot, &c.view); err != nil {
				c.t.Errorf("%s: the snapshot %q: %v", c.id, joined.Snapshot, err)
			}
			c.at, c.got = joined.Position, nil
		}
		if c.at != joined.Position {
			c.t.Errorf("%s is at %v, and is told %v", c.id, c.at, joined.Position)
		}
		c.happened()
	})
	c.in = in
	return err
}

// until waits for what happens, up to a time after which something is wrong.
func (c *client) until(what string, ok func() bool) {
	c.t.Helper()
	late := time.After(20 * time.Second)
	for {
		c.mu.Lock()
		done, changed := ok(), c.changed
		c.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-late:
			c.mu.Lock()
			defer c.mu.Unlock()
			c.t.Fatalf("%s waits for %s in vain: at %d, %v", c.id, what, c.at.Offset, c.view)
		}
	}
}

func (c *client) untilAt(offset uint64) {
	c.t.Helper()
	c.until(fmt.Sprintf("offset %d", offset), func() bool { return c.at.Offset >= offset })
}

func (c *client) copyOfView() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.view)
}

// send publishes and waits for the answer.
func (c *client) send(m message) error {
	data, err := json.Marshal(m)
	must(c.t, err)
	return c.sendData(data)
}

func (c *client) sendData(data []byte) error {
	answer := make(chan error, 2)
	c.in.Publish(context.Background(), data, func(err error) { answer <- err })
	select {
	case err := <-answer:
		return err
	case <-time.After(30 * time.Second):
		c.t.Fatalf("%s: no answer", c.id)
		return nil
	}
}

// many sends operations, and waits until all are done.
func (c *client) many(from, to int) {
	var all sync.WaitGroup
	for i := from; i < to; i++ {
		all.Add(1)
		data := fmt.Appendf(nil, `{"op":"instance-%s:%d","field":"f%d","value":"%d"}`, c.id, i+1, i%7, i)
		c.in.Publish(context.Background(), data, func(err error) {
			if err != nil {
				c.t.Errorf("%s: %v", data, err)
			}
			all.Done()
		})
	}
	all.Wait()
}

// set is an operation.
func (c *client) set(n int, field, value string) error {
	return c.send(message{Op: fmt.Sprintf("instance-%s:%d", c.id, n), Field: field, Value: value})
}

func field(t tester, e realtime.Entry) string { return read(t, e).Field }
func value(t tester, e realtime.Entry) string { return read(t, e).Value }

func read(t tester, e realtime.Entry) (m message) {
	t.Helper()
	must(t, json.Unmarshal(e.Data, &m))
	return m
}

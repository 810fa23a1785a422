package hub

import (
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// channel is one open channel.
//
// Lock order: channel.mu, then one of shard.mu, committer.mu, list.mu, keeper.mu, idle.mu, tasks.mu, the bus's and the members' own.
// Never two channels at once, and none while a statement runs.
//
// The room belongs to who holds mu while busy is false. Whoever sets busy may use it without mu until release: the committer while
// its transaction is under way, and who reads from SQL. Nothing else touches room and writers meanwhile; it waits in tasks.
type channel struct {
	hub       *Hub
	name      string
	kind      *realtime.Channel
	committer *committer

	mu     sync.Mutex
	busy   bool
	closed bool // out of the map: look again
	tasks  []task

	room    realtime.Room // nil: to be made from SQL
	writers *stream.Writers
	log     stream.Head // ID 0: never read; Offset: what is delivered
	opened  uint64      // the checkpoint that the room was made from
	at      int64       // of the last entry
	window  window

	snapshot   []byte // at snapshotAt
	snapshotAt uint64 // one more than the offset: 0 is none

	seats    []seat
	reading  int // recoveries from SQL that are under way
	watchers int // who are told of comings and goings
	message  Message

	queue      []op
	queueBytes int
	listed     bool // with the committer

	inbox  []news  // of the bus, while busy
	behind bool    // of which some did not fit
	heard  func()  // ends the subscription of the bus; nil: there is none
	beside beside  // messages beside the log
	crowd  crowd   // who is in, and who was
	keep   keeping // of checkpoints
	rest   resting // since when it is idle
	again  bool    // the room must be made anew, though nobody waits for it
}

// task waits for the room. It is called once, with mu held and the room there and not lent, or with the error for which there is none.
// It may set busy.
type task func(err error)

// seat is a place in the fan-out.
type seat struct {
	member Member
	s      *Membership
}

func newChannel(h *Hub, name string, k *realtime.Channel) *channel {
	return &channel{hub: h, name: name, kind: k, committer: h.committers[hash(name)/shards%uint32(len(h.committers))]}
}

// enter has t called when the room is to be had, at once if it is. mu is held.
func (c *channel) enter(t task) {
	switch {
	case c.busy && len(c.tasks) >= c.kind.Members+moreTasks:
		t(ErrBusy)
	case c.busy:
		c.tasks = append(c.tasks, t)
	case c.room == nil:
		c.tasks = append(c.tasks, t)
		c.reload(0)
	default:
		t(nil)
		c.settle()
	}
}

const moreTasks = 1024 // than members, that may wait for a room

// release gives the room back. mu is held.
func (c *channel) release() {
	c.busy = false
	c.settle()
}

// settle does what has waited for the room, as long as it is to be had. mu is held.
func (c *channel) settle() {
	for !c.busy && !c.closed {
		switch {
		case c.again, c.room == nil && (len(c.tasks) > 0 || len(c.queue) > 0):
			c.reload(0)
		case c.room == nil: // until the next who needs it, or the next check
			if c.unused() {
				c.close()
			}
			return
		case len(c.inbox) > 0:
			n := c.inbox[0]
			c.inbox = c.inbox[1:]
			c.hear(n)
		case c.behind:
			c.behind = false
			c.fill()
		case len(c.tasks) > 0:
			t := c.tasks[0]
			c.tasks[0] = nil
			c.tasks = c.tasks[1:]
			t(nil)
		default:
			c.inbox, c.tasks = nil, c.tasks[:0:0]
			c.line()
			c.restIfIdle()
			return
		}
	}
}

// ask calls the room. One that panics is dropped, and settle makes another. mu is held.
func (c *channel) ask(fn func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = c.hub.panicked(c.name, p)
			c.drop()
			c.again = true
		}
	}()
	fn()
	return nil
}

// drop lets the room go: what it knew is read from SQL. mu is held.
func (c *channel) drop() {
	c.room, c.writers, c.snapshot, c.snapshotAt = nil, nil, nil, 0
}

func (h *Hub) panicked(channel string, p any) error {
	h.metrics.panics.Inc()
	err := fmt.Errorf("live: %s: the room panics: %v\n%s", channel, p, debug.Stack())
	h.log.Error("live: a room panics", "channel", channel, "error", err.Error())
	return ErrRoom.Because(err)
}

// unused says that nobody needs the channel now. mu is held.
func (c *channel) unused() bool {
	return !c.busy && len(c.seats) == 0 && len(c.queue) == 0 && len(c.tasks) == 0 && c.reading == 0 && !c.crowd.listed
}

// close takes it out of the map. What comes next opens another. mu is held, and it is unused.
func (c *channel) close() {
	c.closed = true
	c.drop()
	c.unremember()
	if c.heard != nil {
		c.heard()
		c.heard = nil
	}
	s := c.hub.shard(c.name)
	s.mu.Lock()
	delete(s.channels, c.name)
	s.mu.Unlock()
	c.hub.open.Add(-1)
}

// bye ends all memberships. mu is held.
func (c *channel) bye(code uint32, reason string) {
	seats := c.seats
	c.seats, c.watchers = nil, 0
	for _, t := range seats {
		t.s.at = -1
		t.member.Ended(t.s, code, reason)
	}
	c.hub.metrics.members.Sub(float64(len(seats)))
	for _, t := range seats {
		c.left(t.s)
	}
}

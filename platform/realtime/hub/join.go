package hub

import (
	"context"

	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

const (
	mostMissed  = 1000 // entries that who comes back may be behind, beyond the window
	readingMost = 256  // who come back to one channel and are being read for; further ones are to try again
)

// Join brings a member into a channel. reply is called under the channel's lock, before the first Deliver, and must neither block nor
// call the hub; it is not called when Join fails. When ctx ends first, the member is not in.
func (h *Hub) Join(ctx context.Context, m Member, j Join, reply func(Joined)) (*Membership, error) {
	if h.draining.Load() {
		return nil, ErrDraining
	}
	c, err := h.channel(j.Channel)
	if err != nil {
		return nil, err
	}
	p := &joining{c: c, ctx: ctx, m: m, client: m.Client(), j: j, reply: reply}
	c.enter(p.step)
	if !p.over {
		p.done = make(chan struct{})
		c.mu.Unlock()
		select {
		case <-p.done:
		case <-ctx.Done():
		}
		c.mu.Lock()
		if !p.over {
			p.over, p.err = true, ctx.Err()
		}
	}
	c.mu.Unlock()
	return p.s, p.err
}

// joining is a join that is not over. Its fields are guarded by the channel's lock.
type joining struct {
	c      *channel
	ctx    context.Context
	m      Member
	client realtime.Client
	j      Join
	reply  func(Joined)

	over bool
	s    *Membership
	err  error
	done chan struct{} // closed when it is over; nil: nobody waits

	older  []realtime.Entry // read from SQL, from the first that is missed
	reads  int
	beyond bool // the log does not have it any more
}

func (p *joining) finish(s *Membership, err error) {
	p.s, p.err, p.over = s, err, true
	if p.done != nil {
		close(p.done)
	}
}

// step is a task.
func (p *joining) step(err error) {
	c := p.c
	switch {
	case p.over: // who asked has left
	case err != nil:
		p.finish(nil, err)
	case len(c.seats) >= c.kind.Members:
		p.finish(nil, ErrFull)
	default:
		p.allowed()
	}
}

func (p *joining) allowed() {
	c := p.c
	var grant realtime.Grant
	var refused error
	err := c.ask(func() { grant, refused = c.room.Allow(p.ctx, p.client, p.j.Subscribe) })
	if err == nil {
		err = refused
	}
	if err != nil {
		p.finish(nil, err)
		return
	}
	joined := Joined{Position: c.log.Position, Grant: grant}
	if p.j.Recover {
		entries, ok, wait := p.missed()
		if wait || p.over {
			return
		}
		joined.Entries, joined.Recovered = entries, ok
	}
	if !joined.Recovered {
		if joined.Snapshot, err = c.snap(); err != nil {
			p.finish(nil, err)
			return
		}
	}
	joined.Membership = c.seat(p, grant)
	p.reply(joined)
	p.finish(joined.Membership, nil)
}

// snap is the room as it is, made once for each offset.
func (c *channel) snap() ([]byte, error) {
	if c.snapshotAt == c.log.Offset+1 {
		return c.snapshot, nil
	}
	var b []byte
	if err := c.ask(func() { b = c.room.Snapshot() }); err != nil {
		return nil, err
	}
	c.snapshot, c.snapshotAt = b, c.log.Offset+1
	return b, nil
}

func (c *channel) seat(p *joining, grant realtime.Grant) *Membership {
	s := &Membership{
		c: c, client: p.client, grant: grant, at: int32(len(c.seats)), joinLeave: p.j.JoinLeave, watches: p.j.JoinLeave && grant.Presence,
	}
	c.seats = append(c.seats, seat{p.m, s})
	if s.watches {
		c.watchers++
	}
	c.hub.metrics.members.Inc()
	c.came(s)
	return s
}

// missed is what came since the client was there last. wait: it is being read, and step comes again.
func (p *joining) missed() (entries []realtime.Entry, ok, wait bool) {
	c, since := p.c, p.j.Since
	if p.ahead() {
		return nil, false, true
	}
	if since.Epoch != c.log.Epoch || since.Offset > c.log.Offset || p.beyond || since.Offset+1 < c.withheld() {
		return nil, false, false
	}
	if entries, ok := c.window.after(since.Offset, c.log.Offset); ok {
		c.hub.metrics.recovered.Inc()
		return entries, true, false
	}
	if entries, ok := p.joinOlder(); ok {
		c.hub.metrics.recoveredSQL.Inc()
		return entries, true, false
	}
	if c.log.Offset-since.Offset > mostMissed || since.Offset < c.log.Floor || p.reads >= 3 {
		return nil, false, false
	}
	if c.reading >= readingMost {
		p.finish(nil, ErrBusy)
		return nil, false, false
	}
	p.reads++
	begun := c.hub.tasks.start(func() { p.read(c.log.ID, since.Offset) })
	if begun {
		c.reading++
	}
	return nil, false, begun
}

// ahead: the client has been told more, by another node, than this one has heard of.
func (p *joining) ahead() bool {
	c, since := p.c, p.j.Since
	if since.Epoch != c.log.Epoch || since.Offset <= c.log.Offset || p.reads > 0 || !c.hub.others() {
		return false
	}
	p.reads++
	c.fill()
	c.enter(p.step)
	return true
}

// joinOlder puts what was read before what the window has.
func (p *joining) joinOlder() ([]realtime.Entry, bool) {
	c := p.c
	if len(p.older) == 0 {
		return nil, false
	}
	last := p.older[len(p.older)-1].Offset
	if last >= c.log.Offset {
		return p.older[:uint64(len(p.older))-(last-c.log.Offset)], true
	}
	newer, ok := c.window.after(last, c.log.Offset)
	if !ok {
		return nil, false
	}
	return append(p.older[:len(p.older):len(p.older)], newer...), true
}

func (p *joining) read(id int64, after uint64) {
	var older []realtime.Entry
	err := p.c.hub.read(p.c.hub.base, func(ctx context.Context) (err error) {
		older, err = stream.Read(ctx, p.c.hub.db, id, after, 2*mostMissed)
		return err
	})
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	p.c.reading--
	switch {
	case p.over:
	case err != nil && forGood(err):
		p.beyond = true
	case err != nil:
		p.step(err)
	case len(older) == 0 || older[0].Offset != after+1:
		p.beyond = true
	}
	if p.older = older; p.c.closed {
		p.step(ErrBusy)
	} else {
		p.c.enter(p.step)
	}
}

package hub

import (
	"bytes"

	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

const besideMost = 1000 // messages beside the log, of one channel in one tick; further ones are dropped

// beside is what a channel passes on without keeping it, collected over a tick: of each key the newest.
type beside struct {
	pushes  []push
	keys    map[string]int // where in pushes
	waiting int            // for the room
	listed  bool           // with the hub's tick
}

// add has the room decide on a message, at once or when it is back. An error says that done is not called.
func (b *beside) add(c *channel, by realtime.Writer, data []byte, done func(error)) error {
	switch {
	case c.hub.draining.Load():
		return ErrDraining
	case b.waiting >= besideMost:
		c.hub.metrics.dropped.Inc()
		return ErrBusy
	}
	data = bytes.Clone(data)
	b.waiting++
	c.enter(func(err error) {
		b.waiting--
		if err == nil {
			err = b.pass(c, by, data)
		}
		done(err)
	})
	return nil
}

func (b *beside) pass(c *channel, by realtime.Writer, data []byte) (err error) {
	room, ok := c.room.(realtime.Ephemeral)
	if !ok {
		return ErrNoEphemeral
	}
	var key string
	var out []byte
	if broken := c.ask(func() { key, out, err = room.Pass(by, data, c.hub.now()) }); broken != nil {
		return broken
	}
	if err != nil {
		return err
	}
	b.put(c, key, push{data: out, info: protocol.ClientInfo{Client: by.Client, User: by.User}})
	return nil
}

// put: what there is no place for is dropped, and is no error. It may be lost anyway.
func (b *beside) put(c *channel, key string, p push) {
	at, there := b.keys[key]
	switch {
	case there:
		b.pushes[at] = p
		c.hub.metrics.coalesced.Inc()
		return
	case len(b.pushes) >= besideMost:
		c.hub.metrics.dropped.Inc()
		return
	}
	if b.keys == nil {
		b.keys = map[string]int{}
	}
	b.keys[key] = len(b.pushes)
	b.pushes = append(b.pushes, p)
	if !b.listed {
		b.listed = true
		c.hub.ticks.add(c)
	}
}

// flushBeside sends what was collected, here and to the other nodes.
func (c *channel) flushBeside() {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := &c.beside
	b.listed = false
	pushes := b.pushes
	defer func() {
		clear(b.keys)
		clear(pushes)
		b.pushes = pushes[:0]
	}()
	if c.closed || len(pushes) == 0 {
		return
	}
	c.hub.metrics.beside.Add(float64(len(pushes)))
	c.sendPushes(pushes, false)
	if c.hub.bus == nil {
		return
	}
	w := c.says(tellsBeside)
	w.number(uint64(len(pushes)))
	for i := range pushes {
		w.bytes(pushes[i].data)
		w.text(pushes[i].info.Client)
		w.text(pushes[i].info.User)
	}
	if len(w) <= busMost {
		c.tell(w)
	} else {
		c.hub.metrics.dropped.Add(float64(len(pushes)))
	}
}

// hearBeside sends what another node collected.
func (c *channel) hearBeside(r *reader) {
	n := min(r.count(), besideMost)
	pushes := make([]push, 0, n)
	for len(pushes) < n && !r.bad {
		p := push{data: r.bytes()}
		p.info.Client, p.info.User = r.string(), r.string()
		pushes = append(pushes, p)
	}
	if r.bad {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.sendPushes(pushes, false)
	}
}

package hub

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

const (
	beat       = time.Second
	allEvery   = 10   // beats
	pushesMost = 100  // of comings and goings, a beat; who wants to know more asks who is in
	partMost   = 2000 // people in one message of the bus
)

// flushCrowd tells what changed since the last beat: the watchers here, and the other nodes.
func (c *channel) flushCrowd() {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &c.crowd
	w.listed = false
	changes := w.changes
	w.changes = nil
	if c.closed {
		return
	}
	var pushes []push
	var here []change
	for _, client := range slices.Sorted(maps.Keys(changes)) {
		ch := changes[client]
		if ch.before == ch.now {
			continue
		}
		if ch.here {
			here = append(here, ch)
		}
		if len(pushes) < pushesMost && c.watchers > 0 {
			pushes = append(pushes, push{join: ch.now, leave: !ch.now, info: protocol.ClientInfo{Client: ch.p.Client, User: ch.p.User, ChanInfo: ch.p.Info}})
		}
	}
	c.sendPushes(pushes, true)
	switch {
	case c.hub.bus == nil:
	case w.asked:
		w.asked = false
		c.tellAll()
	default:
		c.tellDiff(here)
	}
	c.restIfIdle()
}

func (c *channel) tellDiff(changes []change) {
	for part := range slices.Chunk(changes, partMost) {
		w := c.says(tellsDiff)
		w.number(uint64(len(part)))
		for i := range part {
			in := uint64(0)
			if part[i].now {
				in = 1
			}
			w.number(in)
			appendPresent(&w, &part[i].p)
		}
		c.tell(w)
	}
}

// tellAll tells the other nodes who is in here.
func (c *channel) tellAll() {
	all := slices.Collect(maps.Values(c.crowd.here))
	parts := (len(all) + partMost - 1) / partMost
	for i := range parts {
		part := all[i*partMost : min((i+1)*partMost, len(all))]
		w := c.says(tellsAll)
		w.number(uint64(i))
		w.number(uint64(parts))
		w.number(uint64(len(part)))
		for j := range part {
			p := presentOf(part[j])
			appendPresent(&w, &p)
		}
		c.tell(w)
	}
}

// askWho asks the other nodes. mu is held.
func (c *channel) askWho() {
	if !c.closed {
		c.tell(c.says(tellsAsk))
	}
}

// hearWho takes in what another node says of who is in there.
func (c *channel) hearWho(kind byte, r *reader) {
	node := strings.Clone(newReader(r.body).string())
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	if kind == tellsAsk {
		if len(c.crowd.here) > 0 {
			c.crowd.asked = true
			c.beatSoon()
		}
		return
	}
	o := c.crowd.away[node]
	if o == nil {
		o = &outpost{in: map[string]Present{}}
		if c.crowd.away == nil {
			c.crowd.away = map[string]*outpost{}
		}
		c.crowd.away[node] = o
	}
	o.heard = c.hub.now()
	if kind == tellsDiff {
		c.hearDiff(o, r)
	} else {
		c.hearAll(o, r)
	}
}

func (c *channel) hearDiff(o *outpost, r *reader) {
	for n := r.count(); n > 0 && !r.bad; n-- {
		in := r.number() == 1
		if p := r.present(); !r.bad {
			c.hearOne(o, p, in)
		}
	}
}

func (c *channel) hearOne(o *outpost, p Present, in bool) {
	if _, was := o.in[p.Client]; was == in {
		return
	}
	if in {
		o.in[p.Client] = p
	} else {
		delete(o.in, p.Client)
	}
	c.changed(p, in, false)
}

// hearAll: the parts come in order, or the next whole is waited for.
func (c *channel) hearAll(o *outpost, r *reader) {
	part, parts := r.number(), r.number()
	if part == 0 {
		o.coming, o.parts = map[string]Present{}, 0
	}
	if o.coming == nil || part != o.parts {
		o.coming = nil
		return
	}
	for n := r.count(); n > 0 && !r.bad; n-- {
		if p := r.present(); !r.bad {
			o.coming[p.Client] = p
		}
	}
	if o.parts++; o.parts < parts || r.bad {
		return
	}
	whole := o.coming
	o.coming = nil
	for client, p := range o.in {
		if _, in := whole[client]; !in {
			c.hearOne(o, p, false)
		}
	}
	for _, p := range whole {
		c.hearOne(o, p, true)
	}
}

// tellCrowds tells the other nodes of everybody, and lets go of nodes that were not heard of: at each beat of a tenth of the channels.
func (h *Hub) tellCrowds(n int) {
	long := h.now().Add(-awayFor)
	h.each(func(c *channel) {
		if hash(c.name)%allEvery != uint32(n)%allEvery {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.closed {
			return
		}
		for node, o := range c.crowd.away {
			if o.heard.After(long) {
				continue
			}
			for _, p := range o.in {
				c.changed(p, false, false)
			}
			delete(c.crowd.away, node)
			c.crowd.stale = true
		}
		if len(c.crowd.here) > 0 {
			c.tellAll()
		}
	})
}

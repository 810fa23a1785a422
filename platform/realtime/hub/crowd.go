package hub

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	presenceMost = 1000             // of one answer
	sortAlways   = 1000             // who is in is put in order at most once a second when they are more
	awayFor      = 30 * time.Second // a node that is not heard of for so long has nobody in
)

// crowd is who is in a channel, as far as they are to be seen. What changes is told once a beat.
type crowd struct {
	here    map[string]*Membership // by client
	away    map[string]*outpost    // by node
	changes map[string]change      // since the last beat, by client
	listed  bool                   // with the hub's beat
	asked   bool                   // the other nodes want to know all
	list    []Present              // in order
	users   int
	listAt  time.Time
	stale   bool // list is not up to date
}

// outpost is who is in on another node.
type outpost struct {
	in     map[string]Present
	heard  time.Time
	coming map[string]Present // parts of the whole that came
	parts  uint64
}

// change is what became of somebody since the last beat.
type change struct {
	p           Present
	before, now bool
	here        bool // on this node
}

func presentOf(s *Membership) Present {
	return Present{Client: s.client.ID, User: s.client.Caller.ID, Info: s.grant.Info}
}

// came: mu is held.
func (c *channel) came(s *Membership) {
	if !s.grant.Join {
		return
	}
	if c.crowd.here == nil {
		c.crowd.here = map[string]*Membership{}
	}
	c.crowd.here[s.client.ID] = s
	c.changed(presentOf(s), true, true)
}

// left: mu is held.
func (c *channel) left(s *Membership) {
	if c.crowd.here[s.client.ID] == s {
		delete(c.crowd.here, s.client.ID)
		c.changed(presentOf(s), false, true)
	}
}

func (c *channel) changed(p Present, in, here bool) {
	c.crowd.stale = true
	if c.watchers == 0 && c.hub.bus == nil {
		return
	}
	if c.crowd.changes == nil {
		c.crowd.changes = map[string]change{}
	}
	ch, there := c.crowd.changes[p.Client]
	if !there {
		ch.before, ch.here = !in, here
	}
	ch.p, ch.now = p, in
	c.crowd.changes[p.Client] = ch
	c.beatSoon()
}

func (c *channel) beatSoon() {
	if !c.crowd.listed {
		c.crowd.listed = true
		c.hub.beats.add(c)
	}
}

// present is who is in, in order. mu is held.
func (c *channel) present() []Present {
	w := &c.crowd
	n := len(w.here)
	for _, o := range w.away {
		n += len(o.in)
	}
	if !w.stale || n > sortAlways && c.hub.now().Sub(w.listAt) < time.Second {
		return w.list
	}
	list := make([]Present, 0, n)
	for _, s := range w.here {
		list = append(list, presentOf(s))
	}
	for _, o := range w.away {
		list = slices.AppendSeq(list, maps.Values(o.in))
	}
	slices.SortFunc(list, func(a, b Present) int { return strings.Compare(a.Client, b.Client) })
	users := make(map[string]struct{}, n)
	for i := range list {
		users[cmp.Or(list[i].User, "\x00"+list[i].Client)] = struct{}{} // the public is as many as there are
	}
	w.list, w.users, w.listAt, w.stale = list, len(users), c.hub.now(), false
	return list
}

// page is a part of who is in, which nobody changes. mu is held.
func (c *channel) page(after string, limit int) []Present {
	if limit <= 0 || limit > presenceMost {
		limit = presenceMost
	}
	list := c.present()
	from, there := slices.BinarySearchFunc(list, after, func(p Present, id string) int { return strings.Compare(p.Client, id) })
	if there {
		from++
	}
	list = list[from:]
	return list[:min(limit, len(list)):min(limit, len(list))]
}

func (c *channel) stats() Stats {
	list := c.present()
	return Stats{Clients: len(list), Users: c.crowd.users}
}

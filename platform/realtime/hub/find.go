package hub

import (
	"strings"

	"github.com/hotlane/hotlane/platform/realtime"
)

// kind is nil for a name that is not one of its channels'.
func (h *Hub) kind(channel string) *realtime.Channel {
	i := strings.IndexByte(channel, ':') + 1
	k := h.kinds[channel[:i]]
	if k == nil || !goodName(channel[i:]) {
		return nil
	}
	return k
}

func goodName(s string) bool {
	if len(s) < 1 || len(s) > 100 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-' || c == ':') {
			return false
		}
	}
	return true
}

func (h *Hub) shard(channel string) *shard { return &h.shards[hash(channel)%shards] }

// hash is FNV-1a.
func hash(s string) uint32 {
	n := uint32(2166136261)
	for i := range len(s) {
		n = (n ^ uint32(s[i])) * 16777619
	}
	return n
}

// channel finds a channel, or begins to open it. It comes back locked, and is not closed.
func (h *Hub) channel(name string) (*channel, error) {
	k := h.kind(name)
	if k == nil {
		return nil, ErrUnknownChannel
	}
	for {
		c, err := h.find(name, k)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		if !c.closed {
			return c, nil
		}
		c.mu.Unlock() // it was closed in between, and is out of the map
	}
}

func (h *Hub) find(name string, k *realtime.Channel) (*channel, error) {
	s := h.shard(name)
	s.mu.Lock()
	c := s.channels[name]
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	if h.draining.Load() {
		return nil, ErrDraining
	}
	if h.open.Load() >= int64(h.cfg.Rooms) && !h.closeIdlest() {
		return nil, ErrBusy
	}
	c = newChannel(h, name, k)
	c.mu.Lock() // nobody has it yet
	s.mu.Lock()
	if other := s.channels[name]; other != nil {
		s.mu.Unlock()
		c.mu.Unlock()
		return other, nil
	}
	s.channels[name] = c
	s.mu.Unlock()
	h.open.Add(1)
	c.reload(0)
	c.mu.Unlock()
	return c, nil
}

// peek finds a channel that is open. It comes back locked; nil: there is none.
func (h *Hub) peek(name string) *channel {
	s := h.shard(name)
	s.mu.Lock()
	c := s.channels[name]
	s.mu.Unlock()
	if c == nil {
		return nil
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	return c
}

// each calls fn with every channel, none locked.
func (h *Hub) each(fn func(*channel)) {
	var all []*channel
	for i := range h.shards {
		s := &h.shards[i]
		s.mu.Lock()
		all = all[:0]
		for _, c := range s.channels {
			all = append(all, c)
		}
		s.mu.Unlock()
		for _, c := range all {
			fn(c)
		}
	}
}

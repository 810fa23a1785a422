package server

import "github.com/hotlane/hotlane/platform/realtime/hub"

// subscription is a session's place in a channel.
type subscription struct {
	m       *hub.Membership
	expires int64 // Unix milliseconds, by the clock; 0: never
	server  bool  // made by the server
	lost    bool  // a message was lost: nothing more goes out
	untold  bool  // that it is lost was not told yet
}

// find is the place of the channel among the subscriptions, for who has the lock; -1: not in it. They are few, and a scan of their
// names is cheaper than a map.
func (c *session) find(channel string) int {
	for i := range c.subs {
		if c.subs[i].m.Channel() == channel {
			return i
		}
	}
	return -1
}

// membership is what the session has in the channel.
func (c *session) membership(channel string) (*hub.Membership, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.find(channel)
	if i < 0 {
		return nil, errNotSubscribed
	}
	return c.subs[i].m, nil
}

// take removes the subscription and gives it.
func (c *session) take(channel string) (subscription, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.find(channel)
	if i < 0 {
		return subscription{}, false
	}
	return c.takeAt(i), true
}

// takeAt is take for who has the lock.
func (c *session) takeAt(i int) subscription {
	sub := c.subs[i]
	last := len(c.subs) - 1
	c.subs[i] = c.subs[last]
	c.subs[last] = subscription{}
	c.subs = c.subs[:last]
	c.s.m.subscriptions.Dec()
	return sub
}

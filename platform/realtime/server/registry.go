package server

import (
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/hotlane/hotlane/platform/identity"
)

const shards = 64

// shard is a part of all sessions, so that they can come and go beside each other.
type shard struct {
	mu  sync.Mutex
	all []*session
}

// users are the users of a shard who are connected here.
type users struct {
	mu   sync.Mutex
	byID map[string]*user
}

// user is one who is connected here, with whatever all of their connections share.
type user struct {
	id       string
	mu       sync.Mutex
	bucket   bucket
	sessions []*session // under the lock of users
}

// places hands sessions out to shards.
type places struct{ next atomic.Uint32 }

func (s *Server) add(c *session) {
	c.shard = uint8(s.places.next.Add(1) % shards)
	at := &s.shards[c.shard]
	at.mu.Lock()
	defer at.mu.Unlock()
	c.index = int32(len(at.all))
	at.all = append(at.all, c)
}

func (s *Server) remove(c *session) {
	at := &s.shards[c.shard]
	at.mu.Lock()
	defer at.mu.Unlock()
	last := len(at.all) - 1
	moved := at.all[last]
	at.all[c.index], moved.index = moved, c.index
	at.all[last] = nil
	at.all = at.all[:last]
	if cap(at.all) > 64 && last < cap(at.all)/4 {
		at.all = slices.Clone(at.all) // after a rush
	}
}

// each calls visit with every session, shard by shard. It may end sessions.
func (s *Server) each(visit func(*session)) {
	var some []*session
	for i := range s.shards {
		at := &s.shards[i]
		at.mu.Lock()
		some = append(some[:0], at.all...)
		at.mu.Unlock()
		for _, c := range some {
			visit(c)
		}
	}
	clear(some)
}

// byID finds a session by its connection's id; nil: not here. It looks at all: only operators and backends ask.
func (s *Server) byID(id string) *session {
	for i := range s.shards {
		at := &s.shards[i]
		at.mu.Lock()
		k := slices.IndexFunc(at.all, func(c *session) bool { return c.client.ID == id })
		var found *session
		if k >= 0 {
			found = at.all[k]
		}
		at.mu.Unlock()
		if found != nil {
			return found
		}
	}
	return nil
}

func (s *Server) usersOf(id string) *users { return &s.users[maphash.String(s.seed, id)%shards] }

// known counts the session as one of the user's; false: there are too many.
func (s *Server) known(c *session, who identity.Caller) bool {
	if who.ID == "" {
		return true
	}
	at := s.usersOf(who.ID)
	at.mu.Lock()
	defer at.mu.Unlock()
	u := at.byID[who.ID]
	if u == nil {
		if at.byID == nil {
			at.byID = make(map[string]*user)
		}
		u = &user{id: who.ID}
		at.byID[who.ID] = u
	}
	if len(u.sessions) >= s.cfg.PerUser {
		return false
	}
	u.sessions = append(u.sessions, c)
	c.user = u
	return true
}

// forget undoes known.
func (s *Server) forget(c *session) {
	at := s.usersOf(c.user.id)
	at.mu.Lock()
	defer at.mu.Unlock()
	u := c.user
	u.sessions = slices.DeleteFunc(u.sessions, func(other *session) bool { return other == c })
	if len(u.sessions) == 0 {
		delete(at.byID, u.id)
	}
}

// sessionsOf are those of a user that are here.
func (s *Server) sessionsOf(id string) []*session {
	at := s.usersOf(id)
	at.mu.Lock()
	defer at.mu.Unlock()
	if u := at.byID[id]; u != nil {
		return slices.Clone(u.sessions)
	}
	return nil
}

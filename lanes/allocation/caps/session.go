package caps

// Session is one user's counters, locked. It must not be copied after first use, nor used after Unlock.
type Session struct {
	shard *shard
	user  uint64
	view  []entry
	full  bool
}

// Unlock ends the session.
func (s *Session) Unlock() {
	s.shard.mu.Unlock()
	s.shard = nil
}

// Allows tells whether the user may see the scope once more: whether fewer than limit entries count in the window of so
// many milliseconds before now. An entry made at t counts while now-window < t and it is confirmed or may still be.
// A new user for whom there is no room is refused (Full), since nothing could be counted.
func (s *Session) Allows(scope Scope, limit uint16, window, now int64) Reason {
	if s.full {
		return Full
	}
	if s.count(scope, int(limit), window, now) >= int(limit) {
		return Capped
	}
	return OK
}

// Count is how many entries count in the window; for explanations.
func (s *Session) Count(scope Scope, window, now int64) int {
	return s.count(scope, HardPerUser, window, now)
}

func (s *Session) count(scope Scope, enough int, window, now int64) int {
	n := 0
	for i := search(s.view, scope, now-window+1); i < len(s.view) && n < enough; i++ {
		e := s.view[i]
		if e.scope() != scope {
			break
		}
		if e.counts(now) {
			n++
		}
	}
	return n
}

// Reserve counts one served item in all its scopes, or, when it refuses, in none. What is not confirmed before until
// (at most MaxHold from now) stops counting by itself. The time it returns names the reservation: Confirm needs it, so
// it belongs into the token as its time of issue. It is now, or the next millisecond that is free in all the scopes.
// The number is that of the journal batch that will hold it.
func (s *Session) Reserve(claims []Claim, now, until int64) (at int64, batch uint64, why Reason) {
	h := s.shard
	if len(claims) == 0 {
		return now, h.batch, OK
	}
	if !valid(claims, now) || until <= now || until-now > MaxHold {
		return 0, 0, Invalid
	}
	if len(h.journal)+recordSize(len(claims)) > h.limit.journal {
		return 0, 0, Backlog
	}
	if why := h.room(s.user, len(claims), now); why != OK {
		s.reload()
		return 0, 0, why
	}
	s.reload()
	if at = s.free(claims, now); at >= until {
		return 0, 0, Invalid
	}
	for _, c := range claims {
		h.put(s.user, newEntry(c.Scope, at, until-at, c.Retain, false), now)
	}
	h.journal = appendRecord(h.journal, s.user, at, until-at, claims, false)
	s.reload()
	return at, h.batch, OK
}

func (s *Session) reload() { s.view = s.shard.view(s.shard.users.find(s.user)) }

// free is the first millisecond from now on at which no scope of the claims has an entry.
func (s *Session) free(claims []Claim, now int64) int64 {
	at := now
	for i := 0; i < len(claims); i++ {
		p := search(s.view, claims[i].Scope, at)
		if p < len(s.view) && s.view[p].scope() == claims[i].Scope && s.view[p].at() == at {
			at++
			i = -1
		}
	}
	return at
}

func valid(claims []Claim, at int64) bool {
	if at < 0 || at > MaxTime-MaxHold || len(claims) > maxClaims {
		return false
	}
	for _, c := range claims {
		if c.Retain <= 0 || c.Retain > MaxWindow {
			return false
		}
	}
	return true
}

// Confirm makes the reservation of that time count for good. It can be repeated, and it makes the entries anew when a
// crash lost the reservation or when it had expired. The number is that of the journal batch that will hold it.
// Backlog means that it counts but is not in the journal: only the shard's next checkpoint holds it. Full and UserFull
// mean that there was no room to make some of the entries anew.
func (s *Store) Confirm(user uint64, at int64, claims []Claim, now int64) (batch uint64, why Reason) {
	if !valid(claims, at) {
		return 0, Invalid
	}
	user = place(user)
	h := s.shard(user)
	h.mu.Lock()
	defer h.mu.Unlock()
	changed := false
	for _, c := range claims {
		e := newEntry(c.Scope, at, 0, c.Retain, true)
		old, found := h.lookup(user, e)
		if !e.alive(now) || old.confirmed() {
			continue
		}
		if !found {
			if why = h.room(user, 1, now); why != OK {
				break
			}
		}
		h.put(user, e, now)
		changed = true
	}
	switch {
	case !changed:
		return h.batch, why
	case len(h.journal)+recordSize(len(claims)) > 2*h.limit.journal:
		return h.batch, Backlog
	}
	h.journal = appendRecord(h.journal, user, at, 0, claims, true)
	return h.batch, why
}

func (h *shard) lookup(user uint64, e entry) (entry, bool) {
	es := h.view(h.users.find(user))
	p := search(es, e.scope(), e.at())
	if p < len(es) && es[p].same(e) {
		return es[p], true
	}
	return entry{}, false
}

package caps

import (
	"sync"
	"sync/atomic"
	"testing"
)

// The same few users from 64 goroutines, while the journal is taken, shards are encoded and swept.
func TestCapsHoldUnderConcurrency(t *testing.T) {
	const (
		now   = 1_000_000
		limit = 7
	)
	s := newStore(t, Config{})
	users := []uint64{1, 2, 3}
	var served [3]atomic.Int64
	var work, upkeep sync.WaitGroup
	stop := make(chan struct{})
	upkeep.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				s.TakeJournal(nil)
				s.EncodeShard(nil, i%s.Shards(), now)
				s.Sweep(i%s.Shards(), now)
			}
		}
	})
	for g := range 64 {
		work.Go(func() {
			for i := range 60 {
				u := (g + i) % len(users)
				session := s.Lock(users[u])
				why := session.Allows(Campaign(1), limit, 60_000, now+int64(i))
				if why == OK {
					at, _, why := session.Reserve([]Claim{claim(LineItem(1)), claim(Campaign(1))}, now+int64(i), now+50_000)
					session.Unlock()
					if why != OK {
						t.Error(why)
						return
					}
					served[u].Add(1)
					s.Confirm(users[u], at, []Claim{claim(LineItem(1)), claim(Campaign(1))}, now+int64(i))
					continue
				}
				session.Unlock()
			}
		})
	}
	work.Wait()
	close(stop)
	upkeep.Wait()
	for u := range users {
		if n := served[u].Load(); n != limit {
			t.Errorf("user %d was served %d times, cap is %d", users[u], n, limit)
		}
	}
}

func TestReservationsOfOneMomentAreTold(t *testing.T) {
	const now = 1_000_000
	s := newStore(t, Config{})
	session := s.Lock(9)
	a, _, _ := session.Reserve([]Claim{claim(LineItem(1)), claim(Campaign(1))}, now, now+100)
	b, _, _ := session.Reserve([]Claim{claim(LineItem(2)), claim(Campaign(1))}, now, now+100)
	c, _, _ := session.Reserve([]Claim{claim(LineItem(2))}, now, now+100)
	session.Unlock()
	if a != now || b != now+1 || c != now {
		t.Errorf("times %d %d %d, want %d %d %d", a, b, c, now, now+1, now)
	}
	for range 3 {
		s.Confirm(9, a, []Claim{claim(LineItem(1)), claim(Campaign(1))}, now)
	}
	session = s.Lock(9)
	defer session.Unlock()
	if n := session.Count(Campaign(1), 60_000, now+200); n != 1 {
		t.Errorf("%d count after one was confirmed three times and the other expired, want 1", n)
	}
}

func TestFullStoreRefusesNewUsers(t *testing.T) {
	const now = 1_000_000
	s := newStore(t, Config{MaxUsers: 256, MaxEntries: 512})
	claims := []Claim{claim(LineItem(1))}
	var in, out []uint64
	for user := uint64(1); user < 2_000; user++ {
		session := s.Lock(user)
		switch _, _, why := session.Reserve(claims, now, now+1_000); why {
		case OK:
			in = append(in, user)
		case Full:
			out = append(out, user)
			if got := session.Allows(LineItem(1), 5, 5_000, now); got != Full {
				t.Errorf("Allows says %v", got)
			}
		default:
			t.Fatal(why)
		}
		session.Unlock()
	}
	if len(in) > 256 || len(out) == 0 {
		t.Fatalf("%d users are in, %d out", len(in), len(out))
	}
	if _, why := s.Confirm(out[0], now, claims, now); why != Full {
		t.Errorf("Confirm says %v", why)
	}
	session := s.Lock(in[0])
	if got := session.Allows(LineItem(1), 5, 5_000, now); got != OK {
		t.Errorf("a user who is in: %v", got)
	}
	session.Unlock()
	for i := range s.Shards() {
		s.Sweep(i, now+5_000)
	}
	session = s.Lock(out[0])
	defer session.Unlock()
	if _, _, why := session.Reserve(claims, now+5_000, now+6_000); why != OK {
		t.Errorf("after a sweep: %v", why)
	}
}

func TestUserFull(t *testing.T) {
	const now = 1_000_000
	s := newStore(t, Config{MaxPerUser: 5})
	session := s.Lock(4)
	defer session.Unlock()
	claims := []Claim{claim(LineItem(1)), claim(Campaign(1))}
	for range 2 {
		if _, _, why := session.Reserve(claims, now, now+1_000); why != OK {
			t.Fatal(why)
		}
	}
	if _, _, why := session.Reserve(claims, now, now+1_000); why != UserFull {
		t.Errorf("sixth entry: %v", why)
	}
	if n := session.Count(LineItem(1), 5_000, now); n != 2 {
		t.Errorf("a refused Reserve left %d entries, want 2", n)
	}
	if _, _, why := session.Reserve(claims, now+1_000, now+2_000); why != OK {
		t.Errorf("once the others have expired: %v", why)
	}
}

func TestBacklog(t *testing.T) {
	const now = 1_000_000
	s := newStore(t, Config{MaxJournal: 256 * maxRecord})
	claims := []Claim{claim(LineItem(1))}
	session := s.Lock(4)
	why := OK
	for n := 0; why == OK; n++ {
		if _, _, why = session.Reserve(claims, now, now+1_000); n > maxRecord {
			t.Fatal("the journal has no bound")
		}
	}
	session.Unlock()
	if why != Backlog {
		t.Fatal(why)
	}
	for i := range int64(10) { // confirmations have room of their own, then count without it
		if _, why = s.Confirm(4, now+i, claims, now); why != OK && why != Backlog {
			t.Fatal(why)
		}
	}
	if why != Backlog {
		t.Errorf("confirmations: %v", why)
	}
	s.TakeJournal(nil)
	session = s.Lock(4)
	defer session.Unlock()
	if _, _, why := session.Reserve(claims, now, now+1_000); why != OK {
		t.Errorf("after a take: %v", why)
	}
}

func TestBatchNumbers(t *testing.T) {
	const now = 1_000_000
	s := newStore(t, Config{})
	if blob, batch := s.TakeJournal(nil); len(blob) > 0 || batch != 1 {
		t.Errorf("nothing happened: %d bytes, batch %d", len(blob), batch)
	}
	session := s.Lock(4)
	_, batch, _ := session.Reserve([]Claim{claim(LineItem(1))}, now, now+1_000)
	session.Unlock()
	if _, took := s.TakeJournal(nil); batch != 2 || took != 2 {
		t.Errorf("reserved in %d, taken in %d", batch, took)
	}
	if batch, _ := s.Confirm(4, now, []Claim{claim(LineItem(1))}, now); batch != 3 {
		t.Errorf("confirmed in %d", batch)
	}
}

func TestOutOfRange(t *testing.T) {
	const now = 1_000_000
	s := newStore(t, Config{})
	session := s.Lock(4)
	defer session.Unlock()
	good := []Claim{claim(LineItem(1))}
	for name, f := range map[string]func() Reason{
		"hold":      func() Reason { _, _, why := session.Reserve(good, now, now+MaxHold+1); return why },
		"no hold":   func() Reason { _, _, why := session.Reserve(good, now, now); return why },
		"time":      func() Reason { _, _, why := session.Reserve(good, -1, now); return why },
		"far time":  func() Reason { _, _, why := session.Reserve(good, MaxTime, MaxTime+1); return why },
		"no window": func() Reason { _, _, why := session.Reserve([]Claim{{LineItem(1), 0}}, now, now+1); return why },
		"window": func() Reason {
			_, _, why := session.Reserve([]Claim{{LineItem(1), MaxWindow + 1}}, now, now+1)
			return why
		},
		"claims": func() Reason { _, _, why := session.Reserve(make([]Claim, maxClaims+1), now, now+1); return why },
	} {
		if why := f(); why != Invalid {
			t.Errorf("%s: %v", name, why)
		}
	}
}

func TestConfigRules(t *testing.T) {
	for name, cfg := range map[string]Config{
		"few shards": {Shards: 128}, "odd shards": {Shards: 300}, "users": {MaxUsers: 1}, "entries": {MaxEntries: 1},
		"per user": {MaxPerUser: HardPerUser + 1}, "journal": {MaxJournal: 1}, "negative": {MaxUsers: -1},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

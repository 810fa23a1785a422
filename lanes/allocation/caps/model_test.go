package caps

import (
	"testing"

	"pgregory.net/rapid"
)

// model is the rule of the package, written down the slow way.
type model map[uint64]map[spot]fact

type (
	spot struct {
		scope Scope
		at    int64
	}
	fact struct {
		until, retain int64
		confirmed     bool
	}
)

func (m model) join(user uint64, s spot, f fact) {
	if m[user] == nil {
		m[user] = map[spot]fact{}
	}
	old, ok := m[user][s]
	if ok {
		f = fact{max(f.until, old.until), max(f.retain, old.retain), f.confirmed || old.confirmed}
	}
	m[user][s] = f
}

func (m model) count(user uint64, scope Scope, window, now int64) (n int) {
	for s, f := range m[user] {
		if s.scope == scope && now-window < s.at && (f.confirmed || now < f.until) {
			n++
		}
	}
	return n
}

// drop forgets what the store has forgotten for good, so that a later confirmation starts anew in both.
func (m model) drop(now int64) {
	for _, facts := range m {
		for s, f := range facts {
			if s.at+f.retain <= now || !f.confirmed && now >= f.until {
				delete(facts, s)
			}
		}
	}
}

// The scopes of the tests, with their windows; the longest is what is retained.
var windows = map[Scope][]int64{
	LineItem(1): {1_000, 5_000}, LineItem(2): {3_000}, Campaign(1): {60_000}, Creative(MaxID): {2_000, 4_000},
}

// Steps of time that meet the bounds of windows and holds, and some that do not.
var steps = []int64{1, 500, 1_000, 1_000, 2_000, 999, 37, 2_500, 4_000}

var scopes = []Scope{LineItem(1), LineItem(2), Campaign(1), Creative(MaxID)}

func claim(s Scope) Claim { return Claim{s, windows[s][len(windows[s])-1]} }

func genClaims(t *rapid.T) []Claim {
	var claims []Claim
	for _, s := range rapid.SliceOfNDistinct(rapid.SampledFrom(scopes), 1, 4, rapid.ID).Draw(t, "scopes") {
		claims = append(claims, claim(s))
	}
	return claims
}

func newStore(t interface{ Fatal(...any) }, cfg Config) *Store {
	if cfg.Shards == 0 {
		cfg.Shards = 256
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func checkCounts(t *rapid.T, s *Store, m model, users []uint64, now int64) {
	for _, user := range users {
		session := s.Lock(user)
		for _, scope := range scopes {
			for _, window := range windows[scope] {
				want := m.count(user, scope, window, now)
				if got := session.Count(scope, window, now); got != want {
					session.Unlock()
					t.Fatalf("user %d, scope %x, window %d at %d: %d, want %d", user, scope, window, now, got, want)
				}
				for limit := uint16(1); limit < 6; limit++ {
					if ok := session.Allows(scope, limit, window, now) == OK; ok != (want < int(limit)) {
						session.Unlock()
						t.Fatalf("limit %d with %d seen: %v", limit, want, ok)
					}
				}
			}
		}
		session.Unlock()
	}
}

type shown struct {
	user   uint64
	at     int64
	claims []Claim
}

func TestCountsAreThoseOfTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, m, now := newStore(t, Config{}), model{}, int64(1_000_000)
		users := []uint64{1, 77, 1 << 63, 5}
		var log []shown
		t.Repeat(map[string]func(*rapid.T){
			"reserve": func(t *rapid.T) {
				user, claims := rapid.SampledFrom(users[:3]).Draw(t, "user"), genClaims(t)
				until := now + rapid.SampledFrom(steps[1:]).Draw(t, "hold")
				session := s.Lock(user)
				at, _, why := session.Reserve(claims, now, until)
				session.Unlock()
				if why != OK || at < now {
					t.Fatalf("at %d: %d, %v", now, at, why)
				}
				for _, c := range claims {
					if _, taken := m[user][spot{c.Scope, at}]; taken {
						t.Fatalf("%d was taken already", at)
					}
					m.join(user, spot{c.Scope, at}, fact{until, c.Retain, false})
				}
				log = append(log, shown{user, at, claims})
			},
			"confirm": func(t *rapid.T) {
				if len(log) == 0 {
					return
				}
				e := rapid.SampledFrom(log).Draw(t, "event")
				if _, why := s.Confirm(e.user, e.at, e.claims, now); why != OK {
					t.Fatal(why)
				}
				for _, c := range e.claims {
					if now < e.at+c.Retain {
						m.join(e.user, spot{c.Scope, e.at}, fact{e.at, c.Retain, true})
					}
				}
			},
			"later": func(t *rapid.T) { now += rapid.SampledFrom(steps).Draw(t, "ms") },
			"sweep": func(t *rapid.T) {
				for i := range s.Shards() {
					for round := false; !round; {
						_, round = s.Sweep(i, now)
					}
				}
				m.drop(now)
				entries := 0
				for _, facts := range m {
					entries += len(facts)
				}
				if got := s.Stats(); got.Entries != entries {
					t.Fatalf("%d entries after a sweep, want %d", got.Entries, entries)
				}
			},
			"": func(t *rapid.T) { checkCounts(t, s, m, users, now) },
		})
	})
}

package caps

import (
	"fmt"
	"math/bits"
	"sync"
)

// Config bounds a Store. Limits are divided evenly among the shards, and users spread evenly over them by their hash.
//
// Decisions do not notice the number of shards from 256 on (BenchmarkDecision, two cores). What it trades is how long
// one is locked for its checkpoint (a million users: 0.8 ms with 256, 0.2 ms with 1024) against what an idle take costs
// (3 µs with 256, 14 µs with 1024, 55 µs with 4096).
type Config struct {
	Shards     int // a power of two, 256 to 65536; default 1024
	MaxUsers   int // default 4,000,000
	MaxEntries int // default 32,000,000, at 16 bytes each
	MaxPerUser int // 1 to HardPerUser; default 1024
	MaxJournal int // bytes that may wait to be taken; default 64 MiB
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *int
		value int
	}{
		{&c.Shards, 1024},
		{&c.MaxUsers, 4_000_000},
		{&c.MaxEntries, 32_000_000},
		{&c.MaxPerUser, 1024},
		{&c.MaxJournal, 64 << 20},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return c
}

// Validate names the first field that breaks a rule. Zero means the default.
func (c Config) Validate() error {
	c = c.withDefaults()
	switch {
	case c.Shards < 256 || c.Shards > 65536 || c.Shards&(c.Shards-1) != 0:
		return fmt.Errorf("shards: must be a power of two from 256 to 65536, is %d", c.Shards)
	case c.MaxUsers < c.Shards:
		return fmt.Errorf("max_users: must be at least the number of shards (%d), is %d", c.Shards, c.MaxUsers)
	case c.MaxEntries < c.Shards:
		return fmt.Errorf("max_entries: must be at least the number of shards (%d), is %d", c.Shards, c.MaxEntries)
	case c.MaxPerUser < 1 || c.MaxPerUser > HardPerUser:
		return fmt.Errorf("max_per_user: must be from 1 to %d, is %d", HardPerUser, c.MaxPerUser)
	case c.MaxJournal < c.Shards*maxRecord:
		return fmt.Errorf("max_journal: must be at least %d bytes, is %d", c.Shards*maxRecord, c.MaxJournal)
	}
	return nil
}

// Store counts, per user, what was shown and when. All methods may be called at the same time.
type Store struct {
	shards []shard
	shift  uint

	mu   sync.Mutex // serialises TakeJournal; taken before a shard's
	next uint64     // number of the next batch
}

// New makes an empty store; the first batch of its journal has number 1.
func New(cfg Config) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("caps: %w", err)
	}
	cfg = cfg.withDefaults()
	log := uint(bits.TrailingZeros(uint(cfg.Shards)))
	s := &Store{shards: make([]shard, cfg.Shards), shift: 64 - log, next: 1}
	per := func(total int) int { return (total + cfg.Shards - 1) / cfg.Shards }
	for i := range s.shards {
		h := &s.shards[i]
		h.users.skip = log
		h.batch = 1
		h.limit = limits{
			users: per(cfg.MaxUsers), entries: per(cfg.MaxEntries),
			perUser: cfg.MaxPerUser, journal: per(cfg.MaxJournal),
		}
	}
	return s, nil
}

// Shards is the number of shards.
func (s *Store) Shards() int { return len(s.shards) }

func (s *Store) shard(user uint64) *shard { return &s.shards[mix(user)>>s.shift] }

// place gives the key 0, which marks an empty place, to a neighbour.
func place(user uint64) uint64 { return max(user, 1) }

// Lock opens the user's counters for one decision, which sees and changes them alone. Decisions of other users in the
// same shard wait, so hold it for microseconds, do no I/O meanwhile, and open no second one before Unlock.
// The user is a hash that the caller has keyed.
func (s *Store) Lock(user uint64) Session {
	user = place(user)
	h := s.shard(user)
	h.mu.Lock()
	i := h.users.find(user)
	return Session{
		shard: h, user: user, view: h.view(i),
		full: i < 0 && (h.users.n >= h.limit.users || h.entries >= h.limit.entries),
	}
}

// Sweep drops what can no longer count from a bounded number of places of one shard (at most 1024, some 50 µs), and
// goes on from there at the next call. It returns how many entries it dropped and whether it came round.
func (s *Store) Sweep(shard int, now int64) (dropped int, round bool) {
	h := &s.shards[shard]
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sweep(now, 1024)
}

// Stats are sums over all shards, each read at its own moment.
type Stats struct{ Users, Entries, Journal int }

// Stats counts users, entries (dead ones included until they are swept) and the bytes that wait to be taken.
func (s *Store) Stats() Stats {
	var t Stats
	for i := range s.shards {
		h := &s.shards[i]
		h.mu.Lock()
		t.Users += h.users.n
		t.Entries += h.entries
		t.Journal += len(h.journal)
		h.mu.Unlock()
	}
	return t
}

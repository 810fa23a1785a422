package caps

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// disk is what the owner's SQL holds, and what it says all in all.
type disk struct {
	journal     map[uint64][]byte
	checkpoints map[int][]byte
	upto        []uint64
	said        model
}

func (d *disk) writeJournal(t *rapid.T, blob []byte, number uint64) {
	if len(blob) == 0 {
		return
	}
	if _, ok := d.journal[number]; ok {
		t.Fatalf("number %d is used twice", number)
	}
	d.journal[number] = blob
	d.hear(t, eachRecord, blob, journalMagic, journalHead)
}

func (d *disk) writeCheckpoint(t *rapid.T, shard int, blob []byte, upto uint64) {
	d.checkpoints[shard], d.upto[shard] = blob, upto
	d.hear(t, eachUser, blob, checkpointMagic, checkpointHead)
	least := Deletable(d.upto)
	for number := range d.journal {
		if number <= least {
			delete(d.journal, number)
		}
	}
}

func (d *disk) hear(t *rapid.T, each func([]byte, func(uint64, entry)) error, blob []byte, magic string, head int) {
	body, err := open(blob, magic, head)
	if err != nil {
		t.Fatal(err)
	}
	err = each(body, func(user uint64, e entry) {
		d.said.join(user, spot{e.scope(), e.at()}, fact{e.at() + e.hold(), e.retain(), e.confirmed()})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (d *disk) recover(t *rapid.T, now int64) *Store {
	s := newStore(t, Config{})
	for shard, blob := range d.checkpoints {
		upto, err := s.LoadShard(shard, blob, now)
		if err != nil || upto != d.upto[shard] {
			t.Fatalf("shard %d: upto %d, want %d, %v", shard, upto, d.upto[shard], err)
		}
	}
	for number, blob := range d.journal { // in no order, and some twice
		for range 1 + number%2 {
			if got, err := s.Replay(blob, now); err != nil || got != number {
				t.Fatalf("batch %d: %d, %v", number, got, err)
			}
		}
	}
	return s
}

// The owner may crash between any two steps, and a step may be done in memory and not on disk.
func TestRecoveryYieldsAllThatIsDurable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &disk{map[uint64][]byte{}, map[int][]byte{}, make([]uint64, 256), model{}}
		s, now := newStore(t, Config{}), int64(1_000_000)
		users := []uint64{1, 2, 3, 1 << 40}
		var log []shown
		var lost bool // a taken batch that never became durable: nothing later can be before a crash
		t.Repeat(map[string]func(*rapid.T){
			"reserve": func(t *rapid.T) {
				user, claims := rapid.SampledFrom(users).Draw(t, "user"), genClaims(t)
				session := s.Lock(user)
				at, _, why := session.Reserve(claims, now, now+rapid.Int64Range(50, 30_000).Draw(t, "hold"))
				session.Unlock()
				if why != OK {
					t.Fatal(why)
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
			},
			"take": func(t *rapid.T) {
				blob, number := s.TakeJournal(nil)
				lost = lost || rapid.IntRange(0, 4).Draw(t, "fate") == 0
				if !lost {
					d.writeJournal(t, blob, number)
				}
			},
			"checkpoint some": func(t *rapid.T) {
				for _, user := range users {
					if rapid.Bool().Draw(t, "this") {
						shard := int(mix(user) >> s.shift)
						blob, upto := s.EncodeShard(nil, shard, now)
						d.writeCheckpoint(t, shard, blob, upto)
					}
				}
			},
			"checkpoint all": func(t *rapid.T) {
				for shard := range s.Shards() {
					blob, upto := s.EncodeShard(nil, shard, now)
					d.writeCheckpoint(t, shard, blob, upto)
				}
			},
			"later": func(t *rapid.T) { now += rapid.Int64Range(1, 2_000).Draw(t, "ms") },
			"sweep": func(t *rapid.T) {
				for shard := range s.Shards() {
					s.Sweep(shard, now)
				}
			},
			"crash": func(t *rapid.T) {
				s, lost = d.recover(t, now), false
				checkCounts(t, s, d.said, users, now)
			},
		})
		checkCounts(t, d.recover(t, now), d.said, users, now)
	})
}

func fill(t *testing.T, s *Store, now int64) {
	t.Helper()
	for user := range uint64(50) {
		session := s.Lock(user + 1)
		if _, _, why := session.Reserve([]Claim{claim(LineItem(1)), claim(Campaign(1))}, now, now+1_000); why != OK {
			t.Fatal(why)
		}
		session.Unlock()
	}
}

func TestAnotherNumberOfShards(t *testing.T) {
	const now = 1_000_000
	from, to := newStore(t, Config{Shards: 512}), newStore(t, Config{Shards: 256})
	fill(t, from, now)
	from.TakeJournal(nil)
	for i := range from.Shards() {
		blob, _ := from.EncodeShard(nil, i, now)
		if upto, err := to.LoadShard(i, blob, now); err != nil || upto != 0 {
			t.Fatalf("upto %d, want 0: %v", upto, err)
		}
	}
	if got := to.Stats(); got.Users != 50 || got.Entries != 100 {
		t.Errorf("%+v", got)
	}
	if _, batch := to.TakeJournal(nil); batch != 2 {
		t.Errorf("next batch is %d, want 2", batch)
	}
}

func TestEveryBitFlipIsRefused(t *testing.T) {
	const now = 1_000_000
	s := newStore(t, Config{})
	fill(t, s, now)
	blob, _ := s.EncodeShard(nil, 0, now)
	for i := 0; len(blob) == checkpointHead+crcSize; i++ { // the first shard with a user
		blob, _ = s.EncodeShard(nil, i, now)
	}
	journal, _ := s.TakeJournal(nil)
	shard := int(blob[5])
	fresh := newStore(t, Config{})
	for i := range len(blob) * 8 {
		blob[i/8] ^= 1 << (i % 8)
		if _, err := fresh.LoadShard(shard, blob, now); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("checkpoint, bit %d: %v", i, err)
		}
		blob[i/8] ^= 1 << (i % 8)
	}
	for i := range len(journal) {
		journal[i] ^= 4
		if _, err := fresh.Replay(journal, now); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("journal, byte %d: %v", i, err)
		}
		if _, err := fresh.Replay(journal[:i], now); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("journal of %d bytes: %v", i, err)
		}
		journal[i] ^= 4
	}
	if got := fresh.Stats(); got.Entries != 0 {
		t.Errorf("%d entries came out of refused blobs", got.Entries)
	}
	if _, err := fresh.LoadShard(shard+1, blob, now); !errors.Is(err, ErrCorrupt) {
		t.Errorf("wrong shard: %v", err)
	}
}

// The checksum would hide the parsers from the fuzzer, so it is made good.
func FuzzBlobs(f *testing.F) {
	s, err := New(Config{Shards: 256})
	if err != nil {
		f.Fatal(err)
	}
	session := s.Lock(1)
	session.Reserve([]Claim{claim(LineItem(1)), claim(Campaign(1))}, 1_000_000, 1_001_000)
	session.Unlock()
	for i := range s.Shards() {
		if blob, _ := s.EncodeShard(nil, i, 1_000_000); len(blob) > checkpointHead+crcSize {
			f.Add(blob[:len(blob)-crcSize])
		}
	}
	blob, _ := s.TakeJournal(nil)
	f.Add(blob[:len(blob)-crcSize])
	f.Fuzz(func(t *testing.T, in []byte) {
		into, err := New(Config{Shards: 256})
		if err != nil {
			t.Fatal(err)
		}
		blob := seal(append([]byte(nil), in...), 0)
		_, err1 := into.Replay(blob, 1_000_000)
		_, err2 := into.LoadShard(0, blob, 1_000_000)
		if got := into.Stats(); err1 != nil && err2 != nil && got.Entries != 0 {
			t.Fatalf("refused (%v, %v), but %d entries", err1, err2, got.Entries)
		}
		for i := range into.Shards() {
			into.Sweep(i, 2_000_000)
			out, _ := into.EncodeShard(nil, i, 1_000_000)
			if _, err := into.LoadShard(i, out, 1_000_000); err != nil {
				t.Fatalf("own checkpoint: %v", err)
			}
		}
	})
}

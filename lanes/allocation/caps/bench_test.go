package caps

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

const benchNow = 1_769_817_600_000

// filled is a store in which each user has seen so many items, each with a line item and a campaign cap.
func filled(b *testing.B, shards, users, items int) *Store {
	b.Helper()
	s, err := New(Config{Shards: shards, MaxUsers: 8_000_000, MaxEntries: 100_000_000, MaxJournal: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	for i := range users {
		session := s.Lock(mix(uint64(i) + 1))
		for k := range items {
			claims := []Claim{{LineItem(uint32(k*37 + i%11)), 24 * 3600_000}, {Campaign(uint32(k)), 24 * 3600_000}}
			if _, _, why := session.Reserve(claims, benchNow-int64(k)*1000, benchNow+3600_000); why != OK {
				b.Fatal(why)
			}
		}
		session.Unlock()
		if i%100_000 == 0 {
			s.TakeJournal(nil)
		}
	}
	s.TakeJournal(nil)
	return s
}

// One decision: 20 candidates with two caps each are asked for, one is reserved.
func BenchmarkDecision(b *testing.B) {
	for _, shards := range []int{256, 1024, 4096} {
		b.Run(fmt.Sprintf("shards=%d", shards), func(b *testing.B) {
			s := filled(b, shards, 100_000, 5)
			b.ReportAllocs()
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				claims := []Claim{{LineItem(5), 24 * 3600_000}, {Campaign(5), 24 * 3600_000}}
				for n := 0; pb.Next(); n++ {
					session := s.Lock(mix(rand.Uint64N(100_000) + 1))
					for k := range uint32(20) {
						session.Allows(LineItem(k*37), 3, 3600_000, benchNow)
						session.Allows(Campaign(k), 5, 24*3600_000, benchNow)
					}
					if n%16 == 0 { // keeps the users as they are, more or less
						session.Reserve(claims, benchNow, benchNow+1000)
					}
					session.Unlock()
					if n%10_000 == 9_999 {
						s.TakeJournal(nil)
					}
				}
			})
		})
	}
}

func BenchmarkAllows(b *testing.B) {
	for _, items := range []int{0, 5, 50} {
		b.Run(fmt.Sprintf("seen=%d", items), func(b *testing.B) {
			s := filled(b, 256, 1000, items)
			session := s.Lock(mix(7))
			defer session.Unlock()
			b.ReportAllocs()
			for b.Loop() {
				session.Allows(Campaign(3), 5, 24*3600_000, benchNow)
			}
		})
	}
}

func BenchmarkReserveAndConfirm(b *testing.B) {
	s := filled(b, 1024, 1000, 0)
	claims := []Claim{{LineItem(1), 1000}, {Campaign(1), 1000}, {Creative(1), 1000}}
	b.ReportAllocs()
	buf := make([]byte, 0, 1<<20)
	now, n := int64(benchNow), 0
	for b.Loop() {
		user := mix(uint64(n%1000) + 1)
		session := s.Lock(user)
		at, _, why := session.Reserve(claims, now, now+500)
		session.Unlock()
		if why != OK {
			b.Fatal(why)
		}
		s.Confirm(user, at, claims, now)
		if n++; n%1000 == 0 {
			now += 400
			buf, _ = s.TakeJournal(buf[:0])
		}
	}
}

func BenchmarkTakeJournalEmpty(b *testing.B) {
	for _, shards := range []int{256, 1024, 4096} {
		b.Run(fmt.Sprintf("shards=%d", shards), func(b *testing.B) {
			s := filled(b, shards, 0, 0)
			buf := make([]byte, 0, 64)
			b.ReportAllocs()
			for b.Loop() {
				buf, _ = s.TakeJournal(buf[:0])
			}
		})
	}
}

// How long a shard is locked for its checkpoint.
func BenchmarkEncodeShard(b *testing.B) {
	for _, shards := range []int{256, 1024, 4096} {
		b.Run(fmt.Sprintf("shards=%d", shards), func(b *testing.B) {
			s := filled(b, shards, 1_000_000, 5)
			var buf []byte
			i := 0
			b.ResetTimer()
			for b.Loop() {
				buf, _ = s.EncodeShard(buf[:0], i%shards, benchNow)
				i++
			}
			b.ReportMetric(float64(len(buf)), "B/shard")
		})
	}
}

func BenchmarkMemory(b *testing.B) {
	for _, items := range []int{1, 5, 20} {
		b.Run(fmt.Sprintf("entries=%d", 2*items), func(b *testing.B) {
			const users = 300_000
			for b.Loop() {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				s := filled(b, 1024, users, items)
				for i := range s.shards {
					s.shards[i].journal = nil
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				bytes := float64(after.HeapAlloc - before.HeapAlloc)
				b.ReportMetric(bytes/users, "B/user")
				b.ReportMetric(bytes/float64(s.Stats().Entries), "B/entry")
				runtime.KeepAlive(s)
			}
		})
	}
}

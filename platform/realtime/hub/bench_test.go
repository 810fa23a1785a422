//go:build unix

package hub_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// BenchmarkPublish is acknowledged operations: channels with writers that each wait for their acknowledgement, and members.
func BenchmarkPublish(b *testing.B) {
	for _, s := range []struct{ channels, writers, members int }{{1, 1, 1}, {1, 100, 20}, {100, 10, 10}, {100, 10, 20}} {
		b.Run(fmt.Sprintf("channels=%d/writers=%d/members=%d", s.channels, s.writers, s.members), func(b *testing.B) {
			n := start(b, dbtest.NewSet(b, db.Config{}, db.Options{}).DB("test"), hub.Config{}, hub.Deps{}, rawKind())
			defer n.end()
			publish(b, n, s.channels, s.writers, s.members)
		})
	}
}

// cpu is the time that this process has worked, in nanoseconds.
func cpu(b *testing.B) int64 {
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u.Utime.Nano() + u.Stime.Nano()
}

func publish(b *testing.B, n *node, channels, writers, members int) {
	var all []*hub.Membership
	for c := range channels {
		for m := range members {
			in, err := n.Join(b.Context(), &sink{id: fmt.Sprint(c, "-", m)}, hub.Join{Subscribe: realtime.Subscribe{Channel: fmt.Sprintf("raw:%d", c)}}, func(hub.Joined) {})
			must(b, err)
			if m < writers {
				all = append(all, in)
			}
		}
	}
	todo := make(chan struct{}, b.N)
	for range b.N {
		todo <- struct{}{}
	}
	close(todo)
	b.ReportAllocs()
	b.ResetTimer()
	before := cpu(b)
	var wait sync.WaitGroup
	for i := range channels * writers {
		wait.Go(func() {
			in, answer := all[i%len(all)], make(chan error, 1)
			done := func(err error) { answer <- err }
			for k := 1; ; k++ {
				if _, more := <-todo; !more {
					return
				}
				in.Publish(context.Background(), fmt.Appendf(nil, `{"op":"instance-%d:%d","t":"note.put","id":"n1234567","text":"0123456789012345678901234567890123456789012345678901234567890123456789","x":123,"y":456}`, i, k), done)
				if err := <-answer; err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
	b.ReportMetric(float64(cpu(b)-before)/float64(b.N)/1000, "cpu-µs/op")
}

// BenchmarkFanOut is one entry to many members, without encoding for each.
func BenchmarkFanOut(b *testing.B) {
	for _, members := range []int{20, 1000} {
		b.Run(fmt.Sprint("members=", members), func(b *testing.B) {
			f := hub.NewFanOut("raw:1")
			for i := range members {
				f.Add(&sink{id: fmt.Sprint(i)})
			}
			e := realtime.Entry{Client: "c", User: "u", Data: make([]byte, 200)}
			b.ReportAllocs()
			for b.Loop() {
				e.Offset++
				f.Deliver(e)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(members), "ns/member")
		})
	}
}

// BenchmarkFind is how long it takes to find a channel among many, from many goroutines.
func BenchmarkFind(b *testing.B) {
	n := start(b, dbtest.NewSet(b, db.Config{}, db.Options{}).DB("test"), hub.Config{}, hub.Deps{}, rawKind())
	defer n.end()
	names := make([]string, 1000)
	for i := range names {
		names[i] = fmt.Sprint("raw:", i)
		must(b, n.Look(b.Context(), names[i], func(realtime.Room, realtime.Position) {}))
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := rand.IntN(1000); pb.Next(); i++ {
			n.Find(names[i%1000])
		}
	})
}

// BenchmarkOpen is what a channel costs that is opened and has one member: the first time, in time and memory.
func BenchmarkOpen(b *testing.B) {
	n := start(b, dbtest.NewSet(b, db.Config{}, db.Options{}).DB("test"), hub.Config{Rooms: 1_000_000}, hub.Deps{}, rawKind())
	defer n.end()
	before := heap()
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			for k := i; k < b.N; k += 64 {
				_, err := n.Join(b.Context(), &sink{}, hub.Join{Subscribe: subscribe(fmt.Sprint("raw:", k))}, func(hub.Joined) {})
				must(b, err)
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(heap()-before)/float64(b.N), "bytes/channel")
}

// BenchmarkMember is what a member more costs, in time and memory.
func BenchmarkMember(b *testing.B) {
	n := start(b, dbtest.NewSet(b, db.Config{}, db.Options{}).DB("test"), hub.Config{}, hub.Deps{}, rawKind())
	defer n.end()
	must(b, n.Look(b.Context(), "raw:1", func(realtime.Room, realtime.Position) {}))
	s := &sink{}
	before := heap()
	b.ResetTimer()
	for i := 0; i < b.N && i < 10_000; i++ {
		_, err := n.Join(b.Context(), s, hub.Join{Subscribe: subscribe("raw:1")}, func(hub.Joined) {})
		must(b, err)
	}
	b.ReportMetric(float64(heap()-before)/float64(b.N), "bytes/member")
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

package bus_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hotlane/hotlane/platform/bus"
)

// TestMain fails when a test leaves a goroutine behind. rueidis asks a Cluster for its slots at most once a second, by one that sleeps so
// long, after Close too.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*call).DelayDo.func1"))
}

// run runs a bus until the test ends.
func run(t testing.TB, b bus.Bus) bus.Bus {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() {
		if err := b.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		all.Wait()
	})
	return b
}

// ear keeps what a subscription hears.
type ear struct {
	cancel func()
	holds  chan struct{}
	inside atomic.Int32
	nils   atomic.Int32

	mu    sync.Mutex
	heard []string
	more  chan struct{} // holds one
}

func listen(t testing.TB, b bus.Bus, topic string) *ear {
	t.Helper()
	e := &ear{holds: make(chan struct{}), more: make(chan struct{}, 1)}
	e.cancel = b.Subscribe(topic, func(body []byte) {
		if e.inside.Add(1) != 1 {
			t.Errorf("%s: called while it is called", topic)
		}
		defer e.inside.Add(-1)
		if body == nil {
			if e.nils.Add(1) == 1 {
				close(e.holds)
			}
			return
		}
		if e.nils.Load() == 0 {
			t.Errorf("%s: a message before it holds", topic)
		}
		e.mu.Lock()
		e.heard = append(e.heard, string(body))
		e.mu.Unlock()
		select {
		case e.more <- struct{}{}:
		default:
		}
	})
	t.Cleanup(e.cancel)
	await(t, e.holds)
	return e
}

func await(t testing.TB, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(30 * time.Second):
		t.Fatal("it does not come about")
	}
}

// expect waits for the last of what is to be heard, and compares.
func (e *ear) expect(t testing.TB, want ...string) {
	t.Helper()
	got := e.until(t, want[len(want)-1])
	if !slices.Equal(got, want) {
		t.Errorf("heard %q, not %q", got, want)
	}
}

func (e *ear) until(t testing.TB, last string) []string {
	t.Helper()
	for {
		e.mu.Lock()
		got := slices.Clone(e.heard)
		e.mu.Unlock()
		if slices.Contains(got, last) {
			return got
		}
		await(t, e.more)
	}
}

func publish(t testing.TB, b bus.Bus, topic string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		if err := b.Publish(topic, []byte(body)); err != nil {
			t.Error(err)
		}
	}
}

// suite is what every bus must do. open gives nodes that hear each other and nobody else, each time.
func suite(t *testing.T, open func(t *testing.T, n int) []bus.Bus) {
	for name, test := range map[string]func(*testing.T, func(*testing.T, int) []bus.Bus){
		"all nodes hear":               allHear,
		"bodies come as they were":     bodies,
		"order":                        order,
		"cancelled":                    cancelled,
		"a second one on a topic":      second,
		"many topics":                  manyTopics,
		"coming and going":             churn,
		"too large":                    tooLarge,
		"a flood blocks nobody":        flood,
		"cancelled by its own message": cancelInside,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

func allHear(t *testing.T, open func(*testing.T, int) []bus.Bus) {
	nodes := open(t, 3)
	var ears []*ear
	for _, n := range nodes {
		if n.Shared() != nodes[0].Shared() {
			t.Error("shared or not")
		}
		ears = append(ears, listen(t, n, "a"))
	}
	other := listen(t, nodes[1], "b")
	publish(t, nodes[0], "a", "1", "2")
	publish(t, nodes[0], "c", "nobody hears this")
	publish(t, nodes[0], "b", "b")
	for _, e := range ears {
		e.expect(t, "1", "2")
	}
	other.expect(t, "b")
}

func bodies(t *testing.T, open func(*testing.T, int) []bus.Bus) {
	nodes := open(t, 2)
	topic := "한국어 {0} \x00 " + strings.Repeat("x", 200)
	e := listen(t, nodes[1], topic)
	list := []string{"", "\x00\xff\r\n$5\r\n", strings.Repeat("big", bus.MaxBody/3), "last"}
	publish(t, nodes[0], topic, list...)
	e.expect(t, list...)
	if e.nils.Load() != 1 {
		t.Errorf("nil %d times", e.nils.Load())
	}
}

// order: the messages of one node come in its order, none twice, while others publish too.
func order(t *testing.T, open func(*testing.T, int) []bus.Bus) {
	nodes := open(t, 3)
	topics := []string{"a", "b", "c"}
	ears := make(map[string][]*ear)
	for _, topic := range topics {
		for _, n := range nodes {
			ears[topic] = append(ears[topic], listen(t, n, topic))
		}
	}
	var all sync.WaitGroup
	const messages = 300
	for i, n := range nodes {
		all.Go(func() {
			for m := range messages {
				for _, topic := range topics {
					publish(t, n, topic, fmt.Sprint(i, "/", m))
				}
			}
		})
	}
	all.Wait()
	for _, topic := range topics {
		for _, e := range ears[topic] {
			var heard []string
			for i := range nodes {
				heard = e.until(t, fmt.Sprint(i, "/", messages-1))
			}
			next := make([]int, len(nodes))
			for _, h := range heard {
				from, number, _ := strings.Cut(h, "/")
				i, _ := strconv.Atoi(from)
				if number != strconv.Itoa(next[i]) {
					t.Fatalf("%s after %d of node %d", h, next[i], i)
				}
				next[i]++
			}
		}
	}
}

func cancelled(t *testing.T, open func(*testing.T, int) []bus.Bus) {
	nodes := open(t, 2)
	gone, stays, other := listen(t, nodes[1], "a"), listen(t, nodes[1], "a"), listen(t, nodes[1], "b")
	publish(t, nodes[0], "a", "1")
	gone.expect(t, "1")
	stays.expect(t, "1")
	gone.cancel()
	gone.cancel()
	publish(t, nodes[0], "a", "2")
	stays.expect(t, "1", "2")
	stays.cancel()
	publish(t, nodes[0], "a", "3")
	again := listen(t, nodes[1], "a")
	publish(t, nodes[0], "a", "4")
	again.until(t, "4") // and perhaps the one before, which was on its way
	publish(t, nodes[0], "b", "b")
	other.expect(t, "b")
	gone.expect(t, "1")
	stays.expect(t, "1", "2")
}

func cancelInside(t *testing.T, open func(*testing.T, int) []bus.Bus) {
	nodes := open(t, 2)
	holds, done := make(chan struct{}), make(chan struct{})
	var cancel func()
	var calls atomic.Int32
	cancel = nodes[1].Subscribe("a", func(body []byte) {
		if body == nil {
			close(holds)
			return
		}
		calls.Add(1)
		cancel()
		close(done)
	})
	await(t, holds)
	publish(t, nodes[0], "a", "1", "2", "3")
	await(t, done)
	e := listen(t, nodes[1], "a")
	publish(t, nodes[0], "a", "4")
	e.until(t, "4")
	if calls.Load() != 1 {
		t.Errorf("called %d times", calls.Load())
	}
}

func second(t *testing.T, open func(*testing.T, int) []bus.Bus) {
	nodes := open(t, 2)
	first := listen(t, nodes[1], "a")
	publish(t, nodes[0], "a", "1")
	first.expect(t, "1")
	late := listen(t, nodes[1], "a")
	publish(t, nodes[0], "a", "2")
	late.expect(t, "2")
	first.expect(t, "1", "2")
}

func manyTopics(t *testing.T, open func(*testing.T, int) []bus.Bus) {
	nodes := open(t, 2)
	var all sync.WaitGroup
	for w := range 10 {
		all.Go(func() {
			var ears []*ear
			for i := range 100 {
				ears = append(ears, listen(t, nodes[1], fmt.Sprint("paper:", w, ".", i)))
			}
			for i, e := range ears {
				publish(t, nodes[0], fmt.Sprint("paper:", w, ".", i), fmt.Sprint(i))
				e.expect(t, fmt.Sprint(i))
			}
		})
	}
	all.Wait()
}

// churn: whoever comes last hears, however many came and went at the same time.
func churn(t *testing.T, open func(*testing.T, int) []bus.Bus) {
	nodes := open(t, 2)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				cancel := nodes[1].Subscribe("a", func([]byte) {})
				cancel()
			}
		})
	}
	for i := range 20 {
		e := listen(t, nodes[1], "a")
		publish(t, nodes[0], "a", fmt.Sprint(i))
		e.until(t, fmt.Sprint(i))
		e.cancel()
	}
	all.Wait()
	e := listen(t, nodes[1], "a")
	publish(t, nodes[0], "a", "last")
	e.expect(t, "last")
}

func tooLarge(t *testing.T, open func(*testing.T, int) []bus.Bus) {
	n := open(t, 1)[0]
	for what, err := range map[string]error{
		"topic": n.Publish(strings.Repeat("x", bus.MaxTopic+1), nil),
		"body":  n.Publish("a", make([]byte, bus.MaxBody+1)),
	} {
		if !errors.Is(err, bus.ErrTooLarge) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// flood: a function that does not return holds up neither who publishes nor other nodes; what it misses is said to be lost.
func flood(t *testing.T, open func(*testing.T, int) []bus.Bus) {
	nodes := open(t, 3)
	fast := listen(t, nodes[2], "control")
	lost := make(chan struct{}, 1)
	t.Cleanup(nodes[1].Lost(func() {
		select {
		case lost <- struct{}{}:
		default:
		}
	}))
	holds, goOn := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(goOn) })
	t.Cleanup(release)
	var heard atomic.Int64
	t.Cleanup(nodes[1].Subscribe("a", func(body []byte) {
		if body == nil {
			close(holds)
			return
		}
		<-goOn
		heard.Add(1)
	}))
	await(t, holds)
	body := make([]byte, 64<<10)
	const messages = 3000 // 190 MB
	for range messages {
		if err := nodes[0].Publish("a", body); err != nil && !errors.Is(err, bus.ErrFull) {
			t.Fatal(err)
		}
	}
	for { // it may take a while until there is room again
		if nodes[0].Publish("control", []byte("x")) == nil {
			break
		}
		runtime.Gosched()
	}
	fast.until(t, "x")
	release()
	await(t, lost)
	if heard.Load() >= messages {
		t.Error("nothing was lost: nothing was tested")
	}
}

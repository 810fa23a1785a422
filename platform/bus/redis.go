package bus

import (
	"context"
	"crypto/rand"
	"hash/fnv"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"github.com/hotlane/hotlane/platform/cache"
)

const (
	// shards are parts of a Cluster's slots: a topic is always in the same, and a node hears each by a connection of its own. It is the
	// same on all nodes of an app.
	shards     = 8
	restLeast  = 50 * time.Millisecond
	restMost   = 2 * time.Second
	answerMost = 5 * time.Second // how long a server may be silent before its connection is given up
	dialMost   = 5 * time.Second
)

// redisBus is pub/sub of Redis or Valkey: one server, Sentinel or Cluster. It is sharded (SPUBLISH, SSUBSCRIBE) where the server knows that,
// which is since 7.0, so that a Cluster sends a message to the nodes of its slot only; else plain.
//
// One goroutine sends; one for each connection that messages come in by keeps its subscriptions; the inbox delivers. Run waits for all.
type redisBus struct {
	opt     rueidis.ClientOption
	prefix  string
	node    string // in the notes of this one
	in      *inbox
	out     *sender
	log     *slog.Logger
	metrics metrics
	plain   atomic.Bool            // the server does not know sharded pub/sub
	ears    atomic.Pointer[[]*ear] // nil: not connected yet
}

func newRedis(cfg Config, opt rueidis.ClientOption, deps Deps) *redisBus {
	opt.DisableCache = true
	opt.DisableRetry = true     // what may have been sent is not sent again
	opt.AlwaysPipelining = true // one connection a node keeps the order
	opt.PipelineMultiplex = -1
	opt.Dialer.Timeout = dialMost
	opt.ConnWriteTimeout = answerMost
	opt.Sentinel.TopologyRefreshInterval = 5 * time.Second // an announcement may be missed
	b := &redisBus{opt: opt, prefix: cfg.Prefix, node: rand.Text(), in: newInbox(shards / 2), log: deps.Log, metrics: newMetrics(deps.Metrics)}
	b.out = newSender(b)
	b.in.lost = b.metrics.losses.Inc
	return b
}

func shardOf(topic string) int {
	h := fnv.New32a()
	h.Write([]byte(topic))
	return int(h.Sum32() % shards)
}

// channel is a topic's name in Redis. What is in braces decides on the slot.
func (b *redisBus) channel(topic string) string {
	return b.prefix + "{" + string(rune('0'+shardOf(topic))) + "}" + topic
}

// topic is what channel was given.
func (b *redisBus) topic(channel string) string { return channel[len(b.prefix)+len("{0}"):] }

// notes is a channel of a shard. By the first one's nodes tell each other that they could not send something.
func (b *redisBus) notes(shard int) string { return b.prefix + "lost{" + string(rune('0'+shard)) + "}" }

func (b *redisBus) Shared() bool { return true }

func (b *redisBus) Lost(fn func()) (cancel func()) { return b.in.onLost(fn) }

func (b *redisBus) Subscribe(topic string, fn func([]byte)) (cancel func()) {
	s := b.in.subscribe(topic, fn)
	b.changed(topic)
	return func() {
		if b.in.cancel(topic, s) {
			b.changed(topic)
		}
	}
}

// changed has the topic's subscription looked at. Before there are ears that is not needed: they begin with all topics.
func (b *redisBus) changed(topic string) {
	if ears := b.ears.Load(); ears != nil {
		(*ears)[shardOf(topic)%len(*ears)].change(topic)
	}
}

func (b *redisBus) Publish(topic string, body []byte) error {
	if err := check(topic, body); err != nil {
		return err
	}
	return b.out.put(b.channel(topic), body)
}

func (b *redisBus) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { b.in.run(ctx) })
	life, end := context.WithCancel(context.WithoutCancel(ctx)) // of the connections: what is queued is sent when ctx ended
	defer end()
	client, ok := b.connect(ctx, life)
	if !ok {
		return nil
	}
	defer client.Close()
	n := 1
	if client.Mode() == rueidis.ClientModeCluster {
		n = shards
	}
	ears := make([]*ear, n)
	for i := range ears {
		ears[i] = newEar(b, i, n)
	}
	b.ears.Store(&ears)
	var work sync.WaitGroup
	for _, e := range ears {
		work.Go(func() { e.run(ctx, client) })
	}
	b.out.run(ctx, client)
	end()
	work.Wait()
	return nil
}

// connect tries until it succeeds or ctx ends.
func (b *redisBus) connect(ctx, life context.Context) (rueidis.Client, bool) {
	life, end := context.WithCancel(life)
	stop := context.AfterFunc(ctx, end) // while it connects, ctx ends it
	opt := b.opt
	opt.DialCtxFn = cache.RedisDial(life)
	for pause := restLeast; ; pause = min(2*pause, restMost) {
		client, err := rueidis.NewClient(opt)
		if err == nil {
			if _, err = b.ask(ctx, client); err == nil && stop() {
				return client, true
			}
			client.Close()
		}
		if ctx.Err() == nil && pause == restLeast {
			b.log.Warn("the bus cannot be reached: nodes hear of each other's news late until it can", "error", err)
		}
		if !rest(ctx, pause) {
			return nil, false
		}
	}
}

// rest waits for about the pause; false: ctx ended.
func rest(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause/2 + mathrand.N(pause/2))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// ask finds out whether the server knows sharded pub/sub. It may be another, or a newer one, after each loss of a connection.
func (b *redisBus) ask(ctx context.Context, client rueidis.Client) (plain bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerMost)
	defer cancel()
	answer := client.Do(ctx, client.B().Arbitrary("COMMAND", "INFO", "SPUBLISH").Build())
	if err := answer.NonRedisError(); err != nil {
		return false, err
	}
	list, err := answer.ToArray()
	plain = err != nil || len(list) == 0 || list[0].IsNil()
	b.plain.Store(plain)
	return plain, nil
}

package hub

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Bus brings messages to the hubs of other nodes. It may lose, double and reorder.
type Bus interface {
	// Publish never blocks.
	Publish(topic string, body []byte) error
	// Subscribe has fn called with each message of the topic, one at a time; first with nil, from where on nothing is missed.
	Subscribe(topic string, fn func(body []byte)) (cancel func())
	// Lost has fn called when messages may have been lost.
	Lost(fn func()) (cancel func())
	// Shared says whether there may be other nodes.
	Shared() bool
}

// Deps is what a hub works with.
type Deps struct {
	DB      *db.DB
	Bus     Bus                   // nil: there is one node
	Now     func() time.Time      // nil: time.Now
	Log     *slog.Logger          // nil: nothing is logged
	Metrics prometheus.Registerer // nil: nothing is counted
	Node    string                // of this process, another for each; empty: made at random
}

// Hub is the open channels of one lane. It is safe for use by many goroutines.
type Hub struct {
	name    string
	cfg     Config
	db      *db.DB
	write   func(ctx context.Context, fn func(*db.Tx) error) error // of db; tests put theirs before it
	bus     Bus                                                    // nil: there is no other node
	now     func() time.Time
	log     *slog.Logger
	node    string
	metrics *metrics

	// What fails in one channel may fail in thousands, and at every try.
	cannotOpen, cannotCommit, cannotFill, cannotTrim telemetry.Seldom

	kinds      map[string]*realtime.Channel // by prefix; not changed once the hub is used
	shards     [shards]shard
	open       atomic.Int64 // channels
	windows    atomic.Int64 // bytes that their windows hold
	committers []*committer
	creates    *db.Batcher[string] // channels whose log begins
	keeper     keeper
	trimmer    trimmer
	ticks      list // channels with messages beside the log
	beats      list // channels with comings and goings to tell
	idle       idle

	waiting      atomic.Int64 // operations
	waitingBytes atomic.Int64
	draining     atomic.Bool
	quiet        chan struct{} // holds one: nothing waits any more
	check        chan struct{} // holds one: compare with the log now

	base    context.Context // of all that is begun; ends with Run
	end     context.CancelFunc
	commits context.Context // ends when what is queued has had its time
	cut     context.CancelFunc

	sql   chan struct{} // one for each read that may be under way
	tasks tasks
}

// New makes a hub for the channels in one lane's database. It does no I/O. The name is the lane's.
func New(name string, c Config, d Deps) *Hub {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Node == "" {
		d.Node = rand.Text()
	}
	if d.Bus != nil && !d.Bus.Shared() {
		d.Bus = nil
	}
	h := &Hub{
		name: name, cfg: c.withDefaults(), db: d.DB, bus: d.Bus, now: d.Now, log: d.Log.With("lane", name), node: d.Node,
		metrics: newMetrics(d.Metrics, name), kinds: map[string]*realtime.Channel{},
		quiet: make(chan struct{}, 1), check: make(chan struct{}, 1), sql: make(chan struct{}, reads),
	}
	if d.DB != nil {
		h.write = d.DB.Write
		h.creates = db.NewBatcher(d.DB, createsMost, h.create)
	}
	h.base, h.end = context.WithCancel(context.Background())
	h.commits, h.cut = context.WithCancel(context.Background())
	for i := range h.shards {
		h.shards[i].channels = map[string]*channel{}
	}
	n := 1
	if d.DB != nil && d.DB.Dialect() == db.Postgres {
		n = h.cfg.Committers
	}
	for range n {
		h.committers = append(h.committers, newCommitter(h))
	}
	h.keeper.wake, h.ticks.wake, h.beats.wake = make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)
	return h
}

const (
	shards      = 64  // BenchmarkFind: 1 to 1,024 are the same on two cores, so this is for more
	reads       = 8   // of SQL, by one hub at once: openings, gaps, recoveries
	createsMost = 256 // logs that begin in one commit
)

// shard is a part of the channels. Its lock is only held for the map.
type shard struct {
	mu       sync.Mutex
	channels map[string]*channel
	_        [40]byte // the next one's lock is in another cache line
}

var _ realtime.Live = (*Hub)(nil)

var prefixForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}:$`)

// Register adds kinds of channels, before anything else is asked. An error is a mistake of the program: a prefix that breaks its rule or
// is there already, a kind without Open.
func (h *Hub) Register(kinds ...realtime.Channel) error {
	for _, k := range kinds {
		switch {
		case !prefixForm.MatchString(k.Prefix):
			return fmt.Errorf("live %s: the prefix %q must be a lower-case word and a colon", h.name, k.Prefix)
		case h.kinds[k.Prefix] != nil:
			return fmt.Errorf("live %s: the prefix %q is there twice", h.name, k.Prefix)
		case k.Open == nil:
			return fmt.Errorf("live %s: channels %q have no Open", h.name, k.Prefix)
		}
		if k.Members == 0 {
			k.Members = 10_000
		}
		h.kinds[k.Prefix] = &k
	}
	return nil
}

// Migrate makes the tables of the logs.
func (h *Hub) Migrate(ctx context.Context) error { return stream.Migrate(ctx, h.db) }

// Name is the lane's.
func (h *Hub) Name() string { return h.name }

// Owns says whether one of its kinds has this channel.
func (h *Hub) Owns(channel string) bool { return h.kind(channel) != nil }

// Kind is what was registered for a channel's prefix.
func (h *Hub) Kind(channel string) (realtime.Channel, bool) {
	if k := h.kind(channel); k != nil {
		return *k, true
	}
	return realtime.Channel{}, false
}

package outbox

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/db"
)

// Deps is what outboxes and relays are given.
type Deps struct {
	Log     *slog.Logger          // nil: nothing is logged
	Now     func() time.Time      // nil: time.Now
	Metrics prometheus.Registerer // nil: not reported; only a Relay reports
}

func (d Deps) withDefaults() Deps {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return d
}

// Outbox is the events of one database, those it tells and those it hears. It is safe for use by many goroutines.
type Outbox struct {
	db   *db.DB
	deps Deps
	ours atomic.Bool // Migrate was called: this process serves the lane

	making sync.Mutex // held while the tables are made
	made   bool

	mu    sync.Mutex // guards wakes
	wakes []wake
}

// wake is somebody who waits for a topic.
type wake struct {
	topic string
	fn    func()
}

// New does no I/O.
func New(d *db.DB, deps Deps) *Outbox { return &Outbox{db: d, deps: deps.withDefaults()} }

// Publish tells, in the transaction tx of the outbox's own database, all who listen to the topic. The body becomes JSON. Nobody
// listening, nothing is written. An error is a mistake of the program: a topic that does not begin with the database's name and a dot,
// a body that JSON does not know or longer than MaxBody.
func (o *Outbox) Publish(ctx context.Context, tx *db.Tx, topic string, body any) error {
	if from, ok := Publisher(topic); !ok || from != o.db.Name() {
		return fmt.Errorf("outbox %s: the topic %q %s", o.db.Name(), topic, topicRule)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("outbox: %s: %w", topic, err)
	}
	if len(text) > MaxBody {
		return fmt.Errorf("outbox: %s: the body has %d bytes, the most is %d", topic, len(text), MaxBody)
	}
	at := o.deps.Now()
	id := ulid.MustNew(ulid.Timestamp(at), rand.Reader)
	n, err := insert(ctx, tx, Event{ID: id.String(), Topic: topic, At: at, Body: text})
	if err != nil || n == 0 {
		return err
	}
	for _, fn := range o.waiting(topic) {
		tx.After(fn)
	}
	return nil
}

func (o *Outbox) waiting(topic string) (fns []func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, w := range o.wakes {
		if w.topic == topic {
			fns = append(fns, w.fn)
		}
	}
	return fns
}

func (o *Outbox) onPublish(topic string, fn func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wakes = append(o.wakes, wake{topic, fn})
}

// wakeAll has whoever listens in this process look now.
func (o *Outbox) wakeAll() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, w := range o.wakes {
		w.fn()
	}
}

//go:embed migrations
var embedded embed.FS

// Migrate makes the tables, in the database of a lane that this process serves.
func (o *Outbox) Migrate(ctx context.Context) error {
	o.ours.Store(true)
	return o.tables(ctx)
}

// tables makes them once in the life of the process.
func (o *Outbox) tables(ctx context.Context) error {
	o.making.Lock()
	defer o.making.Unlock()
	if o.made {
		return nil
	}
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return err
	}
	err = o.db.Migrate(ctx, "hotlane_outbox_version", files)
	o.made = err == nil
	return err
}

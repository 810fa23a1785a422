package profiles

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/hotlane/hotlane/lanes/profiles/document"
	"github.com/hotlane/hotlane/lanes/profiles/shape"
)

// drift watches what the documents of one source look like.
type drift struct {
	source  string
	store   *store
	log     *slog.Logger
	now     func() time.Time
	metrics *metrics

	mu     sync.Mutex // guards what follows; never held during I/O
	known  shape.Shape
	list   []Drift
	counts map[seen]int64 // not written yet; at most one of each in list
}

// learn takes one more document into account, and answers the shape of those before it. That it cannot be written is no reason not
// to keep the document: the next one teaches the same.
func (d *drift) learn(ctx context.Context, n *document.Node) (before shape.Shape) {
	doc := shape.Of(n)
	before, news := d.count(doc)
	if !news {
		return before
	}
	next, changes, err := d.store.Learn(ctx, d.source, doc, d.now().UnixMicro())
	if err != nil {
		d.log.WarnContext(ctx, "profiles: the shape of documents could not be kept", "source", d.source, "error", err)
		return before
	}
	for _, c := range changes {
		d.metrics.drift.WithLabelValues(d.source, string(c.Kind)).Inc()
		d.log.WarnContext(ctx, "profiles: the source's documents have changed", "source", d.source, "what", string(c.Kind),
			"pointer", c.Pointer, "was", c.Was, "is", c.Is)
	}
	d.mu.Lock()
	d.known = next
	d.mu.Unlock()
	if len(changes) > 0 {
		if err := d.refresh(ctx); err != nil {
			d.log.WarnContext(ctx, "profiles: drift could not be read", "source", d.source, "error", err)
		}
	}
	return before
}

// count notes which known differences the document has, and reports whether it has others.
func (d *drift) count(doc map[string]shape.Types) (before shape.Shape, news bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.list {
		if c.Holds(doc) {
			d.counts[seen{c.Kind, c.Pointer}]++
		}
	}
	next, _ := d.known.Next(doc)
	return d.known, !next.Equal(d.known)
}

// flush writes what was counted, and reads what is known where that was something, or in any case.
func (d *drift) flush(ctx context.Context, anyway bool) error {
	d.mu.Lock()
	counts := d.counts
	d.counts = map[seen]int64{}
	d.mu.Unlock()
	if len(counts) == 0 && !anyway {
		return nil
	}
	if err := d.store.Count(ctx, d.source, counts, d.now().UnixMicro()); err != nil {
		return err
	}
	return d.refresh(ctx)
}

// refresh reads what all nodes have learned.
func (d *drift) refresh(ctx context.Context) error {
	known, list, err := d.store.Known(ctx, d.source)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known, d.list = known, list
	return nil
}

package allocation

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// refresher keeps the catalogue up to what is stored. Stops (pause, kill) act at once on the catalogue in use; all else
// is visible when the next one has been built.
type refresher struct {
	log     *slog.Logger
	now     func() time.Time
	metrics *metrics
	rank    RankConfig
	store   Catalogue
	ledger  Ledger
	money   *ledger.Book
	book    *book // only refresh touches it
	built   time.Time
	whole   bool               // the catalogue in use holds all that the book does: edits can be patched in
	rates   map[int64][2]int64 // of clicks, when it was built
	current *atomic.Pointer[catalogue]
	wake    chan struct{}

	mu    sync.Mutex
	stops []stop // that the catalogue in use was not built with
}

// stop is a thing that must not be served any more.
type stop struct {
	revision int64
	kind     Kind
	id       string
	why      reason
}

const (
	pollEvery    = time.Second     // what other processes changed
	rerankEvery  = 5 * time.Minute // freshness and click rates move slowly
	ratesHistory = 14 * 24         // hours of counters that click rates are drawn from
)

func newRefresher(log *slog.Logger, now func() time.Time, m *metrics, cfg RankConfig, schema targeting.Schema, store Catalogue, l Ledger, current *atomic.Pointer[catalogue]) *refresher {
	return &refresher{
		log: log, now: now, metrics: m, rank: cfg, store: store, ledger: l, book: newBook(schema), current: current,
		wake: make(chan struct{}, 1),
	}
}

// run refreshes when something changed here, and looks for what changed elsewhere.
func (r *refresher) run(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-r.wake:
		}
		if err := r.refresh(ctx); err != nil && ctx.Err() == nil {
			r.log.Error("allocation: the catalogue cannot be refreshed; decisions go on from the last one", "err", err)
		}
	}
}

// refresh reads what changed and, when anything did, builds and swaps in a new catalogue.
func (r *refresher) refresh(ctx context.Context) error {
	edited := edits{}
	revision, err := r.store.Changed(ctx, r.book.revision, func(row Row) error {
		edited.note(r.book, row)
		return r.book.put(row)
	})
	if err != nil {
		return fmt.Errorf("read changes: %w", err)
	}
	stale := r.now().Sub(r.built) >= rerankEvery
	if revision == r.book.revision && !stale && r.current.Load() != nil {
		return nil
	}
	r.book.revision = revision
	if stale || !r.patch(edited) {
		if err := r.rebuild(ctx); err != nil {
			return err
		}
	}
	r.askAgain(edited)
	return nil
}

// patch puts edits in use without building all anew; false when it cannot. Stops wait meanwhile, for some milliseconds.
func (r *refresher) patch(edited edits) bool {
	last := r.current.Load()
	if last == nil || !r.whole {
		return false
	}
	items, ok := edited.lineItems(r.book)
	if !ok {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.compiler(r.now())
	next, err := c.patch(last, items)
	if err != nil {
		return false // the build says what is wrong, if it is not only that the edits are too many
	}
	r.swap(next)
	return true
}

func (r *refresher) compiler(now time.Time) *compiler {
	return &compiler{book: r.book, rank: r.rank, now: now.UnixMilli(), money: r.money, rates: func(num int64) (int64, int64) {
		return r.rates[num][0], r.rates[num][1]
	}}
}

// askAgain lifts refusals of money for what was edited: a budget may have been raised.
func (r *refresher) askAgain(edited edits) {
	for _, it := range r.current.Load().order[ads] {
		if it.account != nil && (edited[editKey{KindLineItem, it.ID}] || edited[editKey{KindCampaign, it.Campaign}]) {
			r.money.Deny(uint32(it.num), 0, ledger.OK)
		}
	}
}

func (r *refresher) rebuild(ctx context.Context) error {
	start := r.now()
	rates, err := r.ledger.Rates(ctx, start.Unix()/3600-ratesHistory)
	if err != nil {
		r.log.Warn("allocation: click rates cannot be read; the expected rate is used", "err", err)
	}
	r.whole, r.rates = false, rates
	built, err := r.compiler(start).compile()
	if err != nil {
		return fmt.Errorf("build the catalogue of revision %d: %w", r.book.revision, err)
	}
	for id, err := range r.book.broken {
		r.log.Warn("allocation: a line item's targeting cannot be understood; it is not served", "line_item", id, "err", err)
	}
	r.mu.Lock()
	r.swap(built)
	r.mu.Unlock()
	r.built, r.whole = start, true
	r.metrics.built(built, r.now().Sub(start))
	return nil
}

// swap puts a catalogue in use, less what was stopped while it was being built. The lock is held.
func (r *refresher) swap(c *catalogue) {
	kept := r.stops[:0]
	for _, s := range r.stops {
		if s.revision > c.revision {
			c.stop(s)
			kept = append(kept, s)
		}
	}
	r.stops = kept
	r.current.Store(c)
}

// changed takes note of what was just written: stops act now, the rest soon.
func (r *refresher) changed(revision int64, changes []Change) {
	r.mu.Lock()
	c := r.current.Load()
	for i := range changes {
		row := &changes[i].Row
		if row.Status == Active {
			continue
		}
		s := stop{revision, row.Kind, row.ID, offBy(row.Status)}
		r.stops = append(r.stops, s)
		if c != nil && c.revision < revision { // else it knows, and maybe that it was resumed since
			c.stop(s)
		}
	}
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default: // it will run anyway
	}
}

// stop clears the live bits of all that depends on a thing.
func (c *catalogue) stop(s stop) {
	switch s.kind {
	case KindCreative:
		if cr := c.creatives.get(s.id); cr != nil {
			cr.live.Store(false)
		}
	case KindPlacement:
		if p := c.placements[s.id]; p != nil {
			p.live.Store(false)
		}
	case KindLineItem: // a source may stop very many at once
		if it := c.lineItems.get(s.id); it != nil {
			c.stopItem(it, s.why)
		}
	default:
		for l := range lists {
			for _, it := range c.order[l] {
				if it.belongs(s.kind, s.id) {
					c.stopItem(it, s.why)
				}
			}
		}
	}
}

func (c *catalogue) stopItem(it *item, why reason) {
	if it.number < 0 {
		return
	}
	it.stopped.Store(uint32(why))
	c.index[it.list].SetLive(it.number, false)
}

func (it *item) belongs(kind Kind, id string) bool {
	switch kind {
	case KindCampaign:
		return it.Campaign == id
	case KindAdvertiser:
		return it.totals != nil && it.totals.Advertiser == id
	}
	return false
}

package allocation

import (
	"sync"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
	"github.com/hotlane/hotlane/lanes/allocation/engine"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// decision is one request being decided. It is reused: nothing of it may outlive reset.
type decision struct {
	catalogue *catalogue
	money     wallet
	now       int64 // unix milliseconds
	seed      uint64
	holdUntil int64 // until when reservations are held
	attrs     targeting.Request
	user      *caps.Session // nil: the request names none
	uncounted bool          // caps cannot be made durable: what has one is withheld
	dry       bool          // explain: look, reserve nothing
	schema    targeting.Schema
	exclude   excluded
	scratch   [lists]engine.Scratch
	opened    [lists]bool
	picks     []pick
	passed    [reasons]int
	recorder  *recorder // nil: the first reason is enough
	placement int       // which of the request's is being filled
	logged    bool      // what counters refuse is to be remembered
	refusals  []Refusal
	then      *counters       // of a replay; nil: the counters of now
	affinity  []float64       // what the user likes, by the topics of the catalogue
	best      []engine.Scored // content in the user's own order, where there is affinity
}

// pick is one filled slot.
type pick struct {
	item     *item
	creative *creative
	slot     int
	lease    int64
	at       int64  // time of issue, which names the cap reservation
	batch    uint64 // of the cap journal that holds it
}

// excluded is what the request does not want, by number.
type excluded struct{ lineItems, creatives, advertisers []string }

// wallet is where the money of an impression is reserved.
type wallet interface {
	// reserve takes the price of one impression from the item's lease; dry only looks.
	reserve(it *item, now int64, dry bool) (lease int64, why reason)
}

var decisions = sync.Pool{New: func() any { return new(decision) }}

// refuse counts a reason and tells the recorder.
func (d *decision) refuse(it *item, why reason) {
	d.passed[why]++
	if d.recorder != nil {
		d.recorder.refused(it, why)
	}
}

// fill fills the slots of one placement: ads where the mix says ads, content where it says content or where no ad is to
// be had, and house items where nothing else is.
func (d *decision) fill(p *placement, count int) {
	d.opened, d.best = [lists]bool{}, nil
	d.attrs.Attrs[0].Text = p.ID // the reserved attribute is always the first
	if !p.live.Load() {
		d.passed[reasonPaused]++
		return
	}
	for slot := 1; slot <= count; slot++ {
		want := p.slots[(slot-1)%len(p.slots)]
		_ = d.next(want, p, slot) || (want == ads && d.next(content, p, slot)) || d.next(house, p, slot)
	}
}

// next takes the best item of a list that nothing objects to.
func (d *decision) next(l list, p *placement, slot int) bool {
	if !d.opened[l] {
		d.open(l, p)
	}
	for {
		it, ok := d.candidate(l)
		if !ok {
			return false
		}
		if !d.objects(it, p) && d.take(it, slot) {
			return true
		}
	}
}

// open starts the scan of a list.
func (d *decision) open(l list, p *placement) {
	d.opened[l] = true
	d.catalogue.index[l].Start(&d.scratch[l], &d.attrs)
	if l != content || len(d.affinity) == 0 {
		return
	}
	// The user's own order: what is liked best of all that may be shown. When these are used up, the scan starts again
	// in the common order; what was shown already is refused as such.
	d.best = d.scratch[l].TopK(liked, d.affinity, func(n int32) bool { return !d.objects(d.catalogue.items[l][n], p) }, d.best[:0])
	d.catalogue.index[l].Start(&d.scratch[l], &d.attrs)
}

// candidate is the next item of a list in its order.
func (d *decision) candidate(l list) (*item, bool) {
	if l == content && len(d.best) > 0 {
		n := d.best[0].Item
		d.best = d.best[1:]
		return d.catalogue.items[l][n], true
	}
	n, ok := d.scratch[l].Next()
	if !ok {
		return nil, false
	}
	return d.catalogue.items[l][n], true
}

// take chooses a creative and reserves money and caps. What it cannot have in full it does not take at all.
func (d *decision) take(it *item, slot int) bool {
	cr, why := d.choose(it)
	if why != reasonNone {
		d.refuse(it, why)
		return false
	}
	lease, why := d.money.reserve(it, d.now, d.dry)
	if why != reasonNone {
		d.note(it.num, why)
		d.refuse(it, why)
		return false
	}
	at, batch := d.now, uint64(0)
	if len(cr.caps.claims) > 0 && !d.dry {
		var full caps.Reason
		// Money that was reserved for an impression refused here comes back with its lease.
		if at, batch, full = d.user.Reserve(cr.caps.claims, d.now, d.holdUntil); full != caps.OK {
			d.note(it.num, reasonCapsFull)
			d.refuse(it, reasonCapsFull)
			return false
		}
	}
	d.picks = append(d.picks, pick{it, cr, slot, lease, at, batch})
	return true
}

// begin makes the decision ready for a request.
func (d *decision) begin(c *catalogue, req *Request, now time.Time) {
	d.catalogue, d.now = c, now.UnixMilli()
	d.exclude = excluded{req.Exclude.LineItems, req.Exclude.Creatives, req.Exclude.Advertisers}
	d.attrs.Reset()
	d.attrs.AddText(placementAttr, "")
	if req.User.ID != "" {
		d.attrs.AddText(userAttr, req.User.ID)
	}
	d.attrs.Attrs = append(d.attrs.Attrs, req.Attributes.Attrs...)
	d.attrs.Attrs = append(d.attrs.Attrs, req.User.Attributes.Attrs...)
	d.likes(c.topics)
}

// userAttr is the attribute that holds the user's id.
const userAttr = "user.id"

// end lets go of everything that belongs to the request.
func (d *decision) end() {
	clear(d.picks)
	clear(d.attrs.Attrs)
	*d = decision{scratch: d.scratch, picks: d.picks[:0], attrs: d.attrs, affinity: d.affinity[:0], refusals: d.refusals[:0]}
	d.attrs.Reset()
	decisions.Put(d)
}

package allocation

import (
	"math/bits"
	"slices"
	"strings"
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

// gates are asked in this order for every candidate; the first that objects is the reason, and a recorder hears them all.
var gates = [...]func(*decision, *item) reason{
	(*decision).byExclusion,
	(*decision).byAnswer,
	(*decision).byDates,
	(*decision).byDaypart,
	(*decision).byCaps,
}

func (d *decision) byExclusion(it *item) reason {
	if len(d.exclude.lineItems) > 0 && slices.Contains(d.exclude.lineItems, it.ID) {
		return reasonExcluded
	}
	if len(d.exclude.advertisers) > 0 && it.totals != nil && slices.Contains(d.exclude.advertisers, it.totals.Advertiser) {
		return reasonExcluded
	}
	return reasonNone
}

func (d *decision) byAnswer(it *item) reason {
	for i := range d.picks {
		if d.picks[i].item == it {
			return reasonChosen
		}
	}
	return reasonNone
}

// byAdvertiser is asked after the gates, since it depends on the placement.
func (d *decision) byAdvertiser(it *item, p *placement) reason {
	if it.advertiser == 0 || p.RepeatAdvertiser {
		return reasonNone
	}
	for i := range d.picks {
		if d.picks[i].item.advertiser == it.advertiser {
			return reasonAdvertiser
		}
	}
	return reasonNone
}

func (d *decision) byDates(it *item) reason {
	if d.now < it.starts || d.now >= it.ends {
		return reasonDates
	}
	return reasonNone
}

func (d *decision) byDaypart(it *item) reason {
	if !it.open(d.now) {
		return reasonDaypart
	}
	return reasonNone
}

func (d *decision) byCaps(it *item) reason { return d.capped(it.num, it.caps.rules) }

// capped asks the user's counters for a line item or creative.
func (d *decision) capped(num int64, rules []capRule) reason {
	if d.then != nil && d.user != nil {
		return d.then.capped(num, rules)
	}
	for i := range rules {
		r := &rules[i]
		if d.user == nil {
			return reasonNoUser
		}
		switch d.user.Allows(r.scope, r.count, r.window, d.now) {
		case caps.OK:
		case caps.Capped:
			d.note(num, r.reason)
			return r.reason
		default:
			d.note(num, reasonCapsFull)
			return reasonCapsFull
		}
	}
	return reasonNone
}

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

// liked is how many items are ranked by what the user likes, before the common order takes over.
const liked = 64

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

// objects asks all gates, or with no recorder as many as it takes.
func (d *decision) objects(it *item, p *placement) bool {
	objected := false
	for _, gate := range gates {
		if why := gate(d, it); why != reasonNone {
			d.refuse(it, why)
			objected = true
			if d.recorder == nil {
				return true
			}
		}
	}
	if why := d.byAdvertiser(it, p); why != reasonNone {
		d.refuse(it, why)
		return true
	}
	return objected
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

// choose draws one of the creatives that may be shown, each as likely as its weight. The draw depends on seed and item
// only, so one item's draw does not change another's.
func (d *decision) choose(it *item) (*creative, reason) {
	if len(it.creatives) == 1 {
		cr := it.creatives[0]
		return cr, d.unshowable(cr)
	}
	total, why := uint64(0), reasonNoCreative
	for _, cr := range it.creatives {
		if r := d.unshowable(cr); r != reasonNone {
			why = r
			continue
		}
		total += uint64(cr.Weight)
	}
	if total == 0 {
		return nil, why
	}
	draw, _ := bits.Mul64(mix(d.seed^uint64(it.num)), total)
	for _, cr := range it.creatives {
		if d.unshowable(cr) != reasonNone {
			continue
		}
		if draw < uint64(cr.Weight) {
			return cr, reasonNone
		}
		draw -= uint64(cr.Weight)
	}
	return nil, why
}

func (d *decision) unshowable(cr *creative) reason {
	if !cr.live.Load() {
		return reasonNoCreative
	}
	if len(d.exclude.creatives) > 0 && slices.Contains(d.exclude.creatives, cr.ID) {
		return reasonExcluded
	}
	return d.capped(cr.num, cr.caps.rules)
}

// mix is SplitMix64's finaliser (Steele, Lea, Flood 2014): every bit of the result depends on every bit of x.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
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

// affinityPrefix begins the attributes that say how much a user likes a topic: affinity.sports: 0.5 lifts the score of
// sports by half.
const affinityPrefix = "affinity."

func (d *decision) likes(topics map[string]int32) {
	for i := range d.attrs.Attrs {
		a := &d.attrs.Attrs[i]
		if a.Form != targeting.FormNumber || !strings.HasPrefix(a.Name, affinityPrefix) {
			continue
		}
		topic, ok := topics[a.Name[len(affinityPrefix):]]
		if !ok {
			continue
		}
		for len(d.affinity) <= int(topic) {
			d.affinity = append(d.affinity, 0)
		}
		d.affinity[topic] = min(a.Number, maxAffinity)
	}
}

// maxAffinity bounds how much a request can lift a topic.
const maxAffinity = 10

// end lets go of everything that belongs to the request.
func (d *decision) end() {
	clear(d.picks)
	clear(d.attrs.Attrs)
	*d = decision{scratch: d.scratch, picks: d.picks[:0], attrs: d.attrs, affinity: d.affinity[:0], refusals: d.refusals[:0]}
	d.attrs.Reset()
	decisions.Put(d)
}

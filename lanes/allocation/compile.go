package allocation

import (
	"fmt"
	"math"
	"slices"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
	"github.com/hotlane/hotlane/lanes/allocation/engine"
	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// compiler turns a book into a catalogue.
type compiler struct {
	book  *book
	rank  RankConfig
	now   int64
	ref   int64                                            // when freshness is taken
	money *ledger.Book                                     // where the items' leases are
	rates func(lineItem int64) (impressions, clicks int64) // seen so far
	out   *catalogue
}

// compile builds the whole catalogue.
func (c *compiler) compile() (*catalogue, error) {
	c.ref = c.now
	c.out = &catalogue{
		revision: c.book.revision, placements: make(map[string]*placement, len(c.book.placements)),
		lineItems: newShelf[string, *item](len(c.book.lineItems)), creatives: newShelf[string, *creative](len(c.book.creatives)),
		byNum: newShelf[int64, *creative](len(c.book.creatives)), topics: map[string]int32{},
		byItemNum: newShelf[int64, *item](len(c.book.lineItems)), ref: c.ref,
	}
	for id, p := range c.book.placements {
		place := &placement{Placement: *p.thing, num: p.num, slots: writeOut(p.thing.Mix)}
		place.live.Store(p.thing.Status == Active)
		c.out.placements[id] = place
	}
	all := make([]item, 0, len(c.book.lineItems))
	for _, l := range c.book.lineItems {
		all = append(all, item{})
		if err := c.item(&all[len(all)-1], l); err != nil {
			return nil, fmt.Errorf("line item %s: %w", l.ID, err)
		}
	}
	for i := range all {
		c.out.lineItems.put(all[i].ID, &all[i])
		c.out.byItemNum.put(all[i].num, &all[i])
	}
	for _, e := range c.book.creatives {
		if err := c.creative(e); err != nil {
			return nil, err
		}
	}
	c.rankAll(all)
	return c.out, nil
}

func (c *compiler) item(it *item, l *lineEntry) error {
	it.lineEntry, it.number, it.always = l, -1, l.schedule.Always()
	it.starts, it.ends = span(math.MinInt64, math.MaxInt64, it.StartsAt, it.EndsAt)
	if it.PublishedAt != nil {
		it.starts = max(it.starts, it.PublishedAt.UnixMilli())
	}
	it.off = offBy(it.Status)
	it.list = listOf(it.Kind, it.Tier)
	it.caps.add(caps.LineItem(uint32(it.num)), it.Caps, reasonCapLineItem)
	c.price(it)
	if it.Campaign == "" {
		return nil
	}
	return c.campaign(it)
}

func (c *compiler) campaign(it *item) error {
	up, ok := c.book.campaigns[it.Campaign]
	if !ok {
		return fmt.Errorf("its campaign %s is not there", it.Campaign)
	}
	it.campaignNo, it.totals = up.num, up.thing
	it.starts, it.ends = span(it.starts, it.ends, up.thing.StartsAt, up.thing.EndsAt)
	it.caps.add(caps.Campaign(uint32(up.num)), up.thing.Caps, reasonCapCampaign)
	it.off = worse(it.off, offBy(up.thing.Status))
	it.budgeted = it.DailyBudget > 0 || up.thing.TotalBudget > 0
	if a, ok := c.book.advertisers[up.thing.Advertiser]; ok {
		it.advertiser = a.num
		it.off = worse(it.off, offBy(a.thing.Status))
	}
	return nil
}

// price sets what an impression costs and what it is worth for ranking.
func (c *compiler) price(it *item) {
	it.budgeted = it.DailyBudget > 0
	switch {
	case it.list == content:
		it.static = it.Score // what has no date does not age
		if it.PublishedAt != nil {
			it.static = freshness(it.Score, it.PublishedAt.UnixMilli(), c.ref, c.rank.HalfLife)
		}
	case it.list == house:
	case it.BidType == "cpm":
		it.price, it.ecpm = it.Bid/1000, it.Bid
	case it.BidType == "fixed":
		it.price, it.ecpm = it.Bid, it.Bid*1000
	default:
		it.ecpm = int64(float64(it.Bid) * c.clickRate(it.num) * 1000)
	}
	if it.list == ads {
		it.static = float64(it.ecpm)
	}
}

// clickRate is the expected rate, drawn to the item's own as it is seen.
func (c *compiler) clickRate(num int64) float64 {
	if c.rank.CTRSeen == 0 || c.rates == nil {
		return c.rank.CTR
	}
	impressions, clicks := c.rates(num)
	return (float64(clicks) + c.rank.CTR*float64(c.rank.CTRSeen)) / (float64(impressions) + float64(c.rank.CTRSeen))
}

func (c *compiler) creative(e *creativeEntry) error {
	cr := &creative{creativeEntry: e, item: c.out.lineItems.get(e.LineItem)}
	if cr.item == nil {
		return fmt.Errorf("creative %s: its line item %s is not there", cr.ID, cr.LineItem)
	}
	cr.caps.add(caps.Creative(uint32(cr.num)), cr.Caps, reasonCapCreative)
	if own := cr.caps.claims; len(own) > 0 {
		cr.caps.claims = slices.Concat(cr.item.caps.claims, own)
	} else {
		cr.caps.claims = cr.item.caps.claims
	}
	c.out.creatives.put(cr.ID, cr)
	c.out.byNum.put(cr.num, cr)
	cr.live.Store(e.Status == Active)
	if e.Status == Active {
		cr.item.creatives = append(cr.item.creatives, cr)
	}
	return nil
}

// rankAll orders the items that may run and builds an engine for each list.
func (c *compiler) rankAll(all []item) {
	var ranked [lists][]*item
	for i := range all {
		it := &all[i]
		c.finish(it)
		if it.off == reasonNone {
			ranked[it.list] = append(ranked[it.list], it)
		}
	}
	for l := range lists {
		slices.SortFunc(ranked[l], compareRank)
		rules := make([]engine.Item, len(ranked[l]))
		c.out.items[l], c.out.order[l] = ranked[l], ranked[l]
		for i, it := range ranked[l] {
			it.number, it.level = int32(i), it.static
			if list(l) != content {
				it.level = float64(len(ranked[l]) - i) // the order is by tier first; nothing else depends on the number
			}
			rules[i] = c.entry(it)
		}
		c.out.index[l] = engine.Build(rules).Snapshot()
	}
}

// finish is what can be said of an item once its creatives are known.
func (c *compiler) finish(it *item) {
	slices.SortFunc(it.creatives, func(a, b *creative) int { return compareIDs(a.ID, b.ID) })
	switch {
	case it.off != reasonNone:
	case len(it.creatives) == 0:
		it.off = reasonNoCreative
	case c.book.broken[it.ID] != nil:
		it.off = reasonTargeting
	case it.ends <= c.now:
		it.off = reasonEnded
	}
	if it.budgeted && it.list == ads && c.money != nil {
		it.account = c.money.Account(uint32(it.num))
	}
}

// entry is what the engine knows of an item.
func (c *compiler) entry(it *item) engine.Item {
	return engine.Item{Rules: c.rules(it), Static: it.level, Topic: c.topic(it.Topic)}
}

// topic numbers the topics of content; -1 is none.
func (c *compiler) topic(name string) int32 {
	if name == "" {
		return -1
	}
	n, ok := c.out.topics[name]
	if !ok {
		n = int32(len(c.out.topics))
		c.out.topics[name] = n
	}
	return n
}

// placementAttr is the attribute, reserved, by which the engine knows for which placement it searches.
const placementAttr = "~placement"

// rules are the item's targeting with the placements it may stand in ANDed to each conjunction.
func (c *compiler) rules(it *item) []targeting.Conjunction {
	where := make([]string, 0, len(c.out.placements))
	for id, p := range c.out.placements {
		if p.refuses(it) == reasonNone {
			where = append(where, id)
		}
	}
	if len(where) == len(c.out.placements) {
		return it.matches
	}
	return targeting.Require(it.matches, targeting.OneOf(placementAttr, where...))
}

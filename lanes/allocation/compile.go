package allocation

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
	"github.com/hotlane/hotlane/lanes/allocation/engine"
	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// book holds all things as they are stored, and is what a catalogue is compiled from. Only the rebuild touches it.
type book struct {
	revision    int64
	advertisers map[string]*entry[*Advertiser]
	campaigns   map[string]*entry[*Campaign]
	lineItems   map[string]*lineEntry
	creatives   map[string]*entry[*Creative]
	placements  map[string]*entry[*Placement]
	schema      targeting.Schema
	zones       map[string]*time.Location
	broken      map[string]error // line items that cannot be understood any more, by id
}

type entry[T any] struct {
	num   int64
	thing T
}

// lineEntry keeps what is dear to parse, so that a rebuild does not parse it again.
type lineEntry struct {
	entry[*LineItem]
	zone     *time.Location
	schedule ledger.Schedule
	rules    []targeting.Conjunction // nil: always
}

func newBook(schema targeting.Schema) *book {
	return &book{
		schema: schema, zones: map[string]*time.Location{}, broken: map[string]error{},
		advertisers: map[string]*entry[*Advertiser]{}, campaigns: map[string]*entry[*Campaign]{},
		lineItems: map[string]*lineEntry{}, creatives: map[string]*entry[*Creative]{},
		placements: map[string]*entry[*Placement]{},
	}
}

// put takes a stored row into the book.
func (b *book) put(r Row) error {
	t, err := r.decode()
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case *Advertiser:
		b.advertisers[t.ID] = &entry[*Advertiser]{r.Num, t}
	case *Campaign:
		b.campaigns[t.ID] = &entry[*Campaign]{r.Num, t}
	case *LineItem:
		b.lineItems[t.ID], err = b.line(r.Num, t)
	case *Creative:
		b.creatives[t.ID] = &entry[*Creative]{r.Num, t}
	case *Placement:
		b.placements[t.ID] = &entry[*Placement]{r.Num, t}
	}
	return err
}

func (b *book) line(num int64, l *LineItem) (*lineEntry, error) {
	e := &lineEntry{entry: entry[*LineItem]{num, l}}
	var err error
	if e.zone, err = b.zone(l.Zone); err != nil {
		return nil, fmt.Errorf("line item %s: %w", l.ID, err)
	}
	if e.schedule, err = ledger.ParseSchedule(l.Daypart, e.zone); err != nil {
		return nil, fmt.Errorf("line item %s: daypart: %w", l.ID, err)
	}
	expr, err := l.Targeting.Parse(b.schema)
	if err == nil && expr != nil {
		if e.rules, err = expr.Conjunctions(); err == nil && len(e.rules) == 0 {
			err = errors.New("it can never match")
		}
	}
	if err != nil { // config took an attribute away since it was stored: it must not match all
		b.broken[l.ID] = err
		return e, nil
	}
	delete(b.broken, l.ID)
	return e, nil
}

func (b *book) zone(name string) (*time.Location, error) {
	if z, ok := b.zones[name]; ok {
		return z, nil
	}
	z, err := time.LoadLocation(name)
	b.zones[name] = z
	return z, err
}

// compiler turns a book into a catalogue.
type compiler struct {
	book  *book
	rank  RankConfig
	now   int64
	money *ledger.Book                                     // where the items' leases are
	rates func(lineItem int64) (impressions, clicks int64) // seen so far
	out   *catalogue
}

// compile builds the whole catalogue. It is the only way one comes to be, so what an edit makes visible and what a
// restart loads are the same.
func (c *compiler) compile() (*catalogue, error) {
	c.out = &catalogue{
		revision: c.book.revision, placements: make(map[string]*placement, len(c.book.placements)),
		lineItems: make(map[string]*item, len(c.book.lineItems)), creatives: make(map[string]*creative, len(c.book.creatives)),
		byNum: make(map[int64]*creative, len(c.book.creatives)), topics: map[string]int32{},
		byItemNum: make(map[int64]*item, len(c.book.lineItems)),
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
			return nil, fmt.Errorf("line item %s: %w", l.thing.ID, err)
		}
	}
	for i := range all {
		c.out.lineItems[all[i].ID], c.out.byItemNum[all[i].num] = &all[i], &all[i]
	}
	if err := c.addCreatives(); err != nil {
		return nil, err
	}
	c.rankAll(all)
	return c.out, nil
}

// writeOut makes the pattern of slots of a mix; an empty one is ads only.
func writeOut(mix []MixPart) []list {
	var slots []list
	for _, m := range mix {
		kind := ads
		if m.Kind == "content" {
			kind = content
		}
		for range m.Count {
			slots = append(slots, kind)
		}
	}
	if len(slots) == 0 {
		return []list{ads}
	}
	return slots
}

func (c *compiler) item(it *item, l *lineEntry) error {
	it.LineItem, it.num, it.rank = *l.thing, l.num, -1
	it.zone, it.schedule = l.zone, l.schedule
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

// span narrows a time to the one given.
func span(start, end int64, from, to *time.Time) (int64, int64) {
	if from != nil {
		start = max(start, from.UnixMilli())
	}
	if to != nil {
		end = min(end, to.UnixMilli())
	}
	return start, end
}

// price sets what an impression costs and what it is worth for ranking.
func (c *compiler) price(it *item) {
	it.budgeted = it.DailyBudget > 0
	switch {
	case it.list == content:
		published := int64(0)
		if it.PublishedAt != nil {
			published = it.PublishedAt.UnixMilli()
		}
		it.static = freshness(it.Score, published, c.now, c.rank.HalfLife)
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

func (c *compiler) addCreatives() error {
	for id, e := range c.book.creatives {
		cr := &creative{Creative: *e.thing, num: e.num, item: c.out.lineItems[e.thing.LineItem]}
		if cr.item == nil {
			return fmt.Errorf("creative %s: its line item %s is not there", id, cr.LineItem)
		}
		cr.caps.add(caps.Creative(uint32(cr.num)), cr.Caps, reasonCapCreative)
		cr.caps.claims = append(slices.Clone(cr.item.caps.claims), cr.caps.claims...)
		cr.json = encodeCreative(cr)
		c.out.creatives[id], c.out.byNum[cr.num] = cr, cr
		cr.live.Store(e.thing.Status == Active)
		if e.thing.Status == Active {
			cr.item.creatives = append(cr.item.creatives, cr)
		}
	}
	return nil
}

// rankAll orders the items that may run and builds an engine for each list.
func (c *compiler) rankAll(all []item) {
	var ranked [lists][]*item
	for i := range all {
		it := &all[i]
		slices.SortFunc(it.creatives, func(a, b *creative) int { return compareIDs(a.ID, b.ID) })
		if it.off == reasonNone && len(it.creatives) == 0 {
			it.off = reasonNoCreative
		}
		if it.off == reasonNone && c.book.broken[it.ID] != nil {
			it.off = reasonTargeting
		}
		if it.off == reasonNone && it.ends <= c.now {
			it.off = reasonEnded
		}
		if it.budgeted && it.list == ads && c.money != nil {
			it.account = c.money.Account(uint32(it.num))
		}
		if it.off == reasonNone {
			ranked[it.list] = append(ranked[it.list], it)
		}
	}
	for l := range lists {
		slices.SortFunc(ranked[l], compareRank)
		rules := make([]engine.Item, len(ranked[l]))
		c.out.items[l] = ranked[l]
		for i, it := range ranked[l] {
			it.rank = int32(i)
			static := it.static
			if list(l) != content {
				static = float64(len(ranked[l]) - i) // the order is by tier first; nothing else depends on the number
			}
			rules[i] = engine.Item{Rules: c.rules(it), Static: static, Topic: c.topic(it.Topic)}
		}
		c.out.index[l] = engine.Build(rules)
	}
}

var tierOrder = map[string]int{TierSponsorship: 0, TierStandard: 1, TierNetwork: 2, TierHouse: 3}

// compareRank orders ads by tier, then by effective CPM; content by score and freshness, then the newest first; and what
// is still equal by id.
func compareRank(a, b *item) int {
	if a.list != content {
		if c := cmp.Compare(tierOrder[a.Tier], tierOrder[b.Tier]); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(b.static, a.static); c != 0 {
		return c
	}
	if a.list == content && a.PublishedAt != nil && b.PublishedAt != nil {
		if c := b.PublishedAt.Compare(*a.PublishedAt); c != 0 {
			return c
		}
	}
	return compareIDs(a.ID, b.ID)
}

// compareIDs orders numbers as numbers: ids of an old backend are such.
func compareIDs(a, b string) int {
	if len(a) != len(b) && digits(a) && digits(b) {
		return cmp.Compare(len(a), len(b))
	}
	return strings.Compare(a, b)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && s[0] != '0'
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
	conjunctions := c.book.lineItems[it.ID].rules
	if conjunctions == nil {
		conjunctions = []targeting.Conjunction{nil}
	}
	where := make([]string, 0, len(c.out.placements))
	for id, p := range c.out.placements {
		if p.refuses(it) == reasonNone {
			where = append(where, id)
		}
	}
	if len(where) == len(c.out.placements) {
		return conjunctions
	}
	slices.Sort(where)
	out := make([]targeting.Conjunction, len(conjunctions))
	for i, conj := range conjunctions {
		out[i] = append(slices.Clone(conj), targeting.Predicate{Attr: placementAttr, Kind: targeting.Text, Op: targeting.In, Values: where})
	}
	return out
}

// refuses says why an item can never stand in a placement.
func (p *placement) refuses(it *item) reason {
	switch {
	case len(it.Placements) > 0 && !slices.Contains(it.Placements, p.ID):
		return reasonPlacement
	case it.list != ads:
		return reasonNone
	case len(p.Tiers) > 0 && !slices.Contains(p.Tiers, it.Tier):
		return reasonTier
	case it.ecpm < p.Floor:
		return reasonFloor
	}
	return reasonNone
}

func listOf(kind, tier string) list {
	switch {
	case tier == TierHouse:
		return house
	case kind == "content":
		return content
	}
	return ads
}

func offBy(s Status) reason {
	switch s {
	case Killed:
		return reasonKilled
	case Paused:
		return reasonPaused
	}
	return reasonNone
}

// worse keeps the graver of two reasons to be off: killed before paused.
func worse(a, b reason) reason {
	if a == reasonNone || (b != reasonNone && b < a) {
		return b
	}
	return a
}

// add takes the caps of one scope; entries are kept for the longest of their windows.
func (c *capping) add(scope caps.Scope, rules []Cap, why reason) {
	var longest int64
	for _, r := range rules {
		window := r.duration().Milliseconds()
		longest = max(longest, window)
		c.rules = append(c.rules, capRule{scope, uint16(r.Count), window, why})
	}
	if longest > 0 {
		c.claims = append(c.claims, caps.Claim{Scope: scope, Retain: longest})
	}
}

// encodeCreative writes what an answer says of a creative, but for its slot, price and token.
func encodeCreative(c *creative) []byte {
	kind := "ad"
	if c.item.list == content {
		kind = "content"
	}
	b, err := json.Marshal(struct {
		Kind     string  `json:"kind"`
		LineItem string  `json:"line_item"`
		Creative string  `json:"creative"`
		Title    string  `json:"title"`
		Image    string  `json:"image"`
		Landing  string  `json:"landing"`
		Extra    RawJSON `json:"extra"`
	}{kind, c.LineItem, c.ID, c.Title, c.Image, c.Landing, c.Extra})
	if err != nil { // checked when it was stored
		panic(err)
	}
	return b[1 : len(b)-1]
}

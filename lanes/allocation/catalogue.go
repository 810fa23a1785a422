package allocation

import (
	"encoding/json"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
	"github.com/hotlane/hotlane/lanes/allocation/engine"
	"github.com/hotlane/hotlane/lanes/allocation/ledger"
)

// list is one of the three rankings that slots are filled from.
type list uint8

const (
	ads list = iota
	content
	house
	lists
)

// catalogue is what decisions are made from. It is built whole and then read by all; only the cached daypart of an item
// and the live bits of the engine change.
type catalogue struct {
	revision   int64
	placements map[string]*placement
	items      [lists][]*item // by number in the engine, those that edits replaced too
	order      [lists][]*item // by rank
	index      [lists]*engine.Snapshot
	lineItems  shelf[string, *item] // every line item, those that cannot run now too: explain names them
	creatives  shelf[string, *creative]
	byNum      shelf[int64, *creative]
	byItemNum  shelf[int64, *item]
	topics     map[string]int32 // of content, numbered for the engine
	ref        int64            // unix milliseconds at which the freshness of content was taken
}

// placement is a Placement, ready to be filled.
type placement struct {
	Placement
	num   int64
	live  atomic.Bool
	slots []list // the mix written out, repeated as often as needed
}

// item is a line item, ready to be decided on.
type item struct {
	// What every candidate is asked stands together: a cache line or two, not five.
	starts     int64 // unix milliseconds, of the item and its campaign
	ends       int64
	always     bool         // no daypart
	daypart    atomic.Int64 // what Active said, and until when: ±unix milliseconds
	advertiser int64        // 0: none
	caps       capping      // of the item and its campaign
	creatives  []*creative  // active ones

	*lineEntry
	campaignNo int64 // 0: none
	list       list
	number     int32 // in the engine of its list; -1: it is not there, for the reason in off
	off        reason
	stopped    atomic.Uint32 // the reason for which it was taken out after the catalogue was built
	price      int64         // micros an impression, reserved at the decision; 0: free or charged at the click
	ecpm       int64         // micros for 1,000 impressions
	static     float64
	level      float64         // what ranks it in the engine
	account    *ledger.Account // where its money is; nil: it needs none
	asked      atomic.Bool     // in the list of those charged at the click
	budgeted   bool
	totals     *Campaign
}

// creative is a Creative, ready to be shown.
type creative struct {
	*creativeEntry
	live atomic.Bool
	item *item
	caps capping // its own rules; claims are the item's too
}

// capping is what must be asked before something is shown, and what is counted then.
type capping struct {
	rules  []capRule
	claims []caps.Claim
}

// claim reports whether showing it counts in a scope.
func (c *capping) claim(scope caps.Scope) bool {
	return slices.ContainsFunc(c.claims, func(x caps.Claim) bool { return x.Scope == scope })
}

// capRule is one cap on one scope.
type capRule struct {
	scope  caps.Scope
	count  uint16
	window int64 // milliseconds
	reason reason
}

// rankOf is an item's place in its list, from 1; 0 when it cannot run.
func (c *catalogue) rankOf(it *item) int {
	if it.number < 0 {
		return 0
	}
	at, _ := slices.BinarySearchFunc(c.order[it.list], it, compareRank)
	return at + 1
}

// open reports whether the daypart lets the item run, and asks the schedule only when its last answer has ended.
func (it *item) open(now int64) bool {
	if it.always {
		return true
	}
	if c := it.daypart.Load(); c > now || -c > now {
		return c > 0
	}
	t := time.UnixMilli(now)
	active := it.schedule.Active(t)
	until := now - now%60_000 + 60_000 // dayparts change on whole minutes
	if !active {
		until = -until
	}
	it.daypart.Store(until)
	return active
}

// freshness is the static score of content at a reference time: halved with every half-life of age.
func freshness(score float64, published, ref int64, halfLife time.Duration) float64 {
	if halfLife <= 0 {
		return score
	}
	age := float64(ref-published) / float64(halfLife.Milliseconds())
	return score * math.Exp2(-max(age, -60))
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

// encodeCreative writes what an answer says of a creative, but for its slot, kind, price and token.
func encodeCreative(c *Creative) string {
	b, err := json.Marshal(struct {
		LineItem string  `json:"line_item"`
		Creative string  `json:"creative"`
		Title    string  `json:"title"`
		Image    string  `json:"image"`
		Landing  string  `json:"landing"`
		Extra    RawJSON `json:"extra"`
	}{c.LineItem, c.ID, c.Title, c.Image, c.Landing, c.Extra})
	if err != nil { // checked when it was stored
		panic(err)
	}
	return string(b[1 : len(b)-1])
}

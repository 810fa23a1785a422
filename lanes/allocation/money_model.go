package allocation

import (
	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/platform/fault"
)

// Budgets is what one line item may be charged now, as the catalogue says.
type Budgets struct {
	LineItem int64
	Campaign int64 // 0: none
	Day      int32 // 20260131, in the item's zone
	PerDay   int64 // micros, ledger.Unlimited: no limit
	InTotal  int64 // of the campaign
	Allowed  int64 // of the day by now, as pacing has it
	DayEnds  int64 // unix milliseconds: no lease of the day is drawn on after it
}

// Bid asks for a lease.
type Bid struct {
	ledger.Want
	Budgets
}

// Terms are what leases granted together share: unix milliseconds, and milliseconds.
type Terms struct {
	Now        int64
	Usable     int64 // until which decisions may draw on them, or until the budget day ends
	UsableIdle int64 // the same for what is shown so seldom that it would find its lease lapsed each time
	TokenLife  int64 // how much longer their tokens may be confirmed
}

// until is how long a lease for this want may be drawn on.
func (t Terms) until(w ledger.Want) int64 {
	if w.Idle {
		return t.UsableIdle
	}
	return t.Usable
}

// Granted answers a Bid: a lease, or why there is none.
type Granted struct {
	Lease  ledger.Lease
	Reason ledger.Reason
}

// EventKind is what a client reports of a token.
type EventKind uint8

const (
	Impression EventKind = iota
	Click
	Conversion
)

var eventNames = [...]string{"impression", "click", "conversion"}

func (k EventKind) String() string { return eventNames[k] }

// parseEventKind reads impression, click or conversion.
func parseEventKind(s string) (EventKind, error) {
	for k, name := range eventNames {
		if s == name {
			return EventKind(k), nil
		}
	}
	return 0, ErrEventKind
}

// ErrEventKind says that there is no such kind of event.
var ErrEventKind = fault.New(fault.NotFound, "allocation.event_kind", "An event is an impression, a click or a conversion.")

// Event is one report, verified, to be made durable. Apply sets First and Spent.
type Event struct {
	Kind      EventKind
	Block     uint64 // which row and
	Index     uint16 // which bit says that it was seen
	Expires   int64  // unix milliseconds, of the token
	At        int64  // when it arrived
	LineItem  int64
	Creative  int64
	Placement int64
	Lease     int64   // the price is taken from it at the impression; 0: none
	Price     int64   // micros of an impression
	Click     int64   // micros of a click
	Budgets   Budgets // of the click

	First bool  // whether it had not been seen
	Spent int64 // micros it was billed
}

// Count is what happened in one hour to one creative of one line item in one placement.
type Count struct {
	Hour        int64 `json:"-"`
	LineItem    int64 `json:"-"`
	Creative    int64 `json:"-"`
	Placement   int64 `json:"-"`
	Decisions   int64 `json:"decisions"`
	Impressions int64 `json:"impressions"`
	Clicks      int64 `json:"clicks"`
	Conversions int64 `json:"conversions"`
	Spend       int64 `json:"spend_micros"`
}

func (c *Count) add(o Count) {
	c.Decisions += o.Decisions
	c.Impressions += o.Impressions
	c.Clicks += o.Clicks
	c.Conversions += o.Conversions
	c.Spend += o.Spend
}

// blockBits is how many tokens share a row of what was seen.
const blockBits = 4096

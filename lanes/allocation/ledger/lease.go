package ledger

import "math"

// Unlimited stands for a budget that is not set.
const Unlimited int64 = math.MaxInt64

// Lease is a part of a line item's budget that the owner may hand out without asking again.
type Lease struct {
	ID          int64
	Generation  int64 // of the owner it was granted to
	LineItem    uint32
	Campaign    uint32
	Day         int32 // budget day it is charged to: 20260131
	Amount      int64 // micros
	GrantedAt   int64
	UsableUntil int64 // reservations are made before
	ExpiresAt   int64 // confirmations are accepted before: UsableUntil + the life of a token
}

// Want asks for a lease.
type Want struct {
	LineItem uint32
	Price    int64 // micros of one impression: the least that is of use
	Amount   int64 // micros: what the item is expected to need, a multiple of Price
	Idle     bool  // less than one impression is expected in Config.Horizon
}

// Closing says that a lease is drawn on no more, and how much of it has been reserved.
type Closing struct {
	Lease int64
	Used  int64 // micros: what the lease's amount can be lowered to
}

// Balance is what the durable side knows when it is asked for a lease. A budget may be Unlimited.
type Balance struct {
	DayBudget       int64 // of the line item, for its budget day
	DayCharged      int64
	CampaignBudget  int64 // of the campaign, in total
	CampaignCharged int64
	DayAllowed      int64 // how much of the day may be charged by now: Unlimited, or what Allowed says
}

// offerShare is the part of what remains that one lease may take: 1/4, so that an item's budget is not all held by
// reservations that may not be confirmed.
const offerShare = 4

// Remaining is what neither budget has charged yet; negative after a budget was lowered.
func (b Balance) Remaining() int64 {
	return min(rest(b.DayBudget, b.DayCharged), rest(b.CampaignBudget, b.CampaignCharged))
}

func rest(budget, charged int64) int64 {
	if budget == Unlimited {
		return Unlimited
	}
	return budget - charged
}

// Offer is the amount of the lease to grant: as wanted, but at most a quarter of what remains, in whole prices and at
// least one. It is 0, with the reason, when not even one price is left or allowed.
func (b Balance) Offer(w Want) (int64, Reason) {
	if w.Price <= 0 || w.Amount < w.Price {
		return 0, Invalid
	}
	remaining, paced := b.Remaining(), rest(b.DayAllowed, b.DayCharged)
	switch {
	case rest(b.CampaignBudget, b.CampaignCharged) < w.Price:
		return 0, CampaignSpent
	case remaining < w.Price:
		return 0, Spent
	case paced < w.Price:
		return 0, Paced
	}
	amount := min(w.Amount, max(remaining/offerShare, w.Price), paced)
	return amount - amount%w.Price, OK
}

// Chargeable tells whether a price can be charged at once, without a lease (a click).
func (b Balance) Chargeable(price int64) bool { return price >= 0 && price <= b.Remaining() }

// Reason says why no money can be had. OK is the absence of one.
type Reason uint8

const (
	OK            Reason = iota
	NoLease              // none yet, or used up: asked for, come back soon
	Spent                // the line item's budget of the day
	CampaignSpent        // the campaign's budget
	Paced                // allowed later today
	Unavailable          // the ledger cannot be written just now
	Fenced               // another process owns the ledger
	Invalid              // a price or amount out of range
)

func (r Reason) String() string {
	return [...]string{
		"ok", "no_lease", "budget_spent", "campaign_spent", "paced", "ledger_unavailable", "fenced", "invalid_price",
	}[r]
}

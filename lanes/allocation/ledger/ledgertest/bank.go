// Package ledgertest has the durable side of the ledger as a reference in memory. Each method is one transaction, and
// says what the SQL store must do; package ledger's doc says why.
package ledgertest

import (
	"fmt"
	"sync"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
)

// Mark is a token's dedupe bit.
type Mark int64

// Outcome is what became of an event.
type Outcome uint8

const (
	Counted   Outcome = iota
	Replayed          // the mark was there: nothing changed
	Late              // the lease is settled or expired: nothing changed, the mark is not set
	Overdrawn         // the lease has not that much: nothing changed. Does not happen to what a Book reserved
	Unpaid            // click: no budget is left; the mark is set, the click is not billed
)

// ItemDay is the key of a line item's budget day.
type ItemDay struct {
	LineItem uint32
	Day      int32
}

// Account is one row: an item's day or a campaign.
type Account struct {
	Budget  int64 // ledger.Unlimited: none
	Charged int64 // open leases' amounts + settled leases' spent + clicks
	Spent   int64 // confirmed impressions + clicks; for reports, no rule depends on it
}

// Lease is a row of leases.
type Lease struct {
	ledger.Lease
	Spent   int64
	Settled bool
}

// Bank is the durable side. The zero value is not usable; see New.
type Bank struct {
	mu         sync.Mutex
	generation int64
	usable     int64
	tokenLife  int64
	budgets    map[uint32]int64
	days       map[ItemDay]*Account
	campaigns  map[uint32]*Account
	leases     map[int64]*Lease
	marks      map[Mark]bool
	lastLease  int64
}

// New makes a bank whose leases are usable for so many milliseconds, and expire a token's life later.
func New(usable, tokenLife int64) *Bank {
	return &Bank{
		usable: usable, tokenLife: tokenLife,
		budgets: map[uint32]int64{}, days: map[ItemDay]*Account{}, campaigns: map[uint32]*Account{},
		leases: map[int64]*Lease{}, marks: map[Mark]bool{},
	}
}

// SetDayBudget edits a line item's daily budget, for the days that have begun too.
func (b *Bank) SetDayBudget(lineItem uint32, micros int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.budgets[lineItem] = micros
	for key, a := range b.days {
		if key.LineItem == lineItem {
			a.Budget = micros
		}
	}
}

// SetCampaignBudget edits a campaign's total budget.
func (b *Bank) SetCampaignBudget(campaign uint32, micros int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.campaign(campaign).Budget = micros
}

func (b *Bank) campaign(id uint32) *Account {
	a := b.campaigns[id]
	if a == nil {
		a = &Account{Budget: ledger.Unlimited}
		b.campaigns[id] = a
	}
	return a
}

func (b *Bank) day(key ItemDay) *Account {
	a := b.days[key]
	if a == nil {
		budget, ok := b.budgets[key.LineItem]
		if !ok {
			budget = ledger.Unlimited
		}
		a = &Account{Budget: budget}
		b.days[key] = a
	}
	return a
}

// Own makes the caller the owner: grants to earlier generations fail from now on.
func (b *Bank) Own() (generation int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.generation++
	return b.generation
}

// Grant makes a lease, if the generation owns the ledger and the balance has an offer. The lease ends with its day.
func (b *Bank) Grant(generation int64, w ledger.Want, campaign uint32, day int32, dayEnd, allowed, now int64) (
	ledger.Lease, ledger.Reason,
) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if generation != b.generation {
		return ledger.Lease{}, ledger.Fenced
	}
	d, c := b.day(ItemDay{w.LineItem, day}), b.campaign(campaign)
	amount, why := ledger.Balance{
		DayBudget: d.Budget, DayCharged: d.Charged, DayAllowed: allowed,
		CampaignBudget: c.Budget, CampaignCharged: c.Charged,
	}.Offer(w)
	if why != ledger.OK {
		return ledger.Lease{}, why
	}
	d.Charged += amount
	c.Charged += amount
	b.lastLease++
	usable := min(now+b.usable, dayEnd)
	l := ledger.Lease{
		ID: b.lastLease, Generation: generation, LineItem: w.LineItem, Campaign: campaign, Day: day, Amount: amount,
		GrantedAt: now, UsableUntil: usable, ExpiresAt: usable + b.tokenLife,
	}
	b.leases[l.ID] = &Lease{Lease: l}
	return l, ledger.OK
}

// Confirm counts an impression against its lease.
func (b *Bank) Confirm(mark Mark, lease, price, now int64) Outcome {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.leases[lease]
	switch {
	case b.marks[mark]:
		return Replayed
	case l == nil || l.Settled || now >= l.ExpiresAt:
		return Late
	case l.Spent+price > l.Amount:
		return Overdrawn
	}
	b.marks[mark] = true
	l.Spent += price
	b.day(ItemDay{l.LineItem, l.Day}).Spent += price
	b.campaign(l.Campaign).Spent += price
	return Counted
}

// Click charges a click, if both budgets have it.
func (b *Bank) Click(mark Mark, lineItem, campaign uint32, day int32, price int64) Outcome {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.marks[mark] {
		return Replayed
	}
	b.marks[mark] = true
	d, c := b.day(ItemDay{lineItem, day}), b.campaign(campaign)
	balance := ledger.Balance{
		DayBudget: d.Budget, DayCharged: d.Charged, CampaignBudget: c.Budget, CampaignCharged: c.Charged,
	}
	if !balance.Chargeable(price) {
		return Unpaid
	}
	for _, a := range []*Account{d, c} {
		a.Charged += price
		a.Spent += price
	}
	return Counted
}

// Close lowers an open lease's amount to what was reserved in it. Closing twice, or late, changes nothing.
func (b *Bank) Close(c ledger.Closing) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.leases[c.Lease]
	if l == nil || l.Settled || c.Used >= l.Amount || c.Used < l.Spent {
		return
	}
	b.giveBack(l, l.Amount-c.Used)
	l.Amount = c.Used
}

// Settle ends the leases that have expired, at most limit of them, and returns how many it ended.
func (b *Bank) Settle(now int64, limit int) (settled int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id := int64(1); id <= b.lastLease && settled < limit; id++ {
		if l := b.leases[id]; !l.Settled && now >= l.ExpiresAt {
			l.Settled = true
			b.giveBack(l, l.Amount-l.Spent)
			settled++
		}
	}
	return settled
}

func (b *Bank) giveBack(l *Lease, micros int64) {
	b.day(ItemDay{l.LineItem, l.Day}).Charged -= micros
	b.campaign(l.Campaign).Charged -= micros
}

// Day is a copy of an item's day.
func (b *Bank) Day(key ItemDay) Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	return *b.day(key)
}

// Campaign is a copy of a campaign's account.
func (b *Bank) Campaign(id uint32) Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	return *b.campaign(id)
}

// Check tells whether the rows agree with each other: charged is what the leases say plus clicks, which are what was
// spent otherwise, and no lease is overdrawn.
func (b *Bank) Check() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	days, campaigns := map[ItemDay]Account{}, map[uint32]Account{}
	for _, l := range b.leases {
		if l.Spent > l.Amount {
			return fmt.Errorf("lease %d: %d spent of %d", l.ID, l.Spent, l.Amount)
		}
		charged := l.Amount
		if l.Settled {
			charged = l.Spent
		}
		key := ItemDay{l.LineItem, l.Day}
		d, c := days[key], campaigns[l.Campaign]
		days[key] = Account{Charged: d.Charged + charged, Spent: d.Spent + l.Spent}
		campaigns[l.Campaign] = Account{Charged: c.Charged + charged, Spent: c.Spent + l.Spent}
	}
	for key, a := range b.days {
		if a.Charged-days[key].Charged != a.Spent-days[key].Spent || a.Spent > a.Charged {
			return fmt.Errorf("item and day %v: %+v, its leases say %+v", key, *a, days[key])
		}
	}
	for id, a := range b.campaigns {
		if a.Charged-campaigns[id].Charged != a.Spent-campaigns[id].Spent || a.Spent > a.Charged {
			return fmt.Errorf("campaign %d: %+v, its leases say %+v", id, *a, campaigns[id])
		}
	}
	return nil
}

package allocation

import (
	"math"
	"sync"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
)

// money is the wallet of decisions: leases for what is paid by impression, and a look at the balance for what is paid by
// click. Items without any budget need neither.
type money struct {
	book *ledger.Book

	mu     sync.Mutex
	clicks map[*item]struct{} // paid by click, budgeted, and asked for since the last look
}

func newMoney(generation int64, horizon time.Duration) *money {
	return &money{
		book:   ledger.NewBook(ledger.Config{Horizon: horizon.Milliseconds()}, generation),
		clicks: map[*item]struct{}{},
	}
}

func (m *money) reserve(it *item, now int64, dry bool) (lease int64, why reason) {
	if !it.budgeted || it.list != ads {
		return 0, reasonNone
	}
	if it.account == nil {
		return 0, reasonLease // the catalogue was compiled without a book: nothing can be reserved
	}
	if it.price == 0 && it.asked.CompareAndSwap(false, true) {
		m.mu.Lock()
		m.clicks[it] = struct{}{}
		m.mu.Unlock()
	}
	if dry {
		return 0, moneyReason(it.account.Can(it.price, now))
	}
	lease, no := it.account.Reserve(it.price, now)
	return lease, moneyReason(no)
}

// byClick returns the items whose balances must be looked at.
func (m *money) byClick() []*item {
	m.mu.Lock()
	defer m.mu.Unlock()
	items := make([]*item, 0, len(m.clicks))
	for it := range m.clicks {
		items = append(items, it)
		it.asked.Store(false)
	}
	clear(m.clicks)
	return items
}

func moneyReason(r ledger.Reason) reason {
	switch r {
	case ledger.OK:
		return reasonNone
	case ledger.Paced:
		return reasonPacing
	case ledger.Spent, ledger.CampaignSpent:
		return reasonBudget
	}
	return reasonLease
}

// budgets says what the item may be charged now.
func (it *item) budgets(now time.Time) Budgets {
	day := ledger.DayOf(now, it.zone)
	b := Budgets{LineItem: it.num, Campaign: it.campaignNo, Day: day.Number, DayEnds: day.To.UnixMilli(), PerDay: unlimited(it.DailyBudget), InTotal: ledger.Unlimited, Allowed: ledger.Unlimited}
	if it.totals != nil {
		b.InTotal = unlimited(it.totals.TotalBudget)
	}
	if it.Pacing == "even" {
		b.Allowed = it.paced(day, now)
	}
	return b
}

// paced is what even pacing allows of the day by a moment from now, so that there is always something to spend.
func (it *item) paced(day ledger.Day, now time.Time) int64 {
	from, to := day.From, day.To
	if it.starts != math.MinInt64 && time.UnixMilli(it.starts).After(from) {
		from = time.UnixMilli(it.starts)
	}
	if it.ends != math.MaxInt64 && time.UnixMilli(it.ends).Before(to) {
		to = time.UnixMilli(it.ends)
	}
	return ledger.Allowed(it.DailyBudget, from, to, *it.schedule, now.Add(pacingAhead))
}

// pacingAhead is how much of the day even pacing allows in advance.
const pacingAhead = time.Minute

func unlimited(budget int64) int64 {
	if budget == 0 {
		return ledger.Unlimited
	}
	return budget
}

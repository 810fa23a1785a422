package ledgertest

import (
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
)

const (
	usable    = 60_000
	tokenLife = 30_000
	dayLength = 300_000 // a short one, so that tests see several
)

type token struct {
	mark         Mark
	lease, price int64
	expires      int64
	counted      bool
}

// world is a bank, the owner's book, and books of owners that do not know yet that they have been replaced.
type world struct {
	bank    *Bank
	book    *ledger.Book
	zombies []*ledger.Book
	now     int64
	tokens  []*token
	marks   Mark
	budgets map[uint32]int64 // of line items: the highest of all times
	totals  map[uint32]int64 // of campaigns
	spent   int64            // what was acknowledged
}

var prices = map[uint32]int64{1: 1_000, 2: 250, 3: 7_001, 4: 40_000}

func campaignOf(item uint32) uint32 { return 1 + item%2 }

func (w *world) day() (number int32, end int64) {
	n := w.now / dayLength
	return int32(n), (n + 1) * dayLength
}

func (w *world) setBudgets(t *rapid.T) {
	item := rapid.Uint32Range(1, 4).Draw(t, "item")
	budget := rapid.Int64Range(0, 500_000).Draw(t, "budget")
	w.bank.SetDayBudget(item, budget)
	w.budgets[item] = max(w.budgets[item], budget)
	campaign := campaignOf(item)
	total := rapid.Int64Range(0, 1_500_000).Draw(t, "total")
	w.bank.SetCampaignBudget(campaign, total)
	w.totals[campaign] = max(w.totals[campaign], total)
}

func (w *world) anyBook(t *rapid.T) *ledger.Book {
	if len(w.zombies) > 0 && rapid.IntRange(0, 3).Draw(t, "zombie") == 0 {
		return rapid.SampledFrom(w.zombies).Draw(t, "book")
	}
	return w.book
}

func (w *world) serve(t *rapid.T) {
	book, item := w.anyBook(t), rapid.Uint32Range(1, 4).Draw(t, "item")
	for range rapid.IntRange(1, 30).Draw(t, "times") {
		lease, why := book.Reserve(item, prices[item], w.now)
		if why != ledger.OK {
			return
		}
		w.marks++
		w.tokens = append(w.tokens, &token{mark: w.marks, lease: lease, price: prices[item], expires: w.now + tokenLife})
	}
}

// pump does what the owner's loop does; the process may die between the commit and Book.Grant.
func (w *world) pump(t *rapid.T) {
	book := w.anyBook(t)
	day, end := w.day()
	for _, want := range book.Wants(w.now) {
		allowed := ledger.Unlimited
		if rapid.Bool().Draw(t, "paced") {
			allowed = rapid.Int64Range(0, 500_000).Draw(t, "allowed")
		}
		before := w.bank.Day(ItemDay{want.LineItem, day})
		l, why := w.bank.Grant(book.Generation(), want, campaignOf(want.LineItem), day, end, allowed, w.now)
		switch {
		case why != ledger.OK:
			book.Deny(want.LineItem, w.now+1_000, why)
		case book != w.book:
			t.Fatalf("a replaced owner was granted %+v", l)
		case before.Charged+l.Amount > min(before.Budget, allowed):
			t.Fatalf("granted %d over %+v, allowed %d", l.Amount, before, allowed)
		case rapid.IntRange(0, 9).Draw(t, "dies") > 0:
			book.Grant(l)
			book.Grant(l) // told twice
		}
	}
}

// confirm lets about so many percent of the outstanding impressions come, some of them again.
func (w *world) confirm(t *rapid.T) {
	percent := rapid.SampledFrom([]int{5, 50, 100}).Draw(t, "percent")
	kept := w.tokens[:0]
	for _, k := range w.tokens {
		if w.now >= k.expires { // its signature would say so
			continue
		}
		kept = append(kept, k)
		if int(k.mark*7919%100) >= percent {
			continue
		}
		switch got := w.bank.Confirm(k.mark, k.lease, k.price, w.now); {
		case k.counted && got != Replayed, !k.counted && got != Counted:
			t.Fatalf("%+v at %d: outcome %d", *k, w.now, got)
		case got == Counted:
			k.counted = true
			w.spent += k.price
		}
	}
	w.tokens = kept
}

func (w *world) click(t *rapid.T) {
	item := rapid.Uint32Range(1, 4).Draw(t, "item")
	day, _ := w.day()
	w.marks++
	if w.bank.Click(w.marks, item, campaignOf(item), day, prices[item]) == Counted {
		w.spent += prices[item]
	}
	if got := w.bank.Click(w.marks, item, campaignOf(item), day, prices[item]); got != Replayed {
		t.Fatalf("second click: %d", got)
	}
}

func (w *world) check(t *rapid.T) {
	if err := w.bank.Check(); err != nil {
		t.Fatal(err)
	}
	var spent int64
	for campaign := uint32(1); campaign <= 2; campaign++ {
		a := w.bank.Campaign(campaign)
		if spent += a.Spent; a.Charged > w.totals[campaign] {
			t.Fatalf("campaign %d: %+v, budget never above %d", campaign, a, w.totals[campaign])
		}
	}
	if spent != w.spent {
		t.Fatalf("%d spent, %d acknowledged", spent, w.spent)
	}
	day, _ := w.day()
	for item := range prices {
		for d := int32(0); d <= day; d++ {
			if a := w.bank.Day(ItemDay{item, d}); a.Charged > w.budgets[item] {
				t.Fatalf("item %d on day %d: %+v, budget never above %d", item, d, a, w.budgets[item])
			}
		}
	}
}

func (w *world) step(t *rapid.T) {
	switch rapid.IntRange(0, 19).Draw(t, "step") {
	default:
		w.serve(t)
	case 1, 2, 3:
		w.pump(t)
	case 4, 5:
		w.confirm(t)
	case 6:
		w.click(t)
	case 7:
		w.setBudgets(t)
	case 8, 9, 10:
		w.now += rapid.Int64Range(1, 40_000).Draw(t, "ms")
	case 11:
		w.bank.Settle(w.now, rapid.IntRange(1, 5).Draw(t, "limit"))
	case 12, 13:
		for _, c := range w.anyBook(t).Closings() {
			for range rapid.IntRange(0, 2).Draw(t, "times") {
				w.bank.Close(c)
			}
		}
	case 14:
		w.book = ledger.NewBook(ledger.Config{}, w.bank.Own()) // a crash
	case 15:
		w.zombies = append(w.zombies, w.book)
		w.book = ledger.NewBook(ledger.Config{}, w.bank.Own())
	case 16:
		for _, z := range w.zombies {
			z.Fence()
		}
	}
}

func TestNothingIsOverspentAndNothingLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{bank: New(usable, tokenLife), now: 1_000, budgets: map[uint32]int64{}, totals: map[uint32]int64{}}
		for item := range prices {
			w.bank.SetDayBudget(item, 200_000)
			w.budgets[item] = 200_000
			w.bank.SetCampaignBudget(campaignOf(item), 900_000)
			w.totals[campaignOf(item)] = 900_000
		}
		w.book = ledger.NewBook(ledger.Config{}, w.bank.Own())
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			w.step(t)
			w.check(t)
		}
		w.now += usable + tokenLife
		w.bank.Settle(w.now, 1<<30)
		w.check(t)
		for campaign := uint32(1); campaign <= 2; campaign++ {
			if a := w.bank.Campaign(campaign); a.Charged != a.Spent {
				t.Fatalf("campaign %d: %+v when all leases have expired", campaign, a)
			}
		}
	})
}

// 64 goroutines spend one item's budget, confirm all of it, and its loop grants meanwhile: it is spent to the last price.
func TestConcurrentSpendEndsAtTheBudget(t *testing.T) {
	const price, budget, now = 1_000, 3_000_000, 10_000
	bank := New(usable, tokenLife)
	bank.SetDayBudget(1, budget)
	book := ledger.NewBook(ledger.Config{}, bank.Own())
	spent := make(chan struct{})
	var workers sync.WaitGroup
	for g := range 64 {
		workers.Go(func() {
			for n := 0; ; {
				select {
				case <-spent:
					return
				default:
				}
				lease, why := book.Reserve(1, price, now)
				if why != ledger.OK {
					continue
				}
				n++
				mark := Mark(g)<<32 | Mark(n)
				if got := bank.Confirm(mark, lease, price, now); got != Counted {
					t.Errorf("outcome %d", got)
				}
			}
		})
	}
	for done := false; !done; {
		for _, w := range book.Wants(now) {
			l, why := bank.Grant(book.Generation(), w, 1, 1, now+dayLength, ledger.Unlimited, now)
			if done = why == ledger.Spent; done {
				break
			}
			book.Grant(l)
		}
		done = done && book.Account(1).Left(now) == 0
	}
	close(spent)
	workers.Wait()
	if err := bank.Check(); err != nil {
		t.Error(err)
	}
	if a := bank.Day(ItemDay{1, 1}); a.Spent != budget {
		t.Errorf("%+v", a)
	}
}

package allocation

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/lanes/allocation/ledger/ledgertest"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

// few lets properties that write to disk be checked less often than those that do not; -rapid.checks says otherwise.
func few(t *testing.T, checks string) {
	t.Helper()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if set {
		return
	}
	before := flag.Lookup("rapid.checks").Value.String()
	if err := flag.Set("rapid.checks", checks); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set("rapid.checks", before) })
}

// eachLedger runs a test on an empty ledger of every engine at hand.
func eachLedger(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.EachDB(t, lane.Folder(migrations, "migrations/ledger"), nameLedger, fn)
}

const (
	bankUsable, bankTokenLife = 60_000, 30_000
	bankDay                   = 300_000 // a short one, so that tests see several
)

// books is the ledger in SQL beside the reference, which must agree after every step.
type books struct {
	store       *ledgerStore
	bank        *ledgertest.Bank
	now         int64
	generation  int64
	leases      []int64         // ids in SQL; the bank's are 1, 2, 3…
	spent       map[int64]int64 // by id in SQL: so much of it is confirmed
	amount      map[int64]int64
	seen        map[ledgertest.Mark]bool
	daily       map[int64]int64
	totals      map[int64]int64
	impressions int64
	clicks      int64
	conversions int64
	spend       int64
}

func newBooks(t *rapid.T, d *db.DB) *books {
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for _, q := range []string{
			"DELETE FROM accounts", "DELETE FROM leases", "DELETE FROM blocks", "DELETE FROM counters", "UPDATE owner SET generation = 0",
		} {
			if _, err := tx.Exec(context.Background(), q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return &books{
		store: &ledgerStore{db: d}, bank: ledgertest.New(bankUsable, bankTokenLife), now: 1_000,
		spent: map[int64]int64{}, amount: map[int64]int64{}, seen: map[ledgertest.Mark]bool{},
		daily: map[int64]int64{}, totals: map[int64]int64{},
	}
}

func (b *books) budgetsOf(item int64) Budgets {
	day := b.now / bankDay
	limit := func(of map[int64]int64, num int64) int64 {
		if n, ok := of[num]; ok {
			return n
		}
		return ledger.Unlimited
	}
	campaign := 1 + item%2
	return Budgets{
		LineItem: item, Campaign: campaign, Day: int32(day), DayEnds: (day + 1) * bankDay, PerDay: limit(b.daily, item),
		InTotal: limit(b.totals, campaign), Allowed: ledger.Unlimited,
	}
}

func (b *books) own(t *rapid.T) {
	got, err := b.store.Own(t.Context(), "test", 0) // generations of a clock at 0 are counted
	if want := b.bank.Own(); err != nil || got != want {
		t.Fatalf("generation %d %v, want %d", got, err, want)
	}
	b.generation = got
	b.store.leases.Store(0) // a process counts anew
}

func (b *books) setBudgets(t *rapid.T) {
	item := rapid.Int64Range(1, 3).Draw(t, "item")
	b.daily[item] = rapid.Int64Range(0, 60_000).Draw(t, "daily")
	b.bank.SetDayBudget(uint32(item), b.daily[item])
	campaign := 1 + item%2
	b.totals[campaign] = rapid.Int64Range(0, 150_000).Draw(t, "total")
	b.bank.SetCampaignBudget(uint32(campaign), b.totals[campaign])
}

func (b *books) grant(t *rapid.T) {
	generation := b.generation - rapid.SampledFrom([]int64{0, 0, 0, 1}).Draw(t, "stale")
	var bids []Bid
	for range rapid.IntRange(1, 3).Draw(t, "bids") {
		item := rapid.Int64Range(1, 3).Draw(t, "item")
		price := rapid.SampledFrom([]int64{1, 700, 1_000}).Draw(t, "price")
		budgets := b.budgetsOf(item)
		if rapid.IntRange(0, 3).Draw(t, "paced") == 0 {
			budgets.Allowed = rapid.Int64Range(0, 60_000).Draw(t, "allowed")
		}
		bids = append(bids, Bid{ledger.Want{LineItem: uint32(item), Price: price, Amount: price * rapid.Int64Range(1, 40).Draw(t, "times")}, budgets})
	}
	granted, err := b.store.Grant(t.Context(), generation, bids, Terms{Now: b.now, Usable: b.now + bankUsable, TokenLife: bankTokenLife})
	if generation != b.generation {
		if !errors.Is(err, ErrFenced) {
			t.Fatalf("a grant to an old generation: %v %v", granted, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, bid := range bids {
		want, why := b.bank.Grant(generation, bid.Want, uint32(bid.Campaign), bid.Day, bid.DayEnds, bid.Allowed, b.now)
		got := granted[i].Lease
		if why == ledger.OK {
			want.ID = got.ID
			b.leases = append(b.leases, got.ID)
			b.amount[got.ID] = got.Amount
		}
		if granted[i].Reason != why || got != want {
			t.Fatalf("bid %+v: got %v %+v, want %v %+v", bid, granted[i].Reason, got, why, want)
		}
	}
}

func (b *books) anyLease(t *rapid.T) (id, bankID int64) {
	if len(b.leases) == 0 {
		return 99, 99 // neither knows it
	}
	i := rapid.IntRange(max(0, len(b.leases)-6), len(b.leases)-1).Draw(t, "lease")
	return b.leases[i], int64(i + 1)
}

func (b *books) close(t *rapid.T) {
	id, bankID := b.anyLease(t)
	used := rapid.Int64Range(b.spent[id], max(b.spent[id], b.amount[id])+5).Draw(t, "used")
	for range rapid.IntRange(1, 2).Draw(t, "times") {
		if err := b.store.Close(t.Context(), b.generation, []ledger.Closing{{Lease: id, Used: used}}); err != nil {
			t.Fatal(err)
		}
	}
	b.bank.Close(ledger.Closing{Lease: bankID, Used: used})
	if err := b.store.Close(t.Context(), b.generation-1, []ledger.Closing{{Lease: id}}); !errors.Is(err, ErrFenced) {
		t.Fatalf("an old generation closed a lease: %v", err)
	}
}

// record brings events in one commit, some of them twice.
func (b *books) record(t *rapid.T) {
	var reports [][]*Event
	var all []*Event
	bankIDs := map[*Event]int64{}
	for range rapid.IntRange(1, 3).Draw(t, "reports") {
		var events []*Event
		for range rapid.IntRange(1, 3).Draw(t, "events") {
			e, bankID := b.event(t)
			bankIDs[e] = bankID
			events = append(events, e)
		}
		reports, all = append(reports, events), append(all, events...)
	}
	err := b.store.db.Write(t.Context(), func(tx *db.Tx) error { return b.store.Record(t.Context(), tx, reports) })
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		b.check(t, e, bankIDs[e])
	}
}

func (b *books) event(t *rapid.T) (e *Event, bankLease int64) {
	e = &Event{
		Kind: EventKind(rapid.IntRange(0, 2).Draw(t, "kind")), Block: uint64(rapid.IntRange(1, 2).Draw(t, "block")),
		Index: uint16(rapid.IntRange(0, 60).Draw(t, "index")), Expires: 1 << 40, At: b.now, Creative: 7, Placement: 8,
	}
	e.LineItem = rapid.Int64Range(1, 3).Draw(t, "item")
	switch e.Kind {
	case Impression:
		e.Lease, bankLease = b.anyLease(t)
		e.Price = rapid.SampledFrom([]int64{1, 700, 1_000}).Draw(t, "price")
	case Click:
		e.Click, e.Budgets = rapid.SampledFrom([]int64{1, 5_000, 20_000}).Draw(t, "price"), b.budgetsOf(e.LineItem)
	}
	return e, bankLease
}

// check compares what became of an event with the reference.
func (b *books) check(t *rapid.T, e *Event, bankLease int64) {
	mark := ledgertest.Mark(e.Block<<32 | uint64(e.Index)<<8 | uint64(e.Kind))
	first, spent := !b.seen[mark], int64(0)
	switch {
	case !first:
	case e.Kind == Impression:
		b.impressions++
		if b.bank.Confirm(mark, bankLease, e.Price, b.now) == ledgertest.Counted {
			spent = e.Price
			b.spent[e.Lease] += spent
		}
	case e.Kind == Click:
		b.clicks++
		if b.bank.Click(mark, uint32(e.LineItem), uint32(e.Budgets.Campaign), e.Budgets.Day, e.Click) == ledgertest.Counted {
			spent = e.Click
		}
	default:
		b.conversions++
	}
	b.seen[mark] = true
	b.spend += spent
	if e.First != first || e.Spent != spent {
		t.Fatalf("event %+v: want first %v, spent %d", *e, first, spent)
	}
}

func (b *books) settle(t *rapid.T) {
	want := b.bank.Settle(b.now, 1000)
	if got, err := b.store.Settle(t.Context(), b.now, 1000); err != nil || got != want {
		t.Fatalf("settled %d %v, want %d", got, err, want)
	}
}

// compare looks at every account there may be.
func (b *books) compare(t *rapid.T) {
	if err := b.bank.Check(); err != nil {
		t.Fatal(err)
	}
	var of []Budgets
	for item := int64(1); item <= 3; item++ {
		for day := range int32(b.now/bankDay) + 1 {
			of = append(of, Budgets{LineItem: item, Campaign: 1 + item%2, Day: day})
		}
	}
	got, err := b.store.Balances(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	for i, of := range of {
		day := b.bank.Day(ledgertest.ItemDay{LineItem: uint32(of.LineItem), Day: of.Day})
		campaign := b.bank.Campaign(uint32(of.Campaign))
		if got[i].DayCharged != day.Charged || got[i].CampaignCharged != campaign.Charged {
			t.Fatalf("%+v: charged %d and %d, want %d and %d", of, got[i].DayCharged, got[i].CampaignCharged, day.Charged, campaign.Charged)
		}
	}
}

func (b *books) compareCounts(t *rapid.T) {
	counts, err := b.store.Report(t.Context(), Period{To: 1 << 40, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var got Count
	for _, c := range counts {
		got.add(c)
	}
	want := Count{Impressions: b.impressions, Clicks: b.clicks, Conversions: b.conversions, Spend: b.spend}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("counters (-want +got):\n%s", diff)
	}
}

// TestLedgerAgreesWithTheBank: whatever is done in whatever order, SQL says what the reference in memory says.
func TestLedgerAgreesWithTheBank(t *testing.T) {
	few(t, "25")
	eachLedger(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(t *rapid.T) {
			b := newBooks(t, d)
			b.setBudgets(t)
			b.own(t)
			for range rapid.IntRange(1, 30).Draw(t, "steps") {
				switch rapid.IntRange(0, 11).Draw(t, "step") {
				case 0:
					b.own(t)
				case 1:
					b.setBudgets(t)
				case 2, 3, 4:
					b.grant(t)
				case 5:
					b.close(t)
				case 6:
					b.settle(t)
				case 7:
					b.now += rapid.Int64Range(1, 50_000).Draw(t, "ms")
				default:
					b.record(t)
				}
				b.compare(t)
			}
			b.now += bankUsable + bankTokenLife
			b.settle(t)
			b.compare(t)
			b.compareCounts(t)
		})
	})
}

// TestLedgerUnderConcurrency has two generations, of which the older must get nothing, and recorders of both, work on one
// ledger at once: what is charged stays within the budgets and is what leases and events say.
func TestLedgerUnderConcurrency(t *testing.T) {
	const daily, total, price = 40_000, 70_000, 1_000
	eachLedger(t, func(t *testing.T, d *db.DB) {
		stores := [2]*ledgerStore{{db: d}, {db: d}}
		var generations [2]int64
		for i, s := range stores {
			var err error
			if generations[i], err = s.Own(t.Context(), fmt.Sprint(i), 0); err != nil {
				t.Fatal(err)
			}
		}
		r := &race{t: t, stores: stores, generations: generations, budgets: func(item int64) Budgets {
			return Budgets{LineItem: item, Campaign: 1, Day: 1, DayEnds: 1 << 40, PerDay: daily, InTotal: total, Allowed: ledger.Unlimited}
		}}
		r.run(6, 25, price)
		r.verify(d, daily, total)
	})
}

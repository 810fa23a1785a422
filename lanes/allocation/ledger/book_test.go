package ledger

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const now = int64(1_769_817_600_000)

func lease(id, amount int64) Lease {
	return Lease{
		ID: id, Generation: 1, LineItem: 7, Campaign: 1, Day: 20260131, Amount: amount,
		GrantedAt: now, UsableUntil: now + 60_000, ExpiresAt: now + 600_000,
	}
}

func TestALeaseIsNeverOverdrawn(t *testing.T) {
	b := NewBook(Config{}, 1)
	b.Grant(lease(1, 1_000_500))
	b.Grant(lease(2, 500_000))
	var sums [3]atomic.Int64
	var workers sync.WaitGroup
	for range 64 {
		workers.Go(func() {
			for {
				id, why := b.Reserve(7, 1_000, now)
				if why != OK {
					return
				}
				sums[id].Add(1_000)
			}
		})
	}
	workers.Wait()
	if a, b := sums[1].Load(), sums[2].Load(); a != 1_000_000 || b != 500_000 {
		t.Errorf("%d and %d reserved", a, b)
	}
}

func TestAfterFenceNothingIsReserved(t *testing.T) {
	b := NewBook(Config{}, 1)
	b.Grant(lease(1, 1<<40))
	var fenced atomic.Bool
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 2_000 {
				late := fenced.Load()
				if _, why := b.Reserve(7, 1, now); late && why != Fenced {
					t.Errorf("after Fence: %v", why)
				}
			}
		})
	}
	b.Fence()
	fenced.Store(true)
	workers.Wait()
	if b.Grant(lease(2, 1_000)) {
		t.Error("a lease was taken after Fence")
	}
	if got := b.Account(7).Can(1, now); got != Fenced {
		t.Errorf("Can says %v", got)
	}
	if c := b.Closings(); len(c) != 1 || c[0].Lease != 1 {
		t.Errorf("closings %v", c)
	}
}

func TestLeasesEndWithTheirTime(t *testing.T) {
	b := NewBook(Config{}, 1)
	a := b.Account(7)
	b.Grant(lease(1, 10_000))
	if id, why := a.Reserve(1_000, now+59_999); id != 1 || why != OK {
		t.Fatalf("before its end: %d, %v", id, why)
	}
	if got := a.Can(1_000, now+60_000); got != NoLease {
		t.Errorf("Can at its end: %v", got)
	}
	if _, why := a.Reserve(1_000, now+60_000); why != NoLease {
		t.Errorf("at its end: %v", why)
	}
	if d := cmp.Diff([]Closing{{Lease: 1, Used: 1_000}}, b.Closings()); d != "" {
		t.Error(d)
	}
	if c := b.Closings(); c != nil {
		t.Errorf("told again: %v", c)
	}
}

func TestWants(t *testing.T) {
	b := NewBook(Config{}, 1)
	a := b.Account(7)
	if w := b.Wants(now); w != nil {
		t.Errorf("nobody asked: %v", w)
	}
	a.Can(500, now)
	a.Can(500, now)
	if d := cmp.Diff([]Want{{LineItem: 7, Price: 500, Amount: 10_000, Idle: true}}, b.Wants(now)); d != "" {
		t.Errorf("first time: %s", d)
	}
	a.Can(500, now+4_999)
	if w := b.Wants(now + 4_999); w != nil {
		t.Errorf("asked again before an answer was due: %v", w)
	}
	a.Can(500, now+5_000)
	if w := b.Wants(now + 5_000); len(w) != 1 {
		t.Errorf("not asked again: %v", w)
	}
	b.Grant(lease(1, 10_000))
	a.Reserve(500, now+6_000)
	if w := b.Wants(now + 6_100); len(w) != 0 {
		t.Errorf("asked for while enough is left: %v", w)
	}
	for range 19 {
		a.Reserve(500, now+6_200)
	}
	if _, why := a.Reserve(500, now+6_300); why != NoLease {
		t.Fatal(why)
	}
	// 10,000 in one second: 300,000 in thirty.
	if d := cmp.Diff([]Want{{LineItem: 7, Price: 500, Amount: 300_000}}, b.Wants(now+6_400)); d != "" {
		t.Errorf("adapted: %s", d)
	}
}

func TestWantNearTheEndOfTime(t *testing.T) {
	b := NewBook(Config{}, 1)
	b.Grant(lease(1, 1_000_000))
	b.Reserve(7, 500, now+54_000)
	if w := b.Wants(now + 54_000); w != nil {
		t.Errorf("with six seconds to go: %v", w)
	}
	b.Reserve(7, 500, now+55_000)
	if w := b.Wants(now + 55_000); len(w) != 1 {
		t.Errorf("with five seconds to go: %v", w)
	}
}

func TestDeny(t *testing.T) {
	b := NewBook(Config{}, 1)
	a := b.Account(7)
	a.Can(500, now)
	b.Wants(now)
	b.Deny(7, now+1_000, Spent)
	if got := a.Can(500, now+999); got != Spent {
		t.Errorf("Can: %v", got)
	}
	if _, why := a.Reserve(500, now+999); why != Spent {
		t.Errorf("Reserve: %v", why)
	}
	if _, why := a.Reserve(0, now+999); why != Spent {
		t.Errorf("an item that pays by click: %v", why)
	}
	if w := b.Wants(now + 999); w != nil {
		t.Errorf("wanted while denied: %v", w)
	}
	if got := a.Can(500, now+1_000); got != NoLease {
		t.Errorf("afterwards: %v", got)
	}
	if w := b.Wants(now + 1_000); len(w) != 1 {
		t.Errorf("not wanted afterwards: %v", w)
	}
	if id, why := a.Reserve(0, now+1_000); id != 0 || why != OK {
		t.Errorf("a price of 0: %d, %v", id, why)
	}
}

func TestGrantsThatAreRefused(t *testing.T) {
	b := NewBook(Config{}, 1)
	other := lease(1, 1_000)
	other.Generation = 2
	if b.Grant(other) {
		t.Error("another generation's lease was taken")
	}
	if !b.Grant(lease(1, 1_000)) || b.Grant(lease(1, 1_000)) {
		t.Error("a lease must be taken once")
	}
	a := b.Account(7)
	b.Forget(func(item uint32) bool { return item != 7 })
	if _, why := a.Reserve(1, now); why != Fenced {
		t.Errorf("a forgotten account: %v", why)
	}
	if b.Account(7) == a {
		t.Error("the account was not forgotten")
	}
}

func TestOffer(t *testing.T) {
	w := Want{LineItem: 7, Price: 1_000, Amount: 50_000}
	open := Balance{DayBudget: Unlimited, CampaignBudget: Unlimited, DayAllowed: Unlimited}
	with := func(change func(*Balance)) Balance {
		b := open
		change(&b)
		return b
	}
	for name, c := range map[string]struct {
		balance Balance
		want    int64
		why     Reason
	}{
		"no budgets":       {open, 50_000, OK},
		"plenty":           {with(func(b *Balance) { b.DayBudget = 1_000_000 }), 50_000, OK},
		"a quarter":        {with(func(b *Balance) { b.DayBudget = 100_500 }), 25_000, OK},
		"one price":        {with(func(b *Balance) { b.DayBudget, b.DayCharged = 100_000, 98_500 }), 1_000, OK},
		"spent":            {with(func(b *Balance) { b.DayBudget, b.DayCharged = 100_000, 99_001 }), 0, Spent},
		"lowered":          {with(func(b *Balance) { b.DayBudget, b.DayCharged = 100_000, 200_000 }), 0, Spent},
		"campaign":         {with(func(b *Balance) { b.CampaignBudget = 999 }), 0, CampaignSpent},
		"campaign quarter": {with(func(b *Balance) { b.CampaignBudget = 8_000 }), 2_000, OK},
		"paced":            {with(func(b *Balance) { b.DayBudget, b.DayAllowed = 1_000_000, 999 }), 0, Paced},
		"paced, some":      {with(func(b *Balance) { b.DayBudget, b.DayAllowed = 1_000_000, 7_999 }), 7_000, OK},
		"paced, unlimited": {with(func(b *Balance) { b.DayCharged = 5 }), 50_000, OK},
	} {
		if got, why := c.balance.Offer(w); got != c.want || why != c.why {
			t.Errorf("%s: %d, %v, want %d, %v", name, got, why, c.want, c.why)
		}
	}
	if _, why := open.Offer(Want{Price: 0, Amount: 5}); why != Invalid {
		t.Errorf("no price: %v", why)
	}
}

func TestPrices(t *testing.T) {
	for _, c := range []struct {
		billing        Billing
		bid            int64
		ok             bool
		perShow, click int64
	}{
		{CPM, 2_500_000, true, 2_500, 0},
		{CPM, 2_500_001, false, 0, 0},
		{CPM, 0, true, 0, 0},
		{CPC, 150_001, true, 0, 150_001},
		{Fixed, 33, true, 33, 0},
		{Fixed, -1, false, 0, 0},
		{Fixed, MaxBid, true, MaxBid, 0},
		{Fixed, MaxBid + 1, false, 0, 0},
		{Fixed + 1, 1, false, 0, 0},
	} {
		if err := CheckBid(c.billing, c.bid); (err == nil) != c.ok {
			t.Errorf("%d %d: %v", c.billing, c.bid, err)
			continue
		}
		if c.ok && (PerImpression(c.billing, c.bid) != c.perShow || PerClick(c.billing, c.bid) != c.click) {
			t.Errorf("%v %d: %d, %d", c.billing, c.bid, PerImpression(c.billing, c.bid), PerClick(c.billing, c.bid))
		}
	}
	for b := CPM; b <= Fixed; b++ {
		if got, err := ParseBilling(b.String()); got != b || err != nil {
			t.Errorf("%v is read as %v, %v", b, got, err)
		}
	}
	if _, err := ParseBilling("CPA"); err == nil {
		t.Error("CPA was accepted")
	}
}

func TestMeterForgets(t *testing.T) {
	var m meter
	for s := range int64(60) {
		m.add(1_000, now+s*1000)
	}
	busy := m.expect(1_000, now+60_000)
	idle := m.expect(1_000, now+70_000)
	if busy < 950 || busy > 1_000 || idle < busy*48/100 || idle > busy*52/100 {
		t.Errorf("%d a second, %d after one half-life", busy, idle)
	}
}

func BenchmarkCan(b *testing.B) {
	book := NewBook(Config{}, 1)
	book.Grant(lease(1, 1<<60))
	a := book.Account(7)
	b.ReportAllocs()
	for b.Loop() {
		if a.Can(1_000, now) != OK {
			b.Fatal("no money")
		}
	}
}

func BenchmarkCanDenied(b *testing.B) {
	book := NewBook(Config{}, 1)
	book.Deny(7, now+1, Spent)
	a := book.Account(7)
	b.ReportAllocs()
	for b.Loop() {
		if a.Can(1_000, now) != Spent {
			b.Fatal("not denied")
		}
	}
}

func BenchmarkReserve(b *testing.B) {
	book := NewBook(Config{}, 1)
	book.Grant(lease(1, 1<<60))
	a := book.Account(7)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, why := a.Reserve(1_000, now); why != OK {
				b.Fatal(why)
			}
		}
	})
}

func TestRenew(t *testing.T) {
	const now, minute = 1_000_000, 60_000
	b := NewBook(Config{}, 1)
	b.Reserve(7, 500, now)
	b.Wants(now)
	b.Grant(Lease{ID: 1, Generation: 1, LineItem: 7, Amount: 10_000, UsableUntil: now + 10*minute, ExpiresAt: now + 20*minute})
	for _, test := range []struct {
		at   int64
		want int
		why  string
	}{
		{now + minute, 0, "the lease lasts"},
		{now + 9*minute + 30_000, 1, "it lapses within the time ahead"},
		{now + 120*minute, 0, "nobody has asked for an hour"},
	} {
		b.Renew(test.at, 60*minute, minute)
		if got := b.Wants(test.at); len(got) != test.want {
			t.Errorf("%s: %+v", test.why, got)
		}
	}
}

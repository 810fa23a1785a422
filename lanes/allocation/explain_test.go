package allocation

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
	"github.com/hotlane/hotlane/lanes/allocation/token"
)

// smallWorld is a Service without databases, on things that rapid draws.
type smallWorld struct {
	*Service
	t     *rapid.T
	num   int64
	clock int64
	book  *book
}

func newSmallWorld(t *rapid.T) *smallWorld {
	w := &smallWorld{t: t, clock: noon.UnixMilli()}
	users, err := caps.New(caps.Config{MaxUsers: 4096})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := token.NewKeyring(token.Key{Secret: make([]byte, token.MinSecret)})
	if err != nil {
		t.Fatal(err)
	}
	schema := targeting.Schema{"os": targeting.Text, "age": targeting.Number}
	w.Service = &Service{
		cfg: DefaultConfig(), log: slog.New(slog.DiscardHandler), now: func() time.Time { return time.UnixMilli(w.clock) }, schema: schema,
		metrics: newMetrics(nil), keeper: &keeper{}, caps: users, money: newMoney(1, 30*time.Second), counts: newCounts(), signer: keys, salt: make([]byte, 32),
	}
	w.book = newBook(schema)
	w.draw()
	c := &compiler{book: w.book, rank: w.cfg.Rank, now: w.clock, money: w.money.book}
	built, err := c.compile()
	if err != nil {
		t.Fatal(err)
	}
	w.catalogue.Store(built)
	w.fund()
	return w
}

func (w *smallWorld) put(x thing) {
	w.t.Helper()
	change, err := w.checked(Create, x, "")
	if err != nil {
		w.t.Fatalf("%+v: %v", x, err)
	}
	w.num++
	change.Row.Num = w.num
	if err := w.book.put(change.Row); err != nil {
		w.t.Fatal(err)
	}
}

func pick1[T any](t *rapid.T, what string, of ...T) T { return rapid.SampledFrom(of).Draw(t, what) }

func (w *smallWorld) status() Status {
	return pick1(w.t, "status", Active, Active, Active, Active, Active, Active, Paused, Killed)
}

func (w *smallWorld) someCaps() []Cap {
	return pick1(w.t, "caps", nil, nil, nil, []Cap{{1, "1h"}}, []Cap{{2, "1h"}, {3, "2h"}})
}

func (w *smallWorld) moment() *time.Time {
	at := pick1(w.t, "at", -48, -1, 0, 1, 0, 0)
	if at == 0 {
		return nil
	}
	m := noon.Add(time.Duration(at) * time.Hour)
	return &m
}

func (w *smallWorld) draw() {
	t := w.t
	for n := range 3 {
		w.put(&Advertiser{ID: fmt.Sprint("a", n), Status: w.status()})
	}
	for n := range 4 {
		w.put(&Campaign{ID: fmt.Sprint("c", n), Advertiser: fmt.Sprint("a", n%3), Caps: w.someCaps(), Status: w.status(), TotalBudget: pick1(t, "total", 0, 0, int64(1_000_000))})
	}
	for n := range 3 {
		p := &Placement{
			ID: fmt.Sprint("p", n), Slots: rapid.IntRange(1, 5).Draw(t, "slots"), Floor: pick1(t, "floor", 0, 0, int64(3_000_000)),
			RepeatAdvertiser: rapid.Bool().Draw(t, "repeat"), Status: pick1(t, "status", Active, Active, Active, Active, Paused),
			Tiers: pick1(t, "tiers", nil, nil, []string{TierStandard}, []string{TierSponsorship, TierNetwork}),
			Mix:   pick1(t, "mix", nil, []MixPart{{"ad", 1}, {"content", 1}}, []MixPart{{"ad", 2}, {"content", 1}}, []MixPart{{"content", 1}}),
		}
		w.put(p)
	}
	items := rapid.IntRange(3, 14).Draw(t, "items")
	for n := range items {
		w.put(w.lineItem(n))
	}
	for n := range items {
		for c := range rapid.IntRange(0, 3).Draw(t, "creatives") {
			w.put(&Creative{
				ID: fmt.Sprintf("x%d.%d", n, c), LineItem: fmt.Sprint("l", n), Title: "t", Weight: rapid.IntRange(1, 9).Draw(t, "weight"),
				Caps: w.someCaps(), Status: w.status(),
			})
		}
	}
}

func (w *smallWorld) lineItem(n int) *LineItem {
	t := w.t
	l := &LineItem{
		ID: fmt.Sprint("l", n), Caps: w.someCaps(), Status: w.status(), EndsAt: w.moment(),
		Daypart:    pick1(t, "daypart", "", "", "", "mon-fri 00:00-11:59", "mon-sun 09:00-18:00"),
		Zone:       pick1(t, "zone", "UTC", "UTC", "America/New_York"),
		Placements: pick1(t, "placements", nil, nil, []string{"p0"}, []string{"p1", "p2"}),
		Targeting:  TargetingText(pick1(t, "rule", "", "", "os IN ('android')", "os NOT IN ('ios')", "age BETWEEN 20 AND 29 OR os = 'ios'", "NOT age EXISTS")),
	}
	if start := w.moment(); start != nil && (l.EndsAt == nil || start.Before(*l.EndsAt)) {
		l.StartsAt = start
	}
	switch pick1(t, "kind", "ad", "ad", "ad", "content", "house") {
	case "content":
		l.Kind, l.Score, l.Topic = "content", float64(rapid.IntRange(0, 5).Draw(t, "score")), pick1(t, "topic", "", "sports")
	case "house":
		l.Tier = TierHouse
	default:
		l.Campaign, l.Tier = fmt.Sprint("c", rapid.IntRange(0, 3).Draw(t, "campaign")), pick1(t, "tier", TierStandard, TierStandard, TierSponsorship, TierNetwork)
		l.BidType, l.Bid = pick1(t, "bid", "cpm", "fixed", "cpc"), 1000*rapid.Int64Range(1, 5000).Draw(t, "price")
		l.DailyBudget = pick1(t, "daily", 0, 0, int64(10_000_000))
	}
	return l
}

// fund gives some items a lease, denies some, and leaves the others to ask for one.
func (w *smallWorld) fund() {
	for _, it := range w.catalogue.Load().lineItems.all() {
		switch pick1(w.t, "fund", 0, 1, 1, 1, 2) {
		case 1:
			w.money.book.Grant(ledger.Lease{ID: it.num, Generation: 1, LineItem: uint32(it.num), Amount: 1 << 40, UsableUntil: 1 << 50, ExpiresAt: 1 << 50})
		case 2:
			w.money.book.Deny(uint32(it.num), 1<<50, pick1(w.t, "why", ledger.Spent, ledger.Paced))
		}
	}
}

func (w *smallWorld) request() *Request {
	t := w.t
	req := &Request{User: UserInfo{ID: pick1(t, "user", "", "u1", "u1", "u2")}}
	for range rapid.IntRange(1, 2).Draw(t, "placements") {
		req.Placements = append(req.Placements, Ask{ID: fmt.Sprint("p", rapid.IntRange(0, 2).Draw(t, "p")), Count: rapid.IntRange(0, 6).Draw(t, "count")})
	}
	seed := rapid.Uint64().Draw(t, "seed")
	req.Seed = &seed
	if os := pick1(t, "os", "", "android", "ios"); os != "" {
		req.Attributes.AddText("os", os)
	}
	if rapid.Bool().Draw(t, "known age") {
		req.User.Attributes.AddNumber("age", float64(rapid.IntRange(15, 35).Draw(t, "age")))
	}
	if rapid.Bool().Draw(t, "likes") {
		req.User.Attributes.AddNumber("affinity.sports", 2)
	}
	switch rapid.IntRange(0, 6).Draw(t, "exclude") {
	case 0:
		req.Exclude.LineItems = []string{"l1"}
	case 1:
		req.Exclude.Advertisers = []string{"a0"}
	case 2:
		req.Exclude.Creatives = []string{"x0.0", "x1.0", "x2.0"}
	}
	return req
}

// TestExplainSaysWhatDecideDoes: over random things and requests, what explain calls winners is what Decide then picks,
// every other candidate has a reason, and each reason is true.
func TestExplainSaysWhatDecideDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newSmallWorld(t)
		for range rapid.IntRange(1, 5).Draw(t, "requests") {
			req := w.request()
			asked := *req
			asked.Explain = Explain{All: true}
			explained, err := w.Decide(context.Background(), &asked)
			if err != nil {
				t.Fatal(err)
			}
			w.checkReasons(&asked, explained)
			decided, err := w.Decide(context.Background(), req)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(creativesOf(decided), creativesOf(explained)); diff != "" {
				t.Fatalf("explain (+) is not what was decided (-):\n%s", diff)
			}
			w.clock += rapid.Int64Range(0, 40*60_000).Draw(t, "later")
		}
	})
}

func (w *smallWorld) checkReasons(req *Request, a *Answer) {
	if len(a.Explanation) != len(req.Placements) {
		w.t.Fatalf("%d placements are explained", len(a.Explanation))
	}
	taken := map[string]bool{}
	for i, rep := range a.Explanation {
		place := w.catalogue.Load().placements[rep.Placement]
		won, filled := map[string]int{}, map[int]bool{}
		for _, it := range a.Placements[i].Items {
			won[it.LineItem] = it.Slot
			taken[it.LineItem], filled[it.Slot] = true, true
		}
		if len(rep.Reports)+rep.More != w.catalogue.Load().lineItems.len() {
			w.t.Fatalf("%d of %d line items are explained", len(rep.Reports), w.catalogue.Load().lineItems.len())
		}
		for _, c := range rep.Reports {
			if c.Slot != won[c.LineItem] || (c.Slot == 0) != (len(c.Reasons) > 0) {
				w.t.Fatalf("%+v, it won slot %d", c, won[c.LineItem])
			}
			f := &facts{w, req, req.Placements[i], place, w.catalogue.Load().lineItems.get(c.LineItem), taken, filled}
			for _, r := range c.Reasons {
				if r.Text == "" || !f.hold(r.Code) {
					w.t.Fatalf("%s in %s: it is not so: %+v\nitem %+v\nasked %+v\nplacement %+v\nanswer %s", c.LineItem, rep.Placement, r, f.it.LineItem, req.Placements, place.Placement, shown(a))
				}
			}
		}
	}
}

// facts are what reasons are compared with, found without the code that gives the reasons.
type facts struct {
	w      *smallWorld
	req    *Request
	ask    Ask
	place  *placement
	it     *item
	taken  map[string]bool // line items of the answer so far
	filled map[int]bool    // slots of the placement
}

func (f *facts) statuses() []Status {
	list := []Status{f.it.Status}
	if f.it.Campaign != "" {
		c := f.w.book.campaigns[f.it.Campaign].thing
		list = append(list, c.Status, f.w.book.advertisers[c.Advertiser].thing.Status)
	}
	return list
}

func (f *facts) advertiser(it *item) string {
	if it.Campaign == "" {
		return ""
	}
	return f.w.book.campaigns[it.Campaign].thing.Advertiser
}

func (f *facts) hold(code string) bool {
	now := time.UnixMilli(f.w.clock)
	it, p := f.it, f.place
	switch code {
	case "killed":
		return slices.Contains(f.statuses(), Killed)
	case "paused":
		return slices.Contains(f.statuses(), Paused) || p.Status == Paused
	case "no_creative":
		return !slices.ContainsFunc(f.creatives(), func(c *Creative) bool { return c.Status == Active })
	case "ended":
		return it.EndsAt != nil && !now.Before(*it.EndsAt)
	case "placement":
		return len(it.Placements) > 0 && !slices.Contains(it.Placements, p.ID)
	case "tier":
		return len(p.Tiers) > 0 && !slices.Contains(p.Tiers, it.Tier)
	case "floor":
		return p.Floor > it.ecpm
	case "targeting":
		return !f.matches()
	case "excluded":
		return slices.Contains(f.req.Exclude.LineItems, it.ID) || slices.Contains(f.req.Exclude.Advertisers, f.advertiser(it)) ||
			slices.ContainsFunc(f.creatives(), func(c *Creative) bool { return slices.Contains(f.req.Exclude.Creatives, c.ID) })
	case "chosen_already":
		return f.taken[it.ID]
	case "advertiser_repeated":
		return !p.RepeatAdvertiser && f.repeated()
	case "dates":
		return (it.StartsAt != nil && now.Before(*it.StartsAt)) || (it.EndsAt != nil && !now.Before(*it.EndsAt))
	case "daypart":
		return !it.schedule.Active(now)
	case "no_user":
		return f.req.User.ID == "" && f.capped()
	case "cap_line_item":
		return f.req.User.ID != "" && len(it.Caps) > 0
	case "cap_campaign":
		return f.req.User.ID != "" && len(f.w.book.campaigns[it.Campaign].thing.Caps) > 0
	case "cap_creative":
		return f.req.User.ID != "" && slices.ContainsFunc(f.creatives(), func(c *Creative) bool { return len(c.Caps) > 0 })
	case "budget", "pacing", "lease_pending":
		return it.account != nil && it.account.Can(it.price, f.w.clock) != ledger.OK
	case "outranked":
		return f.full()
	}
	return false
}

func (f *facts) creatives() (list []*Creative) {
	for _, e := range f.w.book.creatives {
		if e.Creative.LineItem == f.it.ID {
			list = append(list, e.Creative)
		}
	}
	return list
}

func (f *facts) matches() bool {
	expr, err := f.it.Targeting.Parse(f.w.schema)
	if err != nil || expr == nil {
		return err == nil
	}
	var all targeting.Request
	all.Attrs = append(append(all.Attrs, f.req.Attributes.Attrs...), f.req.User.Attributes.Attrs...)
	return expr.Eval(&all)
}

func (f *facts) repeated() bool {
	for id := range f.taken {
		if other := f.w.catalogue.Load().lineItems.get(id); f.advertiser(other) != "" && f.advertiser(other) == f.advertiser(f.it) {
			return true
		}
	}
	return false
}

func (f *facts) capped() bool {
	if len(f.it.Caps) > 0 || f.it.Campaign != "" && len(f.w.book.campaigns[f.it.Campaign].thing.Caps) > 0 {
		return true
	}
	return slices.ContainsFunc(f.creatives(), func(c *Creative) bool { return len(c.Caps) > 0 })
}

// full reports whether all slots are filled that the item could stand in.
func (f *facts) full() bool {
	count := f.ask.Count
	if count == 0 {
		count = f.place.Slots
	}
	for slot := 1; slot <= count; slot++ {
		could := f.it.list != ads || f.place.slots[(slot-1)%len(f.place.slots)] == ads
		if could && !f.filled[slot] {
			return false
		}
	}
	return true
}

// TestStopsActAtOnce: what is paused or killed is not shown any more when the call returns, whatever is being built.
func TestStopsActAtOnce(t *testing.T) {
	l := startLane(t, nil)
	l.put(basics...)
	l.put(`{"thing":"creative","id":"x2b","line_item":"ad2","title":"t"}`)
	kill := func(kind Kind, id string, status Status) {
		t.Helper()
		if _, err := l.SetStatus(t.Context(), kind, id, status); err != nil {
			t.Fatal(err)
		}
	}
	is := func(want string) {
		t.Helper()
		if got := shown(l.decide(ask("lock", 4, "u1"))); got != want {
			t.Errorf("shown %s, want %s", got, want)
		}
	}
	is("1:ad2 2:news1 3:news2 4:news3")
	kill(KindLineItem, "news1", Killed)
	is("1:ad2 2:news2 3:news3 4:house")
	kill(KindCreative, "x2", Paused)
	if got := l.decide(ask("lock", 1, "u1")).Placements[0].Items[0].Creative; got != "x2b" {
		t.Errorf("a paused creative: %s is shown", got)
	}
	kill(KindAdvertiser, "a2", Paused)
	is("1:news2 2:news3 3:house")
	a := l.decide(&Request{Placements: []Ask{{ID: "lock"}}, Explain: Explain{LineItem: "news1"}})
	if r := a.Explanation[0].Reports[0].Reasons; len(r) != 1 || r[0].Code != "killed" {
		t.Errorf("why news1 does not show: %+v", r)
	}
	l.settle()
	kill(KindAdvertiser, "a2", Active)
	l.settle()
	is("1:ad2 2:news2 3:news3 4:house")
	kill(KindPlacement, "lock", Paused)
	is("")
	l.settle()
	is("")
}

// TestStopsSurviveARebuild: what was stopped while a catalogue was being built is stopped in it too, and says why.
func TestStopsSurviveARebuild(t *testing.T) {
	l := startLane(t, nil)
	l.put(basics...)
	old := l.catalogue.Load()
	l.stop() // nothing is built from here on but by hand
	l.refresher.changed(old.revision+1, []Change{{Row: Row{Kind: KindLineItem, ID: "news1", Status: Killed}}})
	l.refresher.changed(old.revision+2, []Change{{Row: Row{Kind: KindCampaign, ID: "c2", Status: Paused}}})
	again := &compiler{book: l.refresher.book, rank: l.cfg.Rank, now: l.clock.Load(), money: l.money.book}
	built, err := again.compile()
	if err != nil {
		t.Fatal(err)
	}
	l.refresher.swap(built)
	a := l.decide(&Request{Placements: []Ask{{ID: "lock"}}, Explain: Explain{All: true}})
	if got := shown(a); got != "1:news2 2:news3 3:house" {
		t.Errorf("shown %s", got)
	}
	for _, c := range a.Explanation[0].Reports {
		if want := map[string]string{"news1": "killed", "ad2": "paused"}[c.LineItem]; want != "" && (len(c.Reasons) != 1 || c.Reasons[0].Code != want) {
			t.Errorf("%s: %+v, want %s", c.LineItem, c.Reasons, want)
		}
	}
}

// TestALateStopDoesNotUndoAResume: a pause that is told of only after the resume that followed it changes nothing.
func TestALateStopDoesNotUndoAResume(t *testing.T) {
	l := startLane(t, nil)
	l.put(basics...)
	now := l.catalogue.Load().revision
	l.refresher.changed(now, []Change{{Row: Row{Kind: KindLineItem, ID: "ad2", Status: Paused}}})
	if got := shown(l.decide(ask("lock", 1, "u1"))); got != "1:ad2" {
		t.Errorf("shown %s", got)
	}
}

package waitlist

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

// person is one of the model: what a list should know of somebody.
type person struct {
	id, code  string
	seq       int64 // 0: never confirmed
	referrals int
	stage     Stage
}

// model is a list by brute force: a slice that is sorted to answer.
type model struct {
	people       []*person
	seq          int64
	places, most int
	size         int
}

func (m *model) score(p *person) int64 { return p.seq - int64(m.places*min(p.referrals, m.most)) }

func (m *model) order() []*person {
	var waiting []*person
	for _, p := range m.people {
		if p.stage == Waiting {
			waiting = append(waiting, p)
		}
	}
	slices.SortFunc(waiting, func(a, b *person) int { return cmp.Or(cmp.Compare(m.score(a), m.score(b)), cmp.Compare(b.seq, a.seq)) })
	return waiting
}

func (m *model) pick(t *rapid.T, stages ...Stage) *person {
	var some []*person
	for _, p := range m.people {
		if slices.Contains(stages, p.stage) {
			some = append(some, p)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return rapid.SampledFrom(some).Draw(t, "person")
}

// TestOrder: whatever people and admins do, positions are those of a list that is sorted anew each time.
func TestOrder(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		h := start(t, func(c *Config) { c.MaxLists = 10_000 }, engine)
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			o := &orderRun{h: h, t: rt, list: fmt.Sprintf("order-%d", run)}
			o.model = model{places: rapid.SampledFrom([]int{0, 1, 3, 700, 3000}).Draw(rt, "places"), most: rapid.IntRange(1, 4).Draw(rt, "most")}
			_, err := h.lane().CreateList(t.Context(), &List{
				Slug: o.list, Name: Text{En: "Order"}, Referral: Referral{Places: o.model.places, Most: o.model.most},
			})
			if err != nil {
				rt.Fatal(err)
			}
			rt.Repeat(map[string]func(*rapid.T){
				"join": o.join, "join again": o.join, "leave": o.leave, "erase": o.erase, "wave": o.wave, "look": o.check,
			})
			o.check(rt)
		})
	})
}

type orderRun struct {
	h     *testLane
	t     *rapid.T
	list  string
	model model
	waves int
}

func (o *orderRun) join(t *rapid.T) {
	m, s := &o.model, o.h.lane().Service
	m.size++
	f := &Form{Email: fmt.Sprintf("p%d@example.com", m.size)}
	by := (*person)(nil)
	if rapid.Bool().Draw(t, "referred") {
		if by = m.pick(t, Waiting, Invited, Unsubscribed); by != nil {
			f.Ref = by.code
		}
	}
	ctx := o.h.t.Context()
	if err := s.SignUp(ctx, o.list, f); err != nil {
		t.Fatal(err)
	}
	found, err := s.Search(ctx, Filter{List: o.list, Prefix: f.Email, Limit: 1})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	p := &person{id: found[0].ID, stage: Pending}
	m.people = append(m.people, p)
	if rapid.IntRange(0, 9).Draw(t, "confirms") == 0 {
		return
	}
	if err := s.store.Confirm(ctx, o.list, p.id, o.h.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	m.seq++
	p.seq, p.stage = m.seq, Waiting
	if by != nil && by.stage != Unsubscribed {
		by.referrals++
	}
	r, _, _, err := s.store.Position(ctx, o.list, p.id)
	if err != nil {
		t.Fatal(err)
	}
	p.code = r.Code
}

func (o *orderRun) leave(t *rapid.T) {
	p := o.model.pick(t, Pending, Waiting, Invited, Unsubscribed)
	if p == nil || p.code == "" {
		return
	}
	if err := o.h.lane().store.Leave(o.h.t.Context(), o.list, p.id, "link", "", o.h.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	p.stage = Unsubscribed
}

func (o *orderRun) erase(t *rapid.T) {
	p := o.model.pick(t, Pending, Waiting, Invited, Unsubscribed)
	if p == nil {
		return
	}
	if err := o.h.lane().Erase(o.h.t.Context(), o.list, p.id); err != nil {
		t.Fatal(err)
	}
	o.model.people = slices.DeleteFunc(o.model.people, func(q *person) bool { return p == q })
}

func (o *orderRun) wave(t *rapid.T) {
	s, ctx, n := o.h.lane().Service, o.h.t.Context(), rapid.IntRange(1, 4).Draw(t, "count")
	o.waves++
	name := fmt.Sprintf("w%d", o.waves)
	if _, err := s.StartWave(ctx, o.list, name, n); err != nil {
		t.Fatal(err)
	}
	if err := s.runWave(ctx, waveJob{o.list, name}); err != nil {
		t.Fatal(err)
	}
	for _, p := range o.model.order()[:min(n, len(o.model.order()))] {
		p.stage = Invited
	}
}

func (o *orderRun) check(t *rapid.T) {
	order := o.model.order()
	for _, p := range o.model.people {
		r, ahead, total, err := o.h.lane().store.Position(o.h.t.Context(), o.list, p.id)
		if err != nil {
			t.Fatal(err)
		}
		want := max(slices.Index(order, p), 0)
		if r.Stage != p.stage || ahead != int64(want) || total != int64(len(order)) || r.Referrals != p.referrals {
			t.Fatalf("%s: %s, %d before, %d waiting, %d referrals; want %s, %d, %d, %d",
				r.Address, r.Stage, ahead, total, r.Referrals, p.stage, want, len(order), p.referrals)
		}
	}
}

func TestReferrals(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.patch(`{"referral":{"places":2,"most":2}}`)
		first := h.on("first@example.com")
		for _, name := range []string{"a", "b", "c", "d"} {
			h.on(name + "@example.com")
		}
		last := h.on("me@gmail.com")
		for _, step := range []struct {
			what, address string
			position      int64
			referrals     int
		}{
			{"oneself under another name does not count", "m.e+1@gmail.com", 6, 0},
			{"a friend does", "friend@gmail.com", 4, 1},
			{"not under a second name", "fri.end+2@googlemail.com", 4, 1},
			{"another friend does", "friend2@example.com", 2, 2},
			{"a third is counted, past the cap nothing is gained", "friend3@example.com", 2, 3},
		} {
			h.on(step.address, fmt.Sprintf(`"ref":%q`, last.Code))
			if p := h.status(last); p.Position != step.position || p.Referrals != step.referrals {
				t.Errorf("%s: position %d, %d referrals", step.what, p.Position, p.Referrals)
			}
		}
		if p := h.status(first); p.Position != 1 {
			t.Errorf("the first is %d", p.Position)
		}
		h.on("typed@example.com", fmt.Sprintf(`"ref":" %s-%s "`, lower(first.Code[:5]), first.Code[5:]))
		if p := h.status(first); p.Referrals != 1 {
			t.Error("a code as people type it is not counted")
		}
		h.on("none@example.com", `"ref":"ZZZZZZZZZZ"`)
		h.on("rubbish@example.com", `"ref":"'; DROP TABLE"`)
	})
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 32
		}
	}
	return string(b)
}

// TestReferralsOfOneNetwork: a farm in one network moves nobody further than its limit.
func TestReferralsOfOneNetwork(t *testing.T) {
	h := start(t, func(c *Config) { c.PerNetwork = 3 })
	h.patch(`{"referral":{"places":1}}`)
	first := h.on("first@example.com")
	for i := range 8 {
		client := netip.AddrFrom4([4]byte{10, 0, byte(i / 6), byte(i)}) // six of one network, two of another
		ctx := withClient(t.Context(), client)
		address := fmt.Sprintf("farm%d@example.com", i)
		if err := h.lane().SignUp(ctx, "spring", &Form{Email: address, Ref: first.Code}); err != nil {
			t.Fatal(err)
		}
		h.confirm(address)
	}
	if p := h.status(first); p.Referrals != 5 {
		t.Errorf("%d referrals, want 3 of one network and 2 of the other", p.Referrals)
	}
}

func TestFullList(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.patch(`{"limits":{"most":1}}`)
		h.on("a@example.com")
		h.join("b@example.com")
		h.Work(t)
		h.Run(t, lanetest.Scenario{
			Name: "no place", Method: "POST", Path: "/v1/waitlist/me/confirm/" + h.link("b@example.com", "confirm"), Status: 409, Code: "waitlist.full",
		})
		h.patch(`{"limits":{"most":2}}`)
		h.confirm("b@example.com")
	})
}

func TestSingleOptIn(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.patch(`{"single_opt_in":true}`)
		h.join("a@example.com", `"name":"Buy at spam.example"`)
		h.join("b@example.com")
		h.Work(t)
		h.Run(t, lanetest.Scenario{
			Name: "second in the queue at once", Path: "/v1/waitlist/me/status/" + h.link("b@example.com", "status"), Status: 200, JSON: map[string]any{"/position": 2},
		})
		for _, m := range h.Mailbox.All() {
			if strings.Contains(m.Text+m.HTML, "spam") {
				t.Errorf("anybody could write this to anybody: %s", m.Text)
			}
		}
		leave := "/v1/waitlist/me/unsubscribe/" + h.link("a@example.com", "unsubscribe")
		h.Run(t, lanetest.Scenario{Name: "leave", Method: "POST", Path: leave, Status: 204})
		h.Clock.Advance(hour)
		h.join("a@example.com")
		h.Run(t, lanetest.Scenario{
			Name: "who left comes back by confirming only", Path: "/v1/waitlist/spring/signups?address=a@example.com", As: identity.Admin, Status: 200,
			JSON: map[string]any{"/signups/0/stage": "pending"},
		})
		if p := h.confirm("a@example.com"); p.Position != 2 {
			t.Errorf("back at %d, want the end", p.Position)
		}
	})
}

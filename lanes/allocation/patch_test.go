package allocation

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
)

// rebuilt is a catalogue of the same book, built anew.
func rebuilt(t *testing.T, l *testLane) *catalogue {
	t.Helper()
	c, err := l.refresher.compiler(l.now()).compile()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestPatchedAsBuilt edits again and again, and holds what is served against a catalogue built anew of the same things.
func TestPatchedAsBuilt(t *testing.T) {
	l := startLane(t, nil)
	l.put(`{"thing":"advertiser","id":"a1","name":"A"}`, `{"thing":"advertiser","id":"a2","name":"B"}`,
		`{"thing":"placement","id":"lock","slots":12,"repeat_advertiser":true,"mix":[{"kind":"ad","count":1},{"kind":"content","count":1}]}`,
		`{"thing":"campaign","id":"c1","advertiser":"a1","name":"C"}`, `{"thing":"campaign","id":"c2","advertiser":"a2","name":"C"}`)
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 40 {
		l.put(randomThings(rng, n)...)
	}
	if len(l.catalogue.Load().lineItems.edited) == 0 {
		t.Error("nothing was patched in")
	}
	l.stop() // the refresher's book is ours from here on
	patched, built := l.catalogue.Load(), rebuilt(t, l)
	for n := range 50 {
		if got, want := winners(t, l, patched, n), winners(t, l, built, n); got != want {
			t.Errorf("request %d: patched %s, built anew %s", n, got, want)
		}
	}
}

func randomThings(rng *rand.Rand, n int) []string {
	id := rng.IntN(30)
	status := []string{"active", "active", "active", "paused"}[rng.IntN(4)]
	if n > 0 && rng.IntN(5) == 0 {
		return []string{fmt.Sprintf(`{"thing":"campaign","id":"c%d","advertiser":"a1","name":"C","status":%q}`, 1+rng.IntN(2), status)}
	}
	item := fmt.Sprintf(`{"thing":"line_item","id":"i%d","campaign":"c%d","tier":%q,"bid_micros":%d,"status":%q,"targeting":"age >= %d"}`,
		id, 1+rng.IntN(2), []string{"sponsorship", "standard", "network"}[rng.IntN(3)], 1000*(1+rng.IntN(1000)), status, rng.IntN(40))
	if id%2 == 0 {
		item = fmt.Sprintf(`{"thing":"line_item","id":"i%d","kind":"content","score":%d,"status":%q,"topic":"t%d"}`, id, 1+rng.IntN(100000), status, rng.IntN(4))
	}
	return []string{item, fmt.Sprintf(`{"thing":"creative","id":"r%d","line_item":"i%d","title":"T%d","landing":"https://x.example/"}`, id, id, n)}
}

// winners writes what a catalogue fills the slots with.
func winners(t *testing.T, l *testLane, c *catalogue, n int) string {
	t.Helper()
	store, err := caps.New(caps.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{cfg: l.cfg, caps: store, money: l.money, metrics: l.metrics, salt: l.salt}
	d := new(decision)
	req := ask("lock", 0, "")
	req.Attributes.AddNumber("age", float64(n))
	d.begin(c, req, l.now())
	d.money, d.dry = l.money, true
	a, err := s.decide(d, req)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, it := range a.Placements[0].Items {
		titles = append(titles, it.LineItem+" "+it.Title)
	}
	return strings.Join(titles, ", ")
}

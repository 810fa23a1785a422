package waitlist

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/notify/notifytest"
	"github.com/hotlane/hotlane/platform/rate"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

// testModule is the lane with a config for tests: no limits to run into, unless a test sets them.
func testModule(change func(*Config)) lane.Module {
	return lane.Module{Name: name, New: func(d lane.Deps) (lane.Lane, error) {
		cfg := DefaultConfig()
		cfg.PerClient = rate.Config{PerSecond: 100_000, Burst: 1_000_000}
		cfg.Lists = []FirstList{{Slug: "spring", Ko: "봄", En: "Spring", Site: "Haru"}}
		if change != nil {
			change(&cfg)
		}
		return New(cfg, d)
	}}
}

// testLane is a lane behind the real door.
type testLane struct {
	*lanetest.Harness
	t *testing.T
}

func start(t *testing.T, change func(*Config), opts ...lanetest.Option) *testLane {
	t.Helper()
	return &testLane{lanetest.Start(t, testModule(change), opts...), t}
}

// eachEngine runs a test on each engine.
func eachEngine(t *testing.T, fn func(t *testing.T, h *testLane)) {
	t.Helper()
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) { fn(t, start(t, nil, engine)) })
}

func (h *testLane) lane() *Lane { return h.Lane.(*Lane) }

// patch edits the list spring.
func (h *testLane) patch(body string) {
	h.t.Helper()
	a := h.Do(h.t, lanetest.Scenario{Method: "PATCH", Path: "/v1/waitlist/spring", As: identity.Admin, Body: body})
	if a.Status != 200 {
		h.t.Fatalf("edit: %d %s", a.Status, a.Body)
	}
}

// join signs up and expects the one answer there is.
func (h *testLane) join(address string, more ...string) {
	h.t.Helper()
	body := fmt.Sprintf(`{"email":%q%s}`, address, strings.Join(append([]string{""}, more...), ","))
	a := h.Do(h.t, lanetest.Scenario{Method: "POST", Path: "/v1/waitlist/spring/signups", Body: body})
	if a.Status != 202 || string(a.Body) != `{"status":"received"}` {
		h.t.Fatalf("sign-up of %s: %d %s", address, a.Status, a.Body)
	}
}

// confirm works off the jobs and presses the button of the last confirmation to an address.
func (h *testLane) confirm(address string) Position {
	h.t.Helper()
	h.Work(h.t)
	a := h.Do(h.t, lanetest.Scenario{Method: "POST", Path: "/v1/waitlist/me/confirm/" + h.link(address, "confirm")})
	if a.Status != 200 {
		h.t.Fatalf("confirm %s: %d %s", address, a.Status, a.Body)
	}
	return decode[Position](h.t, a)
}

// on puts an address on the list.
func (h *testLane) on(address string, more ...string) Position {
	h.t.Helper()
	h.join(address, more...)
	return h.confirm(address)
}

func (h *testLane) status(p Position) Position {
	h.t.Helper()
	token := p.StatusURL[strings.LastIndexByte(p.StatusURL, '/')+1:]
	a := h.Do(h.t, lanetest.Scenario{Path: "/v1/waitlist/me/status/" + token})
	if a.Status != 200 {
		h.t.Fatalf("status: %d %s", a.Status, a.Body)
	}
	return decode[Position](h.t, a)
}

// link is the token of the last link of a kind that was mailed to an address.
func (h *testLane) link(address, kind string) string {
	h.t.Helper()
	pattern := regexp.MustCompile("/waitlist/me/" + kind + `/([\w-]+)`)
	address, _ = normalEmail(address)
	sent := h.Mailbox.All()
	for i := len(sent) - 1; i >= 0; i-- {
		if found := pattern.FindStringSubmatch(sent[i].Text); sent[i].To == address && found != nil {
			return found[1]
		}
	}
	h.t.Fatalf("no mail to %s has a link to %s", address, kind)
	return ""
}

// subjects are those of all mails to an address.
func (h *testLane) subjects(address string) []string {
	list := []string{}
	for _, m := range h.Mailbox.All() {
		if m.To == address {
			list = append(list, m.Subject)
		}
	}
	return list
}

// id is the sign-up of an address.
func (h *testLane) id(address string) string {
	h.t.Helper()
	a := h.Do(h.t, lanetest.Scenario{Path: "/v1/waitlist/spring/signups?address=" + address, As: identity.Admin})
	found := decode[SearchOut](h.t, a)
	if len(found.Signups) != 1 {
		h.t.Fatalf("%d sign-ups of %s: %s", len(found.Signups), address, a.Body)
	}
	return found.Signups[0].ID
}

func decode[T any](t *testing.T, a lanetest.Answer) (v T) {
	t.Helper()
	if err := json.Unmarshal(a.Body, &v); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}
	return v
}

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// withClient is a request's context as the door makes it.
func withClient(ctx context.Context, client netip.Addr) context.Context {
	return context.WithValue(ctx, lane.ClientKey{}, client)
}

// invite runs a wave.
func (h *testLane) invite(name string, count int) Wave {
	h.t.Helper()
	path := "/v1/waitlist/spring/waves"
	a := h.Do(h.t, lanetest.Scenario{Method: "POST", Path: path, As: identity.Admin, Body: fmt.Sprintf(`{"name":%q,"count":%d}`, name, count)})
	if a.Status != 200 {
		h.t.Fatalf("wave: %d %s", a.Status, a.Body)
	}
	h.Work(h.t)
	return decode[Wave](h.t, h.Do(h.t, lanetest.Scenario{Path: path + "/" + name, As: identity.Admin}))
}

// eachFussy runs a test on each engine, with a mail server that may refuse some addresses.
func eachFussy(t *testing.T, fn func(t *testing.T, h *testLane, server *fussy)) {
	t.Helper()
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		box := &notifytest.Mailbox{}
		server := &fussy{Mailer: box, fails: map[string]error{}}
		h := start(t, nil, engine, lanetest.Mail(server))
		h.Mailbox = box
		fn(t, h, server)
	})
}

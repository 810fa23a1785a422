package waitlist

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

// demoModule is the lane as it is in a demo.
func demoModule() lane.Module {
	m := testModule(func(c *Config) { c.Lists = nil })
	make := m.New
	m.New = func(d lane.Deps) (lane.Lane, error) {
		d.Demo = true
		return make(d)
	}
	return m
}

// TestDemo: three weeks of sign-ups with chains of referrals and a wave; nobody of them is mailed; once more changes nothing.
func TestDemo(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		h := &testLane{lanetest.Start(t, demoModule(), engine), t}
		for range 2 {
			if err := h.lane().Demo(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.Work(t)
			stats := decode[Stats](t, h.Do(t, lanetest.Scenario{Path: "/v1/waitlist/sobok/stats", As: identity.Admin}))
			f := stats.Funnel
			if f.SignedUp != demoCount || f.Confirmed < 400 || f.Confirmed > 550 || f.Invited != demoWave || f.Unsubscribed == 0 || stats.Referred.Confirmed < 60 {
				t.Errorf("%+v, referred %+v", f, stats.Referred)
			}
			if len(stats.Days) < 20 || len(stats.Sources) < 6 {
				t.Errorf("%d days, %d sources", len(stats.Days), len(stats.Sources))
			}
			if n := len(h.Mailbox.All()); n != 0 {
				t.Errorf("%d mails went out", n)
			}
		}
		chain := 0
		byCode := map[string]string{} // who brought whom
		for _, s := range h.demoPeople() {
			byCode[s.Code] = s.ReferredBy
		}
		for _, by := range byCode {
			if by != "" && byCode[by] != "" {
				chain++
			}
		}
		if chain < 3 {
			t.Errorf("%d came by somebody who had come by somebody", chain)
		}
	})
}

// TestDemoAddressesAreNobodys: they are at domains for examples, and the page that all may look at does not show them.
func TestDemoAddressesAreNobodys(t *testing.T) {
	h := &testLane{lanetest.Start(t, demoModule()), t}
	if err := h.lane().Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	var addresses []string
	for _, s := range h.demoPeople() {
		addresses = append(addresses, s.Address)
		if !strings.HasSuffix(s.Address, "@example.com") && !strings.HasSuffix(s.Address, "@example.kr") {
			t.Errorf("%s may be somebody's", s.Address)
		}
	}
	h.Run(t,
		lanetest.Scenario{
			Name: "open to all, masked", Path: "/waitlist/admin/sobok?lang=ko", Status: 200, Absent: addresses,
			Contains: []string{"•••@example.", "데모라서 주소를 가렸습니다", "소복", "first-neighbours", `data-chart="area"`, "instagram", "친구 추천"},
		},
		lanetest.Scenario{Name: "also in a search", Path: "/waitlist/admin/sobok?q=ha", Status: 200, Absent: addresses, Contains: []string{"h•••@example."}},
		lanetest.Scenario{Name: "what changes something is not open", Method: "PATCH", Path: "/v1/waitlist/sobok", Body: `{"closed":true}`, Status: 401},
	)
}

// TestDemoGuide names pages that are there, and lines for a shell.
func TestDemoGuide(t *testing.T) {
	h := &testLane{lanetest.Start(t, demoModule()), t}
	if err := h.lane().Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	guide := h.lane().DemoGuide(lane.Site{URL: h.URL, AdminKey: lanetest.AdminKey})
	for _, link := range guide.Open {
		h.Run(t, lanetest.Scenario{Name: link.Title, Path: strings.TrimPrefix(link.URL, h.URL), Status: 200, Contains: []string{"<h1>"}})
	}
	for _, line := range guide.Try {
		if !strings.HasPrefix(line, "curl -s ") || strings.Contains(line, "\n") {
			t.Errorf("not one line of curl: %s", line)
		}
	}
	body := between(guide.Try[0], "-d '", "'")
	h.Run(t, lanetest.Scenario{Name: "the sign-up is taken", Method: "POST", Path: "/v1/waitlist/sobok/signups", Body: body, Status: 202})
}

// demoPeople are all who are on the demo's list.
func (h *testLane) demoPeople() (list []Signup) {
	h.t.Helper()
	var b bytes.Buffer
	if _, err := h.lane().Export(h.t.Context(), demoSlug, "ndjson", false, &b); err != nil {
		h.t.Fatal(err)
	}
	for d := json.NewDecoder(&b); d.More(); {
		var s Signup
		if err := d.Decode(&s); err != nil {
			h.t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

func between(s, head, tail string) string {
	_, s, _ = strings.Cut(s, head)
	s, _, _ = strings.Cut(s, tail)
	return s
}

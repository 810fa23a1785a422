package profiles

import (
	"fmt"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

// TestTheSourceChangesItsSchema: documents are kept as they are, cards stay what they last were and say so, operators are told
// what changed, and when the config knows the new places, or the source has the old ones again, all is as before.
func TestTheSourceChangesItsSchema(t *testing.T) { lanetest.Each(t, testTheSourceChangesItsSchema) }

func testTheSourceChangesItsSchema(t *testing.T, engine lanetest.Option) {
	web := newSocial()
	n := startNode(t, web, nil, engine)
	for i := range 4 {
		web.put(i, fmt.Sprintf("u%d", i), `,"followers":10,"city":"Seoul"`)
		if a := n.ask(t, fmt.Sprintf("u%d", i)); a.Status != 200 {
			t.Fatalf("u%d: %d %s", i, a.Status, a.Body)
		}
	}
	for i := range 5 { // all before the first refresh: what was asked last may be renewed by itself, now that it is old
		web.set(fmt.Sprintf("/users/u%d", i), fmt.Sprintf(`{"id":%d,"login":"u%d","profile":{"name":"New"},"followers":{"count":11},"city":"Busan"}`, i, i))
	}
	n.Clock.Advance(7 * time.Hour)
	for i := range 5 {
		refresh := lanetest.Scenario{Method: "POST", Path: fmt.Sprintf("/v1/profiles/people/u%d/refresh", i), As: identity.Service}
		if a := n.Do(t, refresh); a.Status != 200 || a.At(t, "/drifted") != true {
			t.Fatalf("u%d: %d %s", i, a.Status, a.Body)
		}
	}
	n.Run(t,
		lanetest.Scenario{
			Name: "the document is the new one, the card the last good one", Path: "/v1/profiles/people/u1", Status: 200,
			JSON: map[string]any{
				"/drifted": true, "/document/profile/name": "New", "/card/name": "The u1", "/card/counts/0/n": 10, "/card/fields/0/text": "Seoul",
			},
		},
		lanetest.Scenario{
			Name: "whoever is new has what there is", Path: "/v1/profiles/people/u4", Status: 200,
			JSON: map[string]any{"/drifted": true, "/card/name": lanetest.Missing, "/card/fields/0/text": "Busan"},
		},
		lanetest.Scenario{Name: "the former one is a version", Path: "/v1/profiles/people/u1/history", As: identity.Service, Status: 200, JSON: map[string]any{"/versions/0/document/name": "The u1"}},
	)
	if err := n.in.keeper.work(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"vanished /name": "string", "appeared /profile": "", "changed /followers": "number"}
	for _, d := range n.in.report(t)[0].Drift {
		what := string(d.Kind) + " " + d.Pointer
		if was, ok := want[what]; !ok || d.Was != was || d.Documents < 4 || !d.Last.Equal(n.Clock.Now()) {
			t.Errorf("%+v", d)
		}
		delete(want, what)
	}
	if len(want) > 0 {
		t.Errorf("not reported: %v", want)
	}
	if r := n.in.report(t)[0]; r.Profiles != 5 || r.Drifted != 5 {
		t.Errorf("%+v", r)
	}
	n.Clock.Advance(time.Second)
	web.put(1, "u1", `,"followers":12,"city":"Jeju"`)
	if p, err := n.in.Refresh(t.Context(), "people", byUsername, "u1"); err != nil || p.Drifted || p.Card.Name != "The u1" || p.Card.Counts[0].N != 12 {
		t.Errorf("it is as before: %+v, %v", p, err)
	}
}

// report is what operators see.
func (l *Lane) report(t *testing.T) []SourceReport {
	t.Helper()
	list, err := l.Sources(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	return list
}

// TestWhatPeopleDoNotHaveIsNoDrift: bios that come and go break no cards once that is known.
func TestWhatPeopleDoNotHaveIsNoDrift(t *testing.T) {
	web := newSocial()
	n := startNode(t, web, nil)
	for i := range 20 {
		web.put(i, fmt.Sprintf("u%d", i), []string{`,"bio":"x"`, "", `,"bio":null`}[i%3])
		if a := n.ask(t, fmt.Sprintf("u%d", i)); a.At(t, "/card/name") != fmt.Sprintf("The u%d", i) || a.JSON(t).(map[string]any)["drifted"] != nil {
			t.Errorf("%s", a.Body)
		}
	}
	if r := n.in.report(t)[0]; len(r.Drift) != 0 || r.Drifted != 0 {
		t.Errorf("%+v", r)
	}
}

// TestAUsernameThatSomebodyElseTook: the former owner keeps the id and the history, and nobody is shown under another's name.
func TestAUsernameThatSomebodyElseTook(t *testing.T) {
	lanetest.Each(t, testAUsernameThatSomebodyElseTook)
}

func testAUsernameThatSomebodyElseTook(t *testing.T, engine lanetest.Option) {
	web := newSocial()
	web.put(7, "ada", "")
	n := startNode(t, web, func(c *Config) { c.Sources[0].URLByID = "" }, engine)
	n.ask(t, "ada")
	web.put(8, "ada", "")
	n.Clock.Advance(7 * time.Hour)
	eventually(t, "it is the new one", func() bool { return n.ask(t, "ada").At(t, "/id") == "8" })
	n.Clock.Advance(7 * time.Hour)
	eventually(t, "the former one has no name, and cannot be asked for", func() bool {
		return n.Do(t, lanetest.Scenario{Path: "/v1/profile-ids/people/7"}).Status == 404
	})
	n.Run(t, lanetest.Scenario{Name: "the new one by id", Path: "/v1/profile-ids/people/8", Status: 200, JSON: map[string]any{"/username": "ada"}})
}

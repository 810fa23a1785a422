package profiles

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

const ada = "/v1/profiles/people/ada"

func TestAProfileIsRead(t *testing.T) { lanetest.Each(t, testAProfileIsRead) }

func testAProfileIsRead(t *testing.T, engine lanetest.Option) {
	web := newSocial()
	doc := web.put(7, "Ada", ` , "followers": "12", "city":"Seoul", "bio":"of \u0000 <engines>",  "big": 9007199254740993 `)
	web.set("/users/ada", doc)
	n := startNode(t, web, nil, engine)
	fetched := n.Clock.Now().Format(time.RFC3339)
	n.Run(t,
		lanetest.Scenario{
			Name: "by username, whose case does not count", Path: ada, Status: 200,
			Headers:  map[string]string{"Cache-Control": "public, max-age=60", "Content-Type": "application/json"},
			Contains: []string{doc},
			JSON: map[string]any{
				"/source": "people", "/id": "7", "/username": "Ada", "/fetched_at": fetched, "/age_s": 0, "/stale": false, "/drifted": lanetest.Missing,
				"/card": map[string]any{
					"id": "7", "username": "Ada", "name": "The Ada", "bio": "of  <engines>",
					"fields": []any{map[string]any{"label": "City", "text": "Seoul"}}, "counts": []any{map[string]any{"label": "Followers", "n": 12}},
				},
			},
		},
		lanetest.Scenario{
			Name: "the source's document, byte for byte", Path: ada + "?raw=1", Status: 200,
			Headers: map[string]string{"X-Profile-Fetched": fetched, "X-Profile-Age": "0", "X-Profile-Stale": "false"},
			After: func(t *testing.T, _ *lanetest.Harness, a lanetest.Answer) {
				if string(a.Body) != doc {
					t.Errorf("%s\nis not\n%s", a.Body, doc)
				}
			},
		},
		lanetest.Scenario{Name: "by id", Path: "/v1/profile-ids/people/7", Status: 200, JSON: map[string]any{"/username": "Ada"}},
		lanetest.Scenario{Name: "nobody", Path: "/v1/profiles/people/nobody", Status: 404, Code: "profiles.not_found"},
		lanetest.Scenario{Name: "nobody by id", Path: "/v1/profile-ids/people/8", Status: 404, Code: "profiles.not_found"},
		lanetest.Scenario{Name: "no source", Path: "/v1/profiles/others/ada", Status: 404, Code: "profiles.no_source"},
		lanetest.Scenario{
			Name: "it has an age", Path: ada, Status: 200, Before: func(_ *testing.T, h *lanetest.Harness) { h.Clock.Advance(90 * time.Second) },
			JSON: map[string]any{"/age_s": 90, "/stale": false},
		},
		lanetest.Scenario{
			Name: "others may keep it no longer than it is fresh", Path: ada, Status: 200,
			Before:  func(_ *testing.T, h *lanetest.Harness) { h.Clock.Advance(6*time.Hour - 100*time.Second) },
			Headers: map[string]string{"Cache-Control": "public, max-age=10"},
		},
	)
	if calls := n.web.calls(); calls != 3 { // ada once, and two who are nobody
		t.Errorf("the source was asked %d times: %v", calls, web.asked)
	}
}

func TestWhatTheClientHasIsNotSentAgain(t *testing.T) {
	web := newSocial()
	web.put(7, "ada", "")
	n := startNode(t, web, nil)
	tag := n.ask(t, "ada").Header.Get("Etag")
	raw := n.Do(t, lanetest.Scenario{Path: ada + "?raw=1"}).Header.Get("Etag")
	n.Clock.Advance(time.Minute)
	for have, status := range map[string]int{tag: 304, raw: 304, `"x", ` + tag: 304, "*": 304, `"x"`: 200, "": 200} {
		a := n.Do(t, lanetest.Scenario{Path: ada, Header: map[string]string{"If-None-Match": have}})
		if a.Status != status || a.Header.Get("Etag") != tag || status == 304 && len(a.Body) != 0 {
			t.Errorf("%s: %d with %q", have, a.Status, a.Header.Get("Etag"))
		}
	}
	web.put(7, "ada", `,"bio":"new"`)
	n.Clock.Advance(7 * time.Hour)
	eventually(t, "the renewal shows", func() bool { return n.ask(t, "ada").Header.Get("Etag") != tag })
}

func TestWhoMayReadAndWrite(t *testing.T) {
	web := newSocial()
	web.put(7, "ada", "")
	n := startNode(t, web, func(c *Config) { c.Access = "service" })
	for _, c := range []struct {
		method, path string
		as           identity.Access
		status       int
	}{
		{"GET", ada, identity.Public, 401},
		{"GET", ada, identity.User, 403},
		{"GET", ada, identity.Service, 200},
		{"GET", "/v1/profile-ids/people/7", identity.Public, 401},
		{"GET", "/v1/profiles/people?username=a*", identity.Public, 401},
		{"GET", ada + "/history", identity.User, 403},
		{"GET", ada + "/history", identity.Service, 200},
		{"POST", ada + "/refresh", identity.User, 403},
		{"POST", ada + "/refresh", identity.Service, 200},
		{"GET", "/v1/profiles/sources", identity.Service, 403},
		{"GET", "/v1/profiles/sources", identity.Admin, 200},
		{"DELETE", ada, identity.Public, 401},
		{"DELETE", ada, identity.User, 403},
		{"DELETE", ada, identity.Admin, 200},
		{"GET", ada, identity.Service, 404},
	} {
		a := n.Do(t, lanetest.Scenario{Method: c.method, Path: c.path, As: c.as, User: "u"})
		if a.Status != c.status {
			t.Errorf("%s %s as %v: %d, not %d: %s", c.method, c.path, c.as, a.Status, c.status, a.Body)
		}
		if c.status == 200 && c.path == ada && c.method == "GET" && a.Header.Get("Cache-Control") != "private, max-age=60" {
			t.Errorf("shared caches may keep it: %v", a.Header)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	web := newSocial()
	web.put(7, "ada", "")
	web.put(8, "bob", "")
	n := startNode(t, web, nil)
	n.Run(t, lanetest.Scenario{
		Name: "each has its own result", Method: "POST", Path: "/v1/profiles/batch", Status: 200,
		Body: `{"profiles":[{"source":"people","username":"ada"},{"source":"people","id":"8"},{"source":"people","username":"eve"},{"source":"x","username":"ada"},{"source":"people","username":"a/../b"}]}`,
		JSON: map[string]any{
			"/results/0/profile/username": "ada", "/results/0/profile/age_s": 0, "/results/0/profile/document": lanetest.Missing,
			"/results/1/profile/username": "bob", "/results/2/error/code": "profiles.not_found", "/results/2/error/status": 404,
			"/results/3/error/code": "profiles.no_source", "/results/4/error/code": "profiles.name", "/results/5": lanetest.Missing,
		},
	}, lanetest.Scenario{
		Name: "none", Method: "POST", Path: "/v1/profiles/batch", Body: `{"profiles":[]}`, Status: 422, Fields: []string{"/profiles"},
	})
	var many bytes.Buffer
	for i := range 101 {
		fmt.Fprintf(&many, `,{"source":"people","username":"u%d"}`, i)
	}
	n.Run(t, lanetest.Scenario{
		Name: "too many", Method: "POST", Path: "/v1/profiles/batch", Body: `{"profiles":[` + many.String()[1:] + `]}`, Status: 422, Fields: []string{"/profiles"},
	})
	if web.calls() != 3 {
		t.Errorf("asked %v", web.asked)
	}
}

func TestSearch(t *testing.T) { lanetest.Each(t, testSearch) }

func testSearch(t *testing.T, engine lanetest.Option) {
	web := newSocial()
	n := startNode(t, web, nil, engine)
	for i := range 12 {
		name := fmt.Sprintf("user%02d", i)
		web.put(100+i, name, fmt.Sprintf(`,"city":%q`, []string{"Seoul", "SEOUL ", "Busan", "세종"}[i%4]))
		n.ask(t, name)
	}
	web.put(200, "eve", `,"city":["Seoul"]`)
	n.ask(t, "eve")
	for i := range 3 { // cut after a space
		web.put(300+i, fmt.Sprintf("far%d", i), `,"city":"`+strings.Repeat("x", maxIndexedText-1)+` and further"`)
		n.ask(t, fmt.Sprintf("far%d", i))
	}
	find := func(query string) (names []string) {
		t.Helper()
		next := ""
		for range 20 {
			a := n.Do(t, lanetest.Scenario{Path: "/v1/profiles/people?limit=2&" + query + "&after=" + next})
			if a.Status != 200 {
				t.Fatalf("%s: %d %s", query, a.Status, a.Body)
			}
			list, _ := a.At(t, "/profiles").([]any)
			for _, p := range list {
				names = append(names, p.(map[string]any)["username"].(string))
			}
			m := a.JSON(t).(map[string]any)
			if m["next"] == nil {
				return names
			}
			next = m["next"].(string)
		}
		t.Fatal("it does not end")
		return nil
	}
	for query, want := range map[string]string{
		"city=seoul": "[user00 user01 user04 user05 user08 user09]", "city=%EC%84%B8*": "[user03 user07 user11]", "city=se": "[]",
		"username=USER1*": "[user10 user11]", "username=user*&city=busan": "[user02 user06 user10]", "username=eve": "[eve]", "city=b*&username=user02": "[user02]",
		"city=xxx*": "[far0 far1 far2]",
	} {
		for range 5 { // each time in the same order
			if got := fmt.Sprint(find(query)); got != want {
				t.Errorf("%s: %s, not %s", query, got, want)
			}
		}
	}
	for query, field := range map[string]string{
		"": "query", "limit=5": "query", "name=x": "query:name", "city=": "query:city", "city=*": "query:city", "city=a&city=b": "query:city",
		"city=a&limit=0": "query:limit", "city=a&limit=x": "query:limit", "city=a&after=%25": "query:after", "city=a&after=YQ": "query:after",
	} {
		n.Run(t, lanetest.Scenario{Name: "refused: " + query, Path: "/v1/profiles/people?" + query, Status: 422, Fields: []string{field}})
	}
	if calls := web.calls(); calls != 16 {
		t.Errorf("a search asked the source: %d calls", calls)
	}
}

func TestHistory(t *testing.T) { lanetest.Each(t, testHistory) }

func testHistory(t *testing.T, engine lanetest.Option) {
	web := newSocial()
	n := startNode(t, web, func(c *Config) { c.Sources[0].History = 3 }, engine)
	refresh := func(username, more string) {
		t.Helper()
		web.put(7, username, more)
		n.Clock.Advance(time.Hour)
		if a := n.Do(t, lanetest.Scenario{Method: "POST", Path: "/v1/profile-ids/people/7/refresh", As: identity.Service}); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	refresh("ada", "")
	refresh("ada", "") // the same again is no version
	for i := range 4 {
		refresh("ada", fmt.Sprintf(`,"n":%d`, i))
	}
	refresh("lovelace", "")
	n.Run(t,
		lanetest.Scenario{
			Name: "the latest first, and no more than are kept", Path: "/v1/profiles/people/lovelace/history", As: identity.Service, Status: 200,
			JSON: map[string]any{
				"/versions/0/document/n": 3, "/versions/0/username": "ada", "/versions/1/document/n": 2, "/versions/2/document/n": 1, "/versions/3": lanetest.Missing,
			},
		},
		lanetest.Scenario{Name: "the former name leads nowhere", Path: "/v1/profiles/people/ada/history", As: identity.Service, Status: 404},
		lanetest.Scenario{
			Name: "page by page", Path: "/v1/profile-ids/people/7/history?limit=1&before=" + n.Clock.Now().Add(-90*time.Minute).Format(time.RFC3339),
			As: identity.Service, Status: 200, JSON: map[string]any{"/versions/0/document/n": 2, "/versions/1": lanetest.Missing},
		},
	)
}

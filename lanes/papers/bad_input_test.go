package papers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/rate"
)

func TestBadPapers(t *testing.T) {
	d := open(t)
	long := func(n int) string { return strings.Repeat("가", n) }
	for _, c := range []struct {
		name, body string
		fields     []string
	}{
		{"nothing", `{}`, []string{"/title", "/recipient"}},
		{"blank", `{"title":"  ","recipient":""}`, []string{"/title", "/recipient"}},
		{"too long", `{"title":"` + long(101) + `","recipient":"` + long(61) + `"}`, []string{"/title", "/recipient"}},
		{"two lines", `{"title":"a\nb","recipient":"c\u202ed"}`, []string{"/title", "/recipient"}},
		{"nothing of the lists", newPaperJSON(`"theme":"funeral"`, `"size":"tiny"`, `"writers":"all"`, `"lang":"fr"`), []string{"/theme", "/size", "/writers", "/lang"}},
		{"no zone", newPaperJSON(`"zone":"Mars/Base"`), []string{"/zone"}},
		{"the zone of who has not chosen one", newPaperJSON(`"zone":"Factory"`), []string{"/zone"}},
		{"the zone of the server", newPaperJSON(`"zone":"localtime"`), []string{"/zone"}},
		{"rules for a zone", newPaperJSON(`"zone":"posixrules"`), []string{"/zone"}},
		{"a zone of a folder that few have", newPaperJSON(`"zone":"posix/Asia/Seoul"`), []string{"/zone"}},
		{"a zone with leap seconds", newPaperJSON(`"zone":"right/Asia/Seoul"`), []string{"/zone"}},
		{"a path for a zone", newPaperJSON(`"zone":"../../etc/passwd"`), []string{"/zone"}},
		{"a deadline that is over", newPaperJSON(`"deadline":"2020-01-01T00:00:00Z"`), []string{"/deadline"}},
		{"a deadline in years", newPaperJSON(`"deadline":"2030-01-01T00:00:00Z"`), []string{"/deadline"}},
		{"no address", newPaperJSON(`"mail":"minji"`), []string{"/mail"}},
		{"a name and an address", newPaperJSON(`"mail":"Minji <minji@example.com>"`), []string{"/mail"}},
		{"two lines of address", newPaperJSON(`"mail":"a@example.com\nBcc: b@example.com"`), []string{"/mail"}},
		{"zero bytes", newPaperJSON(`"mail":"a\u0000@example.com"`, `"zone":"U\u0000TC"`), []string{"/zone", "/mail"}},
		{"invited nobody", newPaperJSON(`"invited":["a",""]`), []string{"/invited/1"}},
		{"what there is not", newPaperJSON(`"colour":"red"`), []string{"/colour"}},
		{"as long as it may be", `{"title":"` + long(100) + `","recipient":"` + long(60) + `"}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := lanetest.Scenario{Method: "POST", Path: "/v1/papers", Body: c.body, Status: 422, Fields: c.fields}
			if c.fields == nil {
				s.Status = 201
			}
			s.Name = "it is said"
			d.Run(t, s)
		})
	}
	d.Run(t, lanetest.Scenario{
		Name: "a key that can be guessed", Method: "POST", Path: "/v1/papers", Body: newPaperJSON(), Header: map[string]string{"Idempotency-Key": "1"},
		Status: 422, Fields: []string{"header:Idempotency-Key"},
	})
	d.count(t, name, "papers", 1)
}

func TestBadNotes(t *testing.T) {
	d := open(t)
	p := d.paper()
	at := "/v1/papers/" + p.Links.Write + "/notes/"
	d.put(p.Links.Write, strings.Repeat("a", 22), noteA, newNote("mine"))
	before := d.read(p.Links.Write)
	for _, c := range []struct {
		name, method, path, body, author string
		status                           int
		code                             string
		fields                           []string
	}{
		{"a new one needs some", "PUT", at + noteB, `{}`, "", 422, "papers.op", []string{"/name", "/x", "/y", "/text"}},
		{"outside the board", "PUT", at + noteB, `{"name":"a","text":"b","x":1601,"y":-1}`, "", 422, "papers.op", []string{"/x", "/y"}},
		{"too much text", "PUT", at + noteB, newNote(strings.Repeat("가", 1001)), "", 422, "papers.op", []string{"/text"}},
		{"a number for a text", "PUT", at + noteB, `{"name":1}`, "", 422, "request.invalid", []string{"/name"}},
		{"no color of ours", "PUT", at + noteB, `{"color":"black"}`, "", 422, "request.invalid", []string{"/color"}},
		{"a made up image", "PUT", at + noteB, `{"name":"a","text":"b","x":1,"y":1,"image":"abcdefghijklmnop.10.10.abcdefghijklmnop"}`, "", 422, "papers.op", []string{"/image"}},
		{"no id", "PUT", at + "1", newNote("a"), "", 422, "papers.op", []string{"/id"}},
		{"no author", "PUT", at + noteB, newNote("a"), "me", 422, "papers.invalid", []string{"header:Paper-Author"}},
		{"somebody else's", "PUT", at + noteA, `{"text":"ha"}`, strings.Repeat("b", 22), 403, "papers.not_yours", nil},
		{"somebody else's, by nobody", "DELETE", at + noteA, "", "", 403, "papers.not_yours", nil},
		{"one that there is not", "POST", at + noteC + "/move", `{"x":1}`, "", 404, "papers.no_note", nil},
		{"a move to nowhere", "POST", at + noteA + "/move", `{}`, strings.Repeat("a", 22), 422, "papers.op", []string{""}},
		{"hidden by a writer", "POST", at + noteA + "/hide", `{"hidden":true}`, strings.Repeat("a", 22), 403, "papers.not_owner", nil},
		{"a report with a zero byte", "POST", at + noteA + "/report", `{"reason":"a\u0000b"}`, "", 422, "papers.invalid", []string{"/reason"}},
		{"a name with a zero byte", "PUT", at + noteB, `{"name":"a\u0000b","text":"b","x":1,"y":1}`, "", 422, "papers.op", []string{"/name"}},
		{"a zero byte for an id", "PUT", at + "n%00%00%00%00%00%00%00%00", newNote("a"), "", 422, "papers.op", []string{"/id"}},
		{"a report of nothing", "POST", at + noteC + "/report", `{}`, "", 404, "papers.no_note", nil},
		{"a long report", "POST", at + noteA + "/report", `{"reason":"` + strings.Repeat("x", 501) + `"}`, "", 422, "request.invalid", []string{"/reason"}},
	} {
		s := lanetest.Scenario{Name: c.name, Method: c.method, Path: c.path, Body: c.body, Header: as(c.author), Status: c.status, Code: c.code}
		if c.fields != nil {
			s.Fields = c.fields
		}
		d.Run(t, s)
	}
	after := d.read(p.Links.Write)
	if after.Offset != before.Offset || len(after.Document.Notes) != 1 {
		t.Errorf("something of it was taken: %+v", after)
	}
}

func TestLinksThatAreNone(t *testing.T) {
	d := open(t)
	p := d.paper()
	for _, link := range []string{
		"x", p.Links.Write[:21], p.Links.Write + "a", "r" + p.Links.Write[1:], strings.ToLower(p.Links.Write), p.ID, strings.Repeat("a", 22), "w" + strings.Repeat("%00", 7),
	} {
		for _, s := range []lanetest.Scenario{{}, {Method: "POST", Body: "{}"}, {Method: "DELETE"}} {
			s.Path = "/v1/papers/" + link
			if s.Method == "POST" {
				s.Path += "/live"
			}
			a := d.Do(t, s)
			if a.Status != 404 && a.Status != 422 || strings.Contains(string(a.Body), p.Title) {
				t.Errorf("%s %s: %d %s", s.Method, s.Path, a.Status, a.Body)
			}
		}
	}
}

// TestLinksCannotBeGuessed: each is 22 letters and digits of its own, and none leads to another.
func TestLinksCannotBeGuessed(t *testing.T) {
	d := open(t)
	seen := map[string]bool{}
	for range 20 {
		p := d.paper()
		for _, link := range []string{p.Links.Own, p.Links.Write, p.Links.Read} {
			if len(link) != 22 || !isText(link) || seen[link[1:]] || strings.Contains(link, p.ID) {
				t.Errorf("link %s", link)
			}
			seen[link[1:]] = true
		}
	}
	d.count(t, name, "papers_links", 60)
	var kept int
	for link := range seen {
		if err := d.DBs.DB(name).QueryRow(t.Context(), "SELECT COUNT(*) FROM papers_links WHERE hash LIKE $1", "%"+link+"%").Scan(&kept); err != nil || kept != 0 {
			t.Fatalf("a link is kept in the clear: %v", err)
		}
	}
}

func TestTooMuch(t *testing.T) {
	slow := func(c *Config) {
		c.Create, c.Write, c.PerUser = rate.Config{PerSecond: 0.1, Burst: 3}, rate.Config{PerSecond: 1, Burst: 2}, 2
	}
	d := &desk{lanetest.Start(t, with(slow)), t}
	p := d.paper()
	mine := lanetest.Scenario{Method: "POST", Path: "/v1/papers", Body: newPaperJSON(), As: identity.User, User: "minji"}
	d.Run(t,
		lanetest.Scenario{Name: "a second", Method: "POST", Path: "/v1/papers", Body: newPaperJSON(), Status: 201},
		lanetest.Scenario{Name: "a third", Method: "POST", Path: "/v1/papers", Body: newPaperJSON(), Status: 201},
		lanetest.Scenario{Name: "a fourth", Method: "POST", Path: "/v1/papers", Body: newPaperJSON(), Status: 429, Code: "papers.too_many", Headers: map[string]string{"Retry-After": "10"}},
		lanetest.Scenario{Name: "a note", Method: "PUT", Path: "/v1/papers/" + p.Links.Write + "/notes/" + noteA, Body: newNote("a"), Status: 200},
		lanetest.Scenario{Name: "another", Method: "PUT", Path: "/v1/papers/" + p.Links.Write + "/notes/" + noteB, Body: newNote("a"), Status: 200},
		lanetest.Scenario{Name: "one too many", Method: "PUT", Path: "/v1/papers/" + p.Links.Write + "/notes/" + noteC, Body: newNote("a"), Status: 429, Code: "papers.too_many"},
		lanetest.Scenario{Name: "reading goes on", Path: "/v1/papers/" + p.Links.Write, Status: 200, JSON: map[string]any{"/notes": 2}},
	)
	d.Clock.Advance(time.Minute)
	for i, want := range []int{201, 201, 409} {
		mine.Name, mine.Status, mine.Code = fmt.Sprint("paper ", i, " of a user"), want, ""
		if want == 409 {
			mine.Code = "papers.too_many_own"
		}
		d.Run(t, mine)
	}
}

func TestConfig(t *testing.T) {
	c := Config{Images: ImagesConfig{Dir: "relative"}}
	err := c.Validate()
	for _, field := range []string{
		"/per_user", "/undelivered_days", "/delivered_days", "/exports", "/create/per_second", "/write/burst", "/upload/burst", "/images/dir", "/images/max_bytes",
		"/images/max_pixels", "/images/side", "/images/keep_bytes", "/images/memory", "/images/total",
	} {
		if err == nil || !strings.Contains(err.Error(), field+" must") {
			t.Errorf("%s is not named: %v", field, err)
		}
	}
	good := DefaultConfig()
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

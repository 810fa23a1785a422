package papers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
)

// desk is a lane under test, with what most tests do.
type desk struct {
	*lanetest.Harness
	t *testing.T
}

func open(t *testing.T, opts ...lanetest.Option) *desk {
	t.Helper()
	return &desk{lanetest.Start(t, Module(), opts...), t}
}

// with runs the lane with another config.
func with(change func(*Config)) lane.Module {
	m := Module()
	cfg := DefaultConfig()
	change(&cfg)
	m.Config, m.New = &cfg, func(d lane.Deps) (lane.Lane, error) { return New(cfg, d) }
	return m
}

// ask sends a request, expects a status, and decodes the answer.
func (d *desk) ask(s lanetest.Scenario, into any) lanetest.Answer {
	d.t.Helper()
	a := d.Do(d.t, s)
	want := s.Status
	if want == 0 {
		want = http.StatusOK
	}
	if a.Status != want {
		d.t.Fatalf("%s %s: %d %s, want %d", s.Method, s.Path, a.Status, a.Body, want)
	}
	if into != nil {
		if err := json.Unmarshal(a.Body, into); err != nil {
			d.t.Fatalf("%s: %v", a.Body, err)
		}
	}
	return a
}

// paper makes one; more are members of NewPaper, as JSON.
func (d *desk) paper(more ...string) Card {
	d.t.Helper()
	var c Card
	d.ask(lanetest.Scenario{Method: "POST", Path: "/v1/papers", Body: newPaperJSON(more...), Status: 201}, &c)
	return c
}

func newPaperJSON(more ...string) string {
	return `{` + strings.Join(append([]string{`"title":"Happy birthday","recipient":"Minji"`}, more...), ",") + `}`
}

func (d *desk) read(link string) Whole {
	d.t.Helper()
	var w Whole
	d.ask(lanetest.Scenario{Path: "/v1/papers/" + link}, &w)
	return w
}

// put writes a note by an author, who is given a token when it is empty.
func (d *desk) put(link, author, note, fields string) Done {
	d.t.Helper()
	var done Done
	d.ask(lanetest.Scenario{Method: "PUT", Path: "/v1/papers/" + link + "/notes/" + note, Body: fields, Header: as(author)}, &done)
	return done
}

func (d *desk) post(link, what string) lanetest.Answer {
	d.t.Helper()
	return d.Do(d.t, lanetest.Scenario{Method: "POST", Path: "/v1/papers/" + link + "/" + what})
}

func as(author string) map[string]string {
	if author == "" {
		return nil
	}
	return map[string]string{"Paper-Author": author}
}

// body of a new note.
func newNote(text string) string {
	return fmt.Sprintf(`{"name":"Jun","text":%q,"x":300,"y":200}`, text)
}

const (
	noteA = "nAAAAAAAA1"
	noteB = "nBBBBBBBB2"
	noteC = "nCCCCCCCC3"
)

func TestAPaperFromBeginningToEnd(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		p := d.paper(`"mail":"minji@example.com"`, `"lang":"ko"`)
		first := d.put(p.Links.Write, "", noteA, newNote("축하해!"))
		d.put(p.Links.Write, first.Author.Token, noteB, newNote("건강해!"))
		d.ask(lanetest.Scenario{
			Method: "POST", Path: "/v1/papers/" + p.Links.Write + "/notes/" + noteA + "/move", Body: `{"x":500,"rot":-3}`, Header: as(first.Author.Token),
		}, nil)
		d.Run(t,
			lanetest.Scenario{
				Name: "its writers read it", Path: "/v1/papers/" + p.Links.Write, Status: 200, JSON: map[string]any{
					"/state": "open", "/role": "writer", "/document/notes/0/text": "축하해!", "/document/notes/0/x": 500, "/document/notes/0/y": 200,
					"/document/notes/0/by": first.Author.ID, "/document/notes/1/text": "건강해!", "/links": lanetest.Missing, "/mail": lanetest.Missing, "/offset": 3,
				},
			},
			lanetest.Scenario{Name: "its recipient does not yet", Path: "/v1/papers/" + p.Links.Read, Status: 409, Code: "papers.not_delivered", Absent: []string{"축하해"}},
			lanetest.Scenario{Name: "no writer closes it", Method: "POST", Path: "/v1/papers/" + p.Links.Write + "/close", Status: 403, Code: "papers.not_owner"},
			lanetest.Scenario{
				Name: "its owner delivers it", Method: "POST", Path: "/v1/papers/" + p.Links.Own + "/deliver", Status: 200,
				JSON: map[string]any{"/state": "delivered", "/notes": 2, "/mailed": "waiting", "/links/read": p.Links.Read},
			},
			lanetest.Scenario{
				Name: "nobody writes any more", Method: "PUT", Path: "/v1/papers/" + p.Links.Write + "/notes/" + noteC, Body: newNote("late"), Status: 409, Code: "papers.closed",
			},
		)
		if n := d.Work(t); n < 2 {
			t.Errorf("%d jobs ran", n)
		}
		mails := d.Mailbox.All()
		if len(mails) != 1 || mails[0].To != "minji@example.com" || !strings.Contains(mails[0].Text, "/papers/"+p.Links.Read) || !strings.Contains(mails[0].Text, "2장") {
			t.Errorf("mailed: %+v", mails)
		}
		d.Run(t,
			lanetest.Scenario{
				Name: "its recipient reads it", Path: "/v1/papers/" + p.Links.Read, Status: 200,
				JSON: map[string]any{"/state": "delivered", "/role": "reader", "/document/notes/1/text": "건강해!", "/epoch": lanetest.Missing, "/document/paper/state": "delivered"},
			},
			lanetest.Scenario{Name: "its owner sees that it was mailed", Path: "/v1/papers/" + p.Links.Own, Status: 200, JSON: map[string]any{"/mailed": "sent"}},
			lanetest.Scenario{Name: "delivering again changes nothing", Method: "POST", Path: "/v1/papers/" + p.Links.Own + "/deliver", Status: 200, JSON: map[string]any{"/state": "delivered"}},
			lanetest.Scenario{Name: "its recipient cannot erase it", Method: "DELETE", Path: "/v1/papers/" + p.Links.Read, Status: 403, Code: "papers.not_owner"},
			lanetest.Scenario{Name: "its owner can", Method: "DELETE", Path: "/v1/papers/" + p.Links.Own, Status: 204},
			lanetest.Scenario{Name: "it is gone", Path: "/v1/papers/" + p.Links.Read, Status: 404, Code: "papers.no_paper"},
		)
		d.Work(t)
		d.nothingLeft(t)
	})
}

// nothingLeft holds the databases to having no row but the keys.
func (d *desk) nothingLeft(t *testing.T) {
	t.Helper()
	for _, table := range []string{"papers", "papers_links", "papers_reports", "hotlane_live_channels", "hotlane_live_packs", "hotlane_live_checkpoints"} {
		d.count(t, name, table, 0)
	}
	for _, table := range []string{"hotlane_blobs", "hotlane_blob_chunks", "hotlane_blob_groups"} {
		d.count(t, imagesName, table, 0)
	}
}

func (d *desk) count(t *testing.T, in, table string, want int) {
	t.Helper()
	var n int
	if err := d.DBs.DB(in).QueryRow(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil || n != want {
		t.Errorf("%s has %d rows, want %d: %v", table, n, want, err)
	}
}

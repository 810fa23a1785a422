package papers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

// TestWhoMayDoWhat is the table of roles, in each state.
func TestWhoMayDoWhat(t *testing.T) {
	d := open(t)
	author := strings.Repeat("a", 22)
	do := func(method, path, body string) lanetest.Scenario {
		return lanetest.Scenario{Method: method, Path: path, Body: body}
	}
	actions := []struct {
		name  string
		s     lanetest.Scenario
		state string // the one that it is asked in
		// status by the owner's link, the author, another writer, the recipient
		want [4]int
	}{
		{"read", do("GET", "", ""), "open", [4]int{200, 200, 200, 409}},
		{"edit", do("PATCH", "", `{"title":"x"}`), "open", [4]int{200, 403, 403, 409}},
		{"go in", do("POST", "/live", `{}`), "open", [4]int{200, 200, 200, 409}},
		{"write", do("PUT", "/notes/"+noteC, newNote("c")), "open", [4]int{200, 200, 200, 409}},
		{"change", do("PUT", "/notes/"+noteA, `{"text":"x"}`), "open", [4]int{200, 200, 403, 409}},
		{"move", do("POST", "/notes/"+noteA+"/move", `{"x":1}`), "open", [4]int{200, 200, 403, 409}},
		{"delete", do("DELETE", "/notes/"+noteA, ""), "open", [4]int{200, 200, 403, 409}},
		{"hide", do("POST", "/notes/"+noteA+"/hide", `{"hidden":true}`), "open", [4]int{200, 403, 403, 409}},
		{"change a hidden one", do("PUT", "/notes/"+noteB, `{"text":"x"}`), "open", [4]int{409, 409, 403, 409}},
		{"delete a hidden one", do("DELETE", "/notes/"+noteB, ""), "open", [4]int{200, 200, 403, 409}},
		{"report", do("POST", "/notes/"+noteA+"/report", `{"reason":"x"}`), "open", [4]int{204, 204, 204, 409}},
		{"export", do("GET", "/export", ""), "open", [4]int{200, 200, 200, 409}},
		{"close", do("POST", "/close", ""), "open", [4]int{200, 403, 403, 409}},
		{"deliver", do("POST", "/deliver", ""), "open", [4]int{200, 403, 403, 409}},
		{"erase", do("DELETE", "", ""), "open", [4]int{204, 403, 403, 409}},

		{"read", do("GET", "", ""), "close", [4]int{200, 200, 200, 409}},
		{"edit", do("PATCH", "", `{"title":"x"}`), "close", [4]int{409, 403, 403, 409}},
		{"give an address", do("PATCH", "", `{"mail":"a@example.com"}`), "close", [4]int{200, 403, 403, 409}},
		{"go in", do("POST", "/live", `{}`), "close", [4]int{409, 409, 409, 409}},
		{"write", do("PUT", "/notes/"+noteC, newNote("c")), "close", [4]int{409, 409, 409, 409}},
		{"delete", do("DELETE", "/notes/"+noteA, ""), "close", [4]int{409, 409, 409, 409}},
		{"hide", do("POST", "/notes/"+noteA+"/hide", `{"hidden":true}`), "close", [4]int{409, 409, 409, 409}},
		{"report", do("POST", "/notes/"+noteA+"/report", `{}`), "close", [4]int{204, 204, 204, 409}},
		{"close again", do("POST", "/close", ""), "close", [4]int{200, 403, 403, 409}},
		{"deliver", do("POST", "/deliver", ""), "close", [4]int{200, 403, 403, 409}},

		{"read", do("GET", "", ""), "deliver", [4]int{200, 200, 200, 200}},
		{"write", do("PUT", "/notes/"+noteC, newNote("c")), "deliver", [4]int{409, 409, 409, 409}},
		{"go in", do("POST", "/live", `{}`), "deliver", [4]int{409, 409, 409, 409}},
		{"report", do("POST", "/notes/"+noteA+"/report", `{}`), "deliver", [4]int{204, 204, 204, 204}},
		{"export", do("GET", "/export?format=json", ""), "deliver", [4]int{200, 200, 200, 200}},
		{"deliver again", do("POST", "/deliver", ""), "deliver", [4]int{200, 403, 403, 403}},
		{"close", do("POST", "/close", ""), "deliver", [4]int{200, 403, 403, 403}},
		{"erase", do("DELETE", "", ""), "deliver", [4]int{204, 403, 403, 403}},
	}
	for _, action := range actions {
		for i, who := range []string{"owner", "author", "another writer", "recipient"} {
			p := d.paper()
			d.Clock.Advance(1e9 * 60) // so that the limits let us
			d.put(p.Links.Write, author, noteA, newNote("a"))
			d.put(p.Links.Write, author, noteB, newNote("b"))
			d.ask(lanetest.Scenario{Method: "POST", Path: "/v1/papers/" + p.Links.Own + "/notes/" + noteB + "/hide", Body: `{"hidden":true}`}, nil)
			if action.state != "open" {
				d.post(p.Links.Own, action.state)
			}
			link := []string{p.Links.Own, p.Links.Write, p.Links.Write, p.Links.Read}[i]
			s := action.s
			s.Path = "/v1/papers/" + link + s.Path
			s.Header = as([]string{strings.Repeat("o", 22), author, strings.Repeat("b", 22), ""}[i])
			a := d.Do(t, s)
			if a.Status != action.want[i] {
				t.Errorf("%s, %s, by the %s: %d %.300s, want %d", action.state, action.name, who, a.Status, a.Body, action.want[i])
			}
		}
	}
}

func TestUsers(t *testing.T) {
	d := open(t)
	by := func(who string, s lanetest.Scenario) lanetest.Scenario {
		s.As, s.User = identity.User, who
		return s
	}
	var p Card
	d.ask(by("minji", lanetest.Scenario{
		Method: "POST", Path: "/v1/papers", Body: newPaperJSON(`"writers":"invited"`, `"invited":["jun"]`), Status: 201,
	}), &p)
	write := "/v1/papers/" + p.Links.Write
	note := lanetest.Scenario{Method: "PUT", Path: write + "/notes/" + noteA, Body: newNote("hello")}
	with := func(s lanetest.Scenario, name string, status int, code string) lanetest.Scenario {
		s.Name, s.Status, s.Code = name, status, code
		return s
	}
	d.Run(t,
		with(note, "who is nobody is not invited", 403, "papers.not_invited"),
		with(by("sora", note), "who was not invited is not", 403, "papers.not_invited"),
		with(by("jun", note), "who was writes", 200, ""),
		with(by("minji", lanetest.Scenario{Path: write, JSON: map[string]any{"/role": "owner", "/links/own": p.Links.Own}}), "who made it is the owner by any link", 200, ""),
		with(by("minji", lanetest.Scenario{Path: "/v1/papers/" + p.Links.Read, JSON: map[string]any{"/role": "owner"}}), "even the recipient's", 200, ""),
		with(by("jun", lanetest.Scenario{Method: "POST", Path: write + "/live", Body: `{}`, JSON: map[string]any{"/author/token": lanetest.Missing, "/role": "writer"}}),
			"a user needs no author's token", 200, ""),
		with(by("jun", lanetest.Scenario{Method: "PUT", Path: write + "/notes/" + noteA, Body: `{"text":"again"}`}), "and may change what they wrote", 200, ""),
		with(by("minji", lanetest.Scenario{Method: "PATCH", Path: write, Body: `{"invited":["sora"]}`, JSON: map[string]any{"/invited": []any{"sora"}}}), "the owner invites others", 200, ""),
		with(by("jun", lanetest.Scenario{Path: write}), "who is not invited any more does not read", 403, "papers.not_invited"),
		with(lanetest.Scenario{Path: "/v1/papers"}, "nobody's own papers", 401, "identity.needed"),
		with(by("jun", lanetest.Scenario{Path: "/v1/papers", JSON: map[string]any{"/papers": []any{}}}), "a user's, who has none", 200, ""),
		with(lanetest.Scenario{Path: write, Header: map[string]string{"Authorization": "Bearer a.b.c"}}, "a token that is none", 401, "identity.token"),
	)
	w := d.read(p.Links.Own)
	if n := w.Document.Notes[0]; strings.Contains(string(n.By), "jun") || len(n.By) != 16 {
		t.Errorf("an author's id is %s", n.By)
	}
}

func TestMineComeInPages(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := &desk{lanetest.Start(t, with(func(c *Config) { c.Create.Burst = 100 }), engine), t}
		for i := range 7 {
			if i%3 == 0 { // some at the same moment
				d.Clock.Advance(1e9)
			}
			d.ask(lanetest.Scenario{
				Method: "POST", Path: "/v1/papers", Body: fmt.Sprintf(`{"title":"paper %d","recipient":"r"}`, i), As: identity.User, User: "minji", Status: 201,
			}, nil)
		}
		d.paper()
		seen, next, pages := map[string]bool{}, "", 0
		last := ""
		for {
			var out MineOut
			d.ask(lanetest.Scenario{Path: "/v1/papers?limit=3&after=" + next, As: identity.User, User: "minji"}, &out)
			for _, c := range out.Papers {
				at := c.CreatedAt.Format("150405")
				if seen[c.ID] || last != "" && at > last || c.Links == nil {
					t.Errorf("%s %s after %s", c.ID, at, last)
				}
				seen[c.ID], last = true, at
			}
			pages++
			if next = out.Next; next == "" {
				break
			}
		}
		if len(seen) != 7 || pages != 3 {
			t.Errorf("%d papers on %d pages", len(seen), pages)
		}
		d.Run(t, lanetest.Scenario{
			Name: "a place that is none", Path: "/v1/papers?after=x", As: identity.User, User: "minji", Status: 422, Fields: []string{"query:after"},
		})
	})
}

// TestSentAgain: with the same key, a paper is made once and a note is written once.
func TestSentAgain(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		key := map[string]string{"Idempotency-Key": "0123456789abcdef"}
		s := lanetest.Scenario{Method: "POST", Path: "/v1/papers", Body: newPaperJSON(), Header: key, Status: 201}
		var first, second, other Card
		d.ask(s, &first)
		d.ask(s, &second)
		if first.ID != second.ID || *first.Links != *second.Links {
			t.Errorf("%+v, and then %+v", first, second)
		}
		s.As, s.User = identity.User, "minji"
		if d.ask(s, &other); other.ID == first.ID {
			t.Error("a user got somebody else's paper")
		}
		note := lanetest.Scenario{
			Method: "PUT", Path: "/v1/papers/" + first.Links.Write + "/notes/" + noteA, Body: newNote("once"),
			Header: map[string]string{"Idempotency-Key": "fedcba9876543210", "Paper-Author": strings.Repeat("a", 22)},
		}
		for range 3 {
			d.ask(note, nil)
		}
		if w := d.read(first.Links.Write); w.Offset != 1 || len(w.Document.Notes) != 1 {
			t.Errorf("offset %d, %d notes", w.Offset, len(w.Document.Notes))
		}
		note.Header["Paper-Author"] = strings.Repeat("b", 22)
		note.Status = 403 // another's key of the same text is another key: this one changes a note that is not theirs
		d.ask(note, nil)
	})
}

func TestOnlyUsersMakePapersWhereItIsSaid(t *testing.T) {
	d := &desk{lanetest.Start(t, with(func(c *Config) { c.Anonymous = false })), t}
	s := lanetest.Scenario{Name: "nobody", Method: "POST", Path: "/v1/papers", Body: newPaperJSON(), Status: 401, Code: "papers.needs_user"}
	user := s
	user.Name, user.As, user.User, user.Status, user.Code = "a user", identity.User, "minji", 201, ""
	d.Run(t, s, user)
}

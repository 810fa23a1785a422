package papers

import (
	"context"
	"errors"
	"image/color"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/notify"
)

// TestPapersEndByThemselves: what was never delivered a while after it was made or its deadline, what was delivered a while after that.
func TestPapersEndByThemselves(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		module := with(func(c *Config) { c.Undelivered, c.Delivered = 10, 30 })
		d := &desk{lanetest.Start(t, module, engine), t}
		day := 24 * time.Hour
		began := d.Clock.Now()
		forgotten := d.paper()
		late := d.paper(`"deadline":"` + began.Add(5*day).Format(time.RFC3339) + `"`)
		handed := d.paper()
		d.put(handed.Links.Write, "", noteA, withImage(d.upload(handed.Links.Write, "", asPNG(t, shade(9, 9, color.NRGBA{1, 1, 1, 255}))).Image))
		d.Clock.Set(began.Add(9 * day))
		d.post(handed.Links.Own, "deliver")
		there := func(after time.Duration, want ...int) {
			t.Helper()
			d.Clock.Set(began.Add(after))
			d.Work(t)
			d.Work(t)
			for i, p := range []Card{forgotten, late, handed} {
				if a := d.Do(t, lanetest.Scenario{Path: "/v1/papers/" + p.Links.Own}); a.Status != want[i] {
					t.Errorf("after %v, paper %d: %d, want %d", after, i, a.Status, want[i])
				}
			}
		}
		there(10*day-time.Minute, 200, 200, 200)
		there(10*day+15*time.Minute, 404, 200, 200)
		there(15*day+30*time.Minute, 404, 404, 200)
		there(39*day-time.Minute, 404, 404, 200)
		there(39*day+15*time.Minute, 404, 404, 404)
		d.nothingLeft(t)
	})
}

// TestALostJob: when the deadline's job is gone, the sweep closes.
func TestALostJob(t *testing.T) {
	d := open(t)
	p := d.paper(`"deadline":"` + d.Clock.Now().Add(time.Hour).Format(time.RFC3339) + `"`)
	d.Clock.Advance(2 * time.Hour)
	if err := d.Lane.(*Lane).sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w := d.read(p.Links.Own); w.ClosedAt == nil || w.State != "closed" {
		t.Errorf("it is %+v", w.Card)
	}
}

// TestALostErasure: when its job is gone, the sweep erases.
func TestALostErasure(t *testing.T) {
	d := open(t)
	l, p := d.Lane.(*Lane), d.paper()
	d.put(p.Links.Write, "", noteA, withImage(d.upload(p.Links.Write, "", asPNG(t, shade(9, 9, color.NRGBA{1, 1, 1, 255}))).Image))
	d.ask(lanetest.Scenario{Method: "DELETE", Path: "/v1/papers/" + p.Links.Own, Status: 204}, nil)
	if err := l.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.nothingLeft(t)
	d.Work(t)
}

// TestJobsRunTwice: each may, and late.
func TestJobsRunTwice(t *testing.T) {
	d := open(t)
	l := d.Lane.(*Lane)
	p := d.paper(`"mail":"a@example.com"`)
	open := d.paper()
	d.put(p.Links.Write, "", noteA, newNote("a"))
	d.post(p.Links.Own, "deliver")
	d.Work(t)
	for _, id := range []string{p.ID, open.ID, "nothere"} {
		job := paperJob{id}
		for what, run := range map[string]func(context.Context, paperJob) error{
			"deadline": l.closeDue, "fold": l.fold, "mail": l.tellRecipient,
		} {
			if err := run(t.Context(), job); err != nil {
				t.Errorf("%s of %s: %v", what, id, err)
			}
		}
	}
	if w := d.read(open.Links.Own); w.State != "open" {
		t.Errorf("the open one is %s", w.State)
	}
	if n := len(d.Mailbox.All()); n != 1 {
		t.Errorf("%d mails", n)
	}
	for range 2 {
		if err := l.erase(t.Context(), paperJob{"nothere"}); err != nil {
			t.Error(err)
		}
	}
}

// refusing is a mail server that says no.
type refusing struct{ err error }

func (r *refusing) Send(context.Context, notify.Mail) error { return r.err }

func TestMailsThatAreNotTaken(t *testing.T) {
	server := &refusing{notify.ErrMail}
	d := open(t, lanetest.Mail(server))
	p := d.paper(`"mail":"a@example.com"`)
	d.post(p.Links.Own, "deliver")
	d.Work(t)
	if w := d.read(p.Links.Own); w.Mailed != "waiting" {
		t.Errorf("while the server is down: %s", w.Mailed)
	}
	server.err = notify.ErrRejected
	d.Clock.Advance(time.Hour)
	d.Work(t)
	if w := d.read(p.Links.Own); w.Mailed != "refused" {
		t.Errorf("when it refuses: %s", w.Mailed)
	}
	server.err = nil
	d.Run(t, lanetest.Scenario{
		Name: "another address", Method: "PATCH", Path: "/v1/papers/" + p.Links.Own, Body: `{"mail":"b@example.com"}`, Status: 200, JSON: map[string]any{"/mailed": "waiting"},
	})
	d.Work(t)
	if w := d.read(p.Links.Own); w.Mailed != "sent" {
		t.Errorf("then: %s", w.Mailed)
	}
}

func TestReports(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		p := d.paper()
		d.put(p.Links.Write, "", noteA, newNote("rude"))
		report := func(author, reason string) {
			d.ask(lanetest.Scenario{
				Method: "POST", Path: "/v1/papers/" + p.Links.Write + "/notes/" + noteA + "/report", Body: `{"reason":"` + reason + `"}`, Header: as(author), Status: 204,
			}, nil)
			d.Clock.Advance(time.Second)
		}
		report(strings.Repeat("a", 22), "first")
		report(strings.Repeat("b", 22), "second")
		report(strings.Repeat("a", 22), "third")
		report("", "fourth")
		report("", "fifth")
		var got []string
		for _, r := range d.read(p.Links.Own).Reports {
			got = append(got, r.Note+" "+r.Reason)
		}
		if strings.Join(got, ", ") != noteA+" fifth, "+noteA+" third, "+noteA+" second" {
			t.Errorf("the owner sees %v", got)
		}
		if w := d.read(p.Links.Write); w.Reports != nil {
			t.Errorf("writers see %v", w.Reports)
		}
	})
}

// TestHiddenNotes: nobody but the owner reads one, and it comes back whole.
func TestHiddenNotes(t *testing.T) {
	d := open(t)
	p := d.paper()
	d.put(p.Links.Write, "", noteA, newNote("rude"))
	hide := lanetest.Scenario{Method: "POST", Path: "/v1/papers/" + p.Links.Own + "/notes/" + noteA + "/hide", Body: `{"hidden":true}`, Status: 200}
	d.ask(hide, nil)
	g := d.join(p.Links.Write, "")
	if n := g.document().Notes[0]; !n.Hidden || n.Text != "" {
		t.Errorf("who comes now gets %+v", n)
	}
	d.Run(t,
		lanetest.Scenario{Name: "writers", Path: "/v1/papers/" + p.Links.Write, Status: 200, Absent: []string{"rude"}, JSON: map[string]any{"/document/notes/0/hidden": true}},
		lanetest.Scenario{Name: "the owner", Path: "/v1/papers/" + p.Links.Own, Status: 200, Contains: []string{"rude"}, JSON: map[string]any{"/document/notes/0/hidden": true}},
	)
	hide.Body = `{"hidden":false}`
	d.ask(hide, nil)
	g.await(func() bool { return g.offset == 3 })
	if n := g.document().Notes[0]; n.Hidden || n.Text != "rude" {
		t.Errorf("shown again it is %+v", n)
	}
}

// TestMoreThanMayBeIn: the 501st is told that the paper is full of people, and comes in when one has left.
func TestMoreThanMayBeIn(t *testing.T) {
	d := open(t)
	p := d.paper()
	first := d.join(p.Links.Write, "")
	pass := first.pass
	for range maxPeople - 1 {
		if err := d.crowd(pass); err != nil {
			t.Fatal(err)
		}
	}
	err := d.crowd(pass)
	if err == nil || !strings.Contains(code(err), "live.full") {
		t.Fatalf("the 501st: %v", err)
	}
	if err := first.Leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.crowd(pass); err != nil {
		t.Errorf("when one has left: %v", err)
	}
}

func TestErrorsOfTheMailServerAreTold(t *testing.T) {
	d := open(t, lanetest.Mail(&refusing{notify.ErrMail}))
	p := d.paper(`"mail":"a@example.com"`)
	d.post(p.Links.Own, "deliver")
	if err := d.Lane.(*Lane).tellRecipient(t.Context(), paperJob{p.ID}); !errors.Is(err, notify.ErrMail) {
		t.Errorf("the job is not tried again: %v", err)
	}
}

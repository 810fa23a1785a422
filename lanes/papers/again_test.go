package papers

import (
	"context"
	"image/color"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/notify"
)

const someKey = "0123456789abcdef"

// TestWhatIsEmptyIsSentToo: an empty text or image takes it away, over HTTP as well.
func TestWhatIsEmptyIsSentToo(t *testing.T) {
	d := open(t)
	p := d.paper()
	author := strings.Repeat("a", 22)
	image := d.upload(p.Links.Write, author, asPNG(t, shade(9, 9, color.NRGBA{1, 1, 1, 255}))).Image
	d.put(p.Links.Write, author, noteA, `{"name":"Jun","text":"hello","x":1,"y":1,"image":"`+image+`"}`)
	d.put(p.Links.Write, author, noteA, `{"text":""}`)
	if n := d.read(p.Links.Write).Document.Notes[0]; n.Text != "" || n.Image != image {
		t.Errorf("without its text it is %+v", n)
	}
	d.put(p.Links.Write, author, noteA, `{"text":"again","image":""}`)
	if n := d.read(p.Links.Write).Document.Notes[0]; n.Text != "again" || n.Image != "" {
		t.Errorf("without its image it is %+v", n)
	}
	d.ask(lanetest.Scenario{
		Method: "PATCH", Path: "/v1/papers/" + p.Links.Own, Body: `{"title":""}`, Status: 422, Code: "papers.op", Fields: []string{"/title"},
	}, nil)
}

// TestTheSameKeyForSomethingElse: what was not done is not acknowledged.
func TestTheSameKeyForSomethingElse(t *testing.T) {
	d := open(t)
	p := d.paper()
	header := map[string]string{"Idempotency-Key": someKey, "Paper-Author": strings.Repeat("a", 22)}
	at := "/v1/papers/" + p.Links.Write + "/notes/"
	for range 2 {
		d.ask(lanetest.Scenario{Method: "PUT", Path: at + noteA, Body: newNote("one"), Header: header}, nil)
		d.ask(lanetest.Scenario{Method: "PUT", Path: at + noteA, Body: newNote("two"), Header: header}, nil)
		d.ask(lanetest.Scenario{Method: "PUT", Path: at + noteB, Body: newNote("three"), Header: header}, nil)
	}
	w := d.read(p.Links.Write)
	if n := w.Document.Notes; w.Offset != 3 || len(n) != 2 || n[0].Text != "two" || n[1].Text != "three" {
		t.Errorf("offset %d, %+v", w.Offset, n)
	}
	var first, second Card
	key := map[string]string{"Idempotency-Key": someKey}
	d.ask(lanetest.Scenario{Method: "POST", Path: "/v1/papers", Body: newPaperJSON(`"mail":"a@example.com"`), Header: key, Status: 201}, &first)
	d.ask(lanetest.Scenario{Method: "POST", Path: "/v1/papers", Body: newPaperJSON(), Header: key, Status: 201}, &second)
	if first.ID == second.ID || second.Mail != "" {
		t.Errorf("another paper's answer: %+v", second)
	}
}

// TestNobodyYetSendsAgain: who had no token when they wrote is given the same one for the same key.
func TestNobodyYetSendsAgain(t *testing.T) {
	d := open(t)
	p := d.paper()
	s := lanetest.Scenario{
		Method: "PUT", Path: "/v1/papers/" + p.Links.Write + "/notes/" + noteA, Body: newNote("one"), Header: map[string]string{"Idempotency-Key": someKey},
	}
	var first, second Done
	d.ask(s, &first)
	d.ask(s, &second)
	if *first.Author != *second.Author || first.Author.Token == "" {
		t.Errorf("%+v, and then %+v", first.Author, second.Author)
	}
	d.put(p.Links.Write, second.Author.Token, noteA, `{"text":"mine"}`)
	s.As, s.User, s.Status = identity.User, "minji", 403
	d.ask(s, nil)
}

// TestTheRecipientCountsWhatTheySee: hidden notes are not in the number either.
func TestTheRecipientCountsWhatTheySee(t *testing.T) {
	d := open(t)
	p := d.paper()
	d.put(p.Links.Write, "", noteA, newNote("a"))
	d.put(p.Links.Write, "", noteB, newNote("b"))
	d.ask(lanetest.Scenario{Method: "POST", Path: "/v1/papers/" + p.Links.Own + "/notes/" + noteA + "/hide", Body: `{"hidden":true}`}, nil)
	d.post(p.Links.Own, "deliver")
	if w := d.read(p.Links.Read); w.Notes != 1 || len(w.Document.Notes) != 1 {
		t.Errorf("%d notes, it has %d", w.Notes, len(w.Document.Notes))
	}
	if w := d.read(p.Links.Own); w.Notes != 2 {
		t.Errorf("its owner is told of %d", w.Notes)
	}
}

// TestUploadedAgain: a picture that is uploaded once more is new once more.
func TestUploadedAgain(t *testing.T) {
	d := open(t)
	p := d.paper()
	file := asPNG(t, shade(9, 9, color.NRGBA{1, 1, 1, 255}))
	d.upload(p.Links.Write, "", file)
	d.Work(t)
	d.Clock.Advance(5*time.Hour + 50*time.Minute)
	image := d.upload(p.Links.Write, "", file).Image
	d.Clock.Advance(30 * time.Minute)
	if err := d.Lane.(*Lane).sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.put(p.Links.Write, "", noteA, withImage(image))
	d.ask(lanetest.Scenario{Path: "/v1/papers/" + p.Links.Write + "/images/" + image}, nil)
}

// slowly is a mail server that takes its time.
type slowly struct {
	notify.Mailer
	meanwhile func()
}

func (s slowly) Send(ctx context.Context, m notify.Mail) error {
	s.meanwhile()
	return s.Mailer.Send(ctx, m)
}

// TestAnotherAddressWhileOneIsMailed: it is told as well.
func TestAnotherAddressWhileOneIsMailed(t *testing.T) {
	d := open(t)
	l := d.Lane.(*Lane)
	p := d.paper(`"mail":"wrong@example.com"`)
	d.post(p.Links.Own, "deliver")
	mailer := l.mail
	l.mail = slowly{mailer, func() {
		l.mail = mailer
		d.ask(lanetest.Scenario{Method: "PATCH", Path: "/v1/papers/" + p.Links.Own, Body: `{"mail":"right@example.com"}`}, nil)
	}}
	if err := l.tellRecipient(t.Context(), paperJob{p.ID}); err != nil {
		t.Fatal(err)
	}
	d.Work(t)
	mails := d.Mailbox.All()
	if len(mails) != 2 || mails[1].To != "right@example.com" {
		t.Errorf("mailed: %+v", mails)
	}
	if w := d.read(p.Links.Own); w.Mailed != "sent" {
		t.Errorf("it is %s", w.Mailed)
	}
}

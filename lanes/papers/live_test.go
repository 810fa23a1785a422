package papers

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
	"github.com/hotlane/hotlane/test/liveclient"
)

// guest is one client that is in a paper, with the board as it has it.
type guest struct {
	*liveclient.Sub
	client *liveclient.Client
	pass   Pass
	name   string
	count  int

	mu     sync.Mutex
	board  *board.Board
	came   *sync.Cond
	beside []string // messages beside the log
	offset uint64
	ended  error
}

// pass asks for the way in.
func (d *desk) pass(link, author string) Pass {
	d.t.Helper()
	var p Pass
	d.ask(lanetest.Scenario{Method: "POST", Path: "/v1/papers/" + link + "/live", Body: `{"name":"Guest"}`, Header: as(author)}, &p)
	return p
}

// join connects somebody and lets them in.
func (d *desk) join(link, author string) *guest {
	d.t.Helper()
	g := &guest{pass: d.pass(link, author), name: newAuthor()}
	g.came = sync.NewCond(&g.mu)
	var err error
	g.client, err = liveclient.Dial(d.t.Context(), "ws"+strings.TrimPrefix(d.URL, "http")+lanetest.SocketPath, liveclient.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(g.client.Close)
	g.Sub, err = g.client.Subscribe(d.t.Context(), g.pass.Channel, liveclient.SubOptions{Token: g.pass.Token, Handler: liveclient.Handler{
		Began: g.began, Published: g.published, Ended: func(err error) { g.tell(func() { g.ended = err }) },
	}})
	if err != nil {
		d.t.Fatal(err)
	}
	return g
}

func (g *guest) tell(fn func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	fn()
	g.came.Broadcast()
}

func (g *guest) began(r *protocol.SubscribeResult) {
	g.tell(func() {
		if r.Recovered {
			return
		}
		b, err := board.Read(r.Data, board.Checks{})
		if err != nil {
			g.ended = err
			return
		}
		g.board, g.offset = b, r.Offset
	})
}

func (g *guest) published(p *protocol.Publication) {
	g.tell(func() {
		if p.Offset == 0 {
			g.beside = append(g.beside, string(p.Data))
			return
		}
		g.board.Apply(p.Data)
		g.offset = p.Offset
	})
}

// await waits until something is so.
func (g *guest) await(ready func() bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !ready() {
		g.came.Wait()
	}
}

// do publishes an operation and waits for its acknowledgement.
func (g *guest) do(t *testing.T, op string) error {
	t.Helper()
	g.count++
	return g.Publish(t.Context(), []byte(fmt.Sprintf(`{"op":"%s:%d",`, g.name, g.count)+op[1:]))
}

func (g *guest) document() *board.Document {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.board.Document(board.Shared)
}

// code of a refusal over the wire.
func code(err error) string {
	if refused, ok := errors.AsType[*protocol.Error](err); ok {
		return refused.Message
	}
	return fmt.Sprint(err)
}

func isExpired(err error) bool {
	refused, ok := errors.AsType[*protocol.Error](err)
	return ok && refused.Code == protocol.ErrorTokenExpired.Code
}

func liveNote(id, text string) string {
	return fmt.Sprintf(`{"t":"note.put","id":%q,"name":"Guest","text":%q,"x":300,"y":200}`, id, text)
}

func TestWritingTogether(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		p := d.paper()
		d.put(p.Links.Write, "", noteC, newNote("over HTTP"))
		one, other := d.join(p.Links.Write, ""), d.join(p.Links.Write, "")
		if notes := one.document().Notes; len(notes) != 1 || notes[0].Text != "over HTTP" {
			t.Fatalf("it begins with %+v", notes)
		}
		if err := one.do(t, liveNote(noteA, "hello")); err != nil {
			t.Fatal(err)
		}
		if err := one.do(t, `{"t":"note.move","id":"`+noteA+`","x":10}`); err != nil {
			t.Fatal(err)
		}
		other.await(func() bool { return other.offset == 3 })
		if n := other.document().Notes[1]; n.X != 10 || n.By != one.pass.Author.ID {
			t.Errorf("the other sees %+v", n)
		}
		for _, c := range []struct{ op, code string }{
			{`{"t":"note.move","id":"` + noteA + `","x":11}`, "papers.not_yours"},
			{`{"t":"note.delete","id":"` + noteB + `"}`, "papers.no_note"},
			{`{"t":"note.hide","id":"` + noteA + `"}`, "papers.not_owner"},
			{`{"t":"paper.close"}`, "papers.not_owner"},
			{`{"t":"note.move","id":"` + noteA + `","x":"far"}`, "papers.op"},
		} {
			if err := other.do(t, c.op); !strings.Contains(code(err), c.code) {
				t.Errorf("%s: %v, want %s", c.op, err, c.code)
			}
		}
		d.put(p.Links.Write, one.pass.Author.Token, noteA, `{"text":"changed over HTTP"}`)
		one.await(func() bool { return one.offset == 4 })
		if d := cmp.Diff(d.read(p.Links.Write).Document, one.document()); d != "" {
			t.Errorf("over HTTP it is something else:\n%s", d)
		}
		d.post(p.Links.Own, "close")
		other.await(func() bool { return other.offset == 5 })
		if state := other.document().Paper.State; state != board.Closed {
			t.Errorf("all see it %s", state)
		}
		if err := one.do(t, liveNote(noteB, "late")); !strings.Contains(code(err), "papers.closed") {
			t.Errorf("after it was closed: %v", err)
		}
		d.Work(t) // forgets the channel
		other.await(func() bool { return other.ended != nil })
		d.count(t, name, "hotlane_live_packs", 0)
	})
}

func TestBesideTheLog(t *testing.T) {
	d := open(t)
	p := d.paper()
	one, other := d.join(p.Links.Write, ""), d.join(p.Links.Write, "")
	if err := one.do(t, liveNote(noteA, "hello")); err != nil {
		t.Fatal(err)
	}
	from := `"client":"` + one.client.ID() + `","by":"` + one.pass.Author.ID + `"`
	for _, c := range []struct{ sent, got string }{
		{`{"t":"cursor","x":1,"y":2}`, `{"t":"cursor",` + from + `,"x":1,"y":2}`},
		{`{"t":"drag","id":"` + noteA + `","x":1,"y":2}`, `{"t":"drag",` + from + `,"id":"` + noteA + `","x":1,"y":2}`},
		{`{"t":"drag","id":"` + noteA + `","x":1,"y":2,"rot":-4}`, `{"t":"drag",` + from + `,"id":"` + noteA + `","x":1,"y":2,"rot":-4}`},
		{`{"t":"writing"}`, `{"t":"writing",` + from + `,"id":"","on":true}`},
		{`{"t":"writing","id":"` + noteA + `","on":false}`, `{"t":"writing",` + from + `,"id":"` + noteA + `","on":false}`},
	} {
		if err := one.Pass(t.Context(), []byte(c.sent)); err != nil {
			t.Errorf("%s: %v", c.sent, err)
		}
		other.await(func() bool { return len(other.beside) > 0 })
		other.mu.Lock()
		if other.beside[0] != c.got {
			t.Errorf("%s came as\n%s, want\n%s", c.sent, other.beside[0], c.got)
		}
		other.beside = nil
		other.mu.Unlock()
	}
	for _, c := range []struct{ sent, code string }{
		{`{"t":"cursor","x":-1,"y":2}`, "papers.message"},
		{`{"t":"cursor","y":2}`, "papers.message"},
		{`{"t":"cursor","x":1.5,"y":2}`, "papers.message"},
		{`{"t":"cursor","x":1,"y":2,"text":"an advertisement"}`, "papers.message"},
		{`{"t":"shout"}`, "papers.message"},
		{`{"t":"drag","id":"` + noteA + `","x":1,"y":2}`, "papers.not_yours"},
		{`{"t":"drag","id":"` + noteB + `","x":1,"y":2}`, "papers.no_note"},
		{`{"t":"writing","id":"` + strings.Repeat("n", 26) + `"}`, "papers.message"},
	} {
		if err := other.Pass(t.Context(), []byte(c.sent)); !strings.Contains(code(err), c.code) {
			t.Errorf("%s: %v, want %s", c.sent, err, c.code)
		}
	}
}

func TestTheWayIn(t *testing.T) {
	d := open(t)
	p, q := d.paper(), d.paper()
	g := d.join(p.Links.Write, "")
	refused := func(what, channel, token, want string) {
		t.Helper()
		_, err := g.client.Subscribe(t.Context(), channel, liveclient.SubOptions{Token: token})
		if err == nil || !strings.Contains(code(err), want) {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	other := d.pass(q.Links.Write, "")
	refused("no token", other.Channel, "", "papers.token")
	refused("another paper's token", other.Channel, g.pass.Token, "papers.token")
	refused("a changed token", other.Channel, strings.ToLower(other.Token), "papers.token")
	refused("a paper that there is not", "paper:nothere", other.Token, "papers.no_paper")
	d.Clock.Advance(ticketTime)
	if _, err := g.client.Subscribe(t.Context(), other.Channel, liveclient.SubOptions{Token: other.Token}); !isExpired(err) {
		t.Errorf("SDKs do not get another token for %v", err)
	}
	refused("a token that has ended", other.Channel, other.Token, "live.token_expired")
	d.count(t, name, "hotlane_live_channels", 2) // none was made for what there is not
	presence, err := g.client.Presence(t.Context(), g.pass.Channel)
	if err == nil && len(presence.Presence) != 1 {
		t.Errorf("%d are in", len(presence.Presence))
	}
	for _, info := range presence.Presence {
		var who struct{ Author, Name, Role string }
		if err := json.Unmarshal(info.ChanInfo, &who); err != nil || who.Author != g.pass.Author.ID || who.Name != "Guest" || who.Role != "writer" {
			t.Errorf("who is in: %s", info.ChanInfo)
		}
	}
}

// TestEverybodyComesToTheSame: writers whose lines break now and then end with the server's board, and what was acknowledged is on it.
func TestEverybodyComesToTheSame(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		const writers, each = 4, 25
		d := open(t, engine)
		p := d.paper()
		guests := make([]*guest, writers)
		for i := range guests {
			guests[i] = d.join(p.Links.Write, "")
		}
		var all sync.WaitGroup
		for i, g := range guests {
			all.Go(func() {
				for n := range each {
					if n%7 == i {
						g.client.Break()
					}
					op := liveNote(fmt.Sprintf("n%08d", i), fmt.Sprint("text ", n))
					if n%2 == 1 {
						op = fmt.Sprintf(`{"t":"note.move","id":"n%08d","x":%d}`, i, n)
					}
					if err := g.do(t, op); err != nil {
						t.Errorf("writer %d, operation %d: %v", i, n, err)
					}
				}
			})
		}
		all.Wait()
		want := d.read(p.Links.Write)
		if want.Offset != writers*each || len(want.Document.Notes) != writers {
			t.Fatalf("offset %d, %d notes", want.Offset, len(want.Document.Notes))
		}
		for _, n := range want.Document.Notes {
			if n.Text != "text 24" || n.X != 300 && n.X != 23 {
				t.Errorf("a note is %+v", n)
			}
		}
		for i, g := range guests {
			g.await(func() bool { return g.offset == want.Offset })
			if d := cmp.Diff(want.Document, g.document()); d != "" {
				t.Errorf("writer %d sees something else:\n%s", i, d)
			}
		}
		d.Restart()
		if got := d.read(p.Links.Write); !cmp.Equal(got.Document, want.Document) || got.Offset != want.Offset {
			t.Errorf("after a restart: %s", cmp.Diff(want.Document, got.Document))
		}
	})
}

// TestTheClockBringsTheDeadline: nothing is taken from then on, the job closes, and a deadline that was moved is not obeyed.
// TestHiddenWordsStayHidden: who has the writers' link does not get them from the log either.
func TestHiddenWordsStayHidden(t *testing.T) { lanetest.Each(t, testHiddenWordsStayHidden) }

func testHiddenWordsStayHidden(t *testing.T, engine lanetest.Option) {
	d := open(t, engine)
	p := d.paper()
	writer, owner := d.join(p.Links.Write, ""), d.join(p.Links.Own, "")
	for _, id := range []string{noteA, noteC} {
		if err := writer.do(t, liveNote(id, "unkind words")); err != nil {
			t.Fatal(err)
		}
	}
	for _, op := range []string{`{"t":"note.hide","id":"` + noteA + `"}`, `{"t":"note.delete","id":"` + noteC + `"}`} {
		if err := owner.do(t, op); err != nil {
			t.Fatal(err)
		}
	}
	for _, reverse := range []bool{false, true} {
		h, err := writer.client.History(t.Context(), protocol.HistoryRequest{Channel: writer.pass.Channel, Limit: 100, Reverse: reverse})
		if err != nil || len(h.Publications) == 0 {
			t.Fatalf("%v, %v", h, err)
		}
		for _, p := range h.Publications {
			if strings.Contains(string(p.Data), "unkind") {
				t.Errorf("reverse %v: %s", reverse, p.Data)
			}
		}
	}
}

func TestTheClockBringsTheDeadline(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		at := d.Clock.Now().Add(time.Hour)
		p := d.paper(`"deadline":"`+at.Format(time.RFC3339)+`"`, `"zone":"Asia/Seoul"`)
		moved := d.paper(`"deadline":"` + at.Format(time.RFC3339) + `"`)
		d.ask(lanetest.Scenario{
			Method: "PATCH", Path: "/v1/papers/" + moved.Links.Own, Body: `{"deadline":"` + at.Add(time.Hour).Format(time.RFC3339) + `"}`,
		}, nil)
		g := d.join(p.Links.Write, "")
		if err := g.do(t, liveNote(noteA, "in time")); err != nil {
			t.Fatal(err)
		}
		d.Clock.Set(at)
		if err := g.do(t, liveNote(noteB, "too late")); !strings.Contains(code(err), "papers.closed") {
			t.Errorf("at the deadline: %v", err)
		}
		d.Run(t,
			lanetest.Scenario{Name: "it is closed before any job ran", Path: "/v1/papers/" + p.Links.Write, Status: 200, JSON: map[string]any{"/state": "closed", "/document/paper/state": "closed"}},
			lanetest.Scenario{Name: "over HTTP, too", Method: "PUT", Path: "/v1/papers/" + p.Links.Write + "/notes/" + noteB, Body: newNote("x"), Status: 409, Code: "papers.closed"},
		)
		d.Work(t)
		d.Work(t)
		g.await(func() bool { return g.ended != nil })
		if w := d.read(p.Links.Write); w.State != "closed" || w.ClosedAt == nil || len(w.Document.Notes) != 1 || w.Epoch != "" {
			t.Errorf("it is %+v", w.Card)
		}
		if w := d.read(moved.Links.Write); w.State != "open" {
			t.Errorf("the one whose deadline was moved is %s", w.State)
		}
		d.Clock.Set(at.Add(time.Hour))
		d.Work(t)
		if w := d.read(moved.Links.Write); w.State != "closed" || w.ClosedAt == nil {
			t.Errorf("it is %s when its own has come", w.State)
		}
	})
}

// crowd lets one more connection in, once, without looking at what it gets.
func (d *desk) crowd(pass Pass) error {
	d.t.Helper()
	up := make(chan struct{}, 1)
	c, err := liveclient.Dial(d.t.Context(), "ws"+strings.TrimPrefix(d.URL, "http")+lanetest.SocketPath, liveclient.Options{
		ReadBuffer: 512, Once: true, Up: func(*protocol.ConnectResult) { up <- struct{}{} },
	})
	if err != nil {
		return err
	}
	d.t.Cleanup(c.Close)
	<-up
	_, err = c.Call(d.t.Context(), &protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: pass.Channel, Token: pass.Token}})
	return err
}

package papers

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
)

// at runs fn several times at once and gives the errors.
func atOnce(n int, fn func(i int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = fn(i) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// TestAtOnce: what is asked several times at one moment happens once.
func TestAtOnce(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		l := d.Lane.(*Lane)
		const n = 8
		var cards [n]*Card
		err := atOnce(n, func(i int) (err error) {
			cards[i], err = l.Create(t.Context(), Caller{}, &NewPaper{Key: "0123456789abcdef", Title: "t", Recipient: "r", Mail: "r@example.com"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cards {
			if c.ID != cards[0].ID {
				t.Errorf("%s and %s were made", cards[0].ID, c.ID)
			}
		}
		d.count(t, name, "papers", 1)
		links := cards[0].Links
		if err := atOnce(n, func(i int) error {
			_, err := l.Do(t.Context(), Caller{Author: newAuthor()}, links.Write, "", put(fmt.Sprintf("n%08d", i)))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := atOnce(n, func(i int) error {
			if i%2 == 0 {
				_, err := l.Close(t.Context(), Caller{}, links.Own)
				return err
			}
			_, err := l.Deliver(t.Context(), Caller{}, links.Own)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		d.Work(t)
		w := d.read(links.Read)
		if w.State != "delivered" || len(w.Document.Notes) != n || len(d.Mailbox.All()) != 1 {
			t.Errorf("%s with %d notes, %d mails", w.State, len(w.Document.Notes), len(d.Mailbox.All()))
		}
		if err := atOnce(n, func(int) error {
			err := l.Delete(t.Context(), Caller{}, links.Own)
			if errors.Is(err, ErrNoPaper) {
				return nil
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		d.Work(t)
		d.nothingLeft(t)
	})
}

func put(id string) *operation {
	text, x := "hello", 10
	return &operation{T: "note.put", ID: id, NoteFields: NoteFields{Name: &text, Text: &text, X: &x, Y: &x}}
}

// TestClosingWhileAllWrite: what was acknowledged is on the last document, what was refused is not, and nothing comes behind.
func TestClosingWhileAllWrite(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		l := d.Lane.(*Lane)
		p := d.paper()
		const writers, each = 6, 30
		var mu sync.Mutex
		acknowledged := map[string]bool{}
		half := make(chan struct{})
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				for j := range each {
					if i == 0 && j == each/2 {
						close(half)
					}
					id := fmt.Sprintf("n%04d%04d", i, j)
					_, err := l.Do(t.Context(), Caller{Author: newAuthor()}, p.Links.Write, "", put(id))
					if err != nil && !errors.Is(err, ErrClosed) {
						t.Errorf("%s: %v", id, err)
					}
					mu.Lock()
					acknowledged[id] = err == nil
					mu.Unlock()
				}
			})
		}
		<-half
		if _, err := l.Close(t.Context(), Caller{}, p.Links.Own); err != nil {
			t.Fatal(err)
		}
		all.Wait()
		d.Work(t)
		on := map[string]bool{}
		for _, n := range d.read(p.Links.Write).Document.Notes {
			on[n.ID] = true
		}
		for id, yes := range acknowledged {
			if on[id] != yes {
				t.Errorf("%s was acknowledged: %v; it is on the paper: %v", id, yes, on[id])
			}
		}
	})
}

// TestErasingWhileAllWrite: nothing of it is left, whoever still has it open.
func TestErasingWhileAllWrite(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		p := d.paper()
		g := d.join(p.Links.Write, "")
		if err := g.do(t, liveNote(noteA, "hello")); err != nil {
			t.Fatal(err)
		}
		d.ask(lanetest.Scenario{Method: "DELETE", Path: "/v1/papers/" + p.Links.Own, Status: 204}, nil)
		_ = g.do(t, `{"t":"note.move","id":"`+noteA+`","x":5}`) // may be taken until the channel is gone
		d.Work(t)
		g.await(func() bool { return g.ended != nil })
		d.Clock.Advance(time.Hour)
		d.Work(t)
		d.nothingLeft(t)
	})
}

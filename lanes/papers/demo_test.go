package papers

import (
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
)

// TestDemo: a paper that is being written, with a picture, and one that was delivered; once more changes nothing, and nobody is mailed.
func TestDemo(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		d := open(t, engine)
		l := d.Lane.(*Lane)
		for range 2 {
			if err := l.Demo(t.Context()); err != nil {
				t.Fatal(err)
			}
			d.Work(t)
			d.count(t, name, "papers", 2)
		}
		guide := l.DemoGuide(lane.Site{URL: d.URL})
		link := func(i int) string { return strings.TrimPrefix(guide.Open[i].URL, d.URL+pagePath) }
		w := d.read(link(0))
		if len(w.Document.Notes) != 25 || w.State != "open" || w.Role != "writer" || w.Deadline == nil {
			t.Errorf("%d notes, %s, %s", len(w.Document.Notes), w.State, w.Role)
		}
		pictures := 0
		for _, n := range w.Document.Notes {
			if n.Image == "" {
				continue
			}
			pictures++
			a := d.ask(lanetest.Scenario{Path: imagePath(link(0), n.Image)}, nil)
			if a.Header.Get("Content-Type") != "image/jpeg" {
				t.Errorf("a picture is %s", a.Header.Get("Content-Type"))
			}
		}
		if pictures != 1 {
			t.Errorf("%d pictures", pictures)
		}
		if own := d.read(link(1)); own.Role != "owner" || own.Links == nil {
			t.Errorf("as its owner: %+v", own.Card)
		}
		if w := d.read(link(2)); w.State != "delivered" || w.Role != "reader" || len(w.Document.Notes) != 12 {
			t.Errorf("the delivered one: %s, %s, %d notes", w.State, w.Role, len(w.Document.Notes))
		}
		d.put(link(0), "", noteA, newNote("one more"))
		if n := len(d.Mailbox.All()); n != 0 {
			t.Errorf("%d mails went out", n)
		}
	})
}

//go:build integration

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime/stream"
	"github.com/hotlane/hotlane/test/livehistory"
)

// liveKind is a kind of channels: what is sent in it, and what comes of that.
type liveKind struct {
	channel   string
	token     func(name string) string // of a subscription
	operation func(m *member, name string) liveOp
	nameOf    func(entry []byte) string
	fold      func([]livehistory.Entry) string
	database  func(*testing.T) *db.DB // to read the log from; nil: history is asked
}

// newKind makes one at a site. name is different for each.
type newKind func(t *testing.T, site func() string, name string) liveKind

// liveOp is an operation as it is sent, and as the log must have it.
type liveOp struct {
	name, data, logged string
	twice              bool
}

// plainKind is channels of the config: everything is logged as it is, but what has no name for an operation.
func plainKind(t *testing.T, _ func() string, name string) liveKind {
	return liveKind{
		channel: "plain:" + name,
		token:   func(string) string { return "" },
		operation: func(m *member, name string) liveOp {
			if m.rng.IntN(20) == 0 {
				name = "no operation's name: " + name
			}
			data := fmt.Sprintf(`{"op":%q,"text":"%0*d"}`, name, 1+m.rng.IntN(200), m.counter)
			return liveOp{name: name, data: data, logged: data, twice: m.rng.IntN(10) == 0}
		},
		nameOf: func(entry []byte) string {
			var d struct{ Op string }
			if err := json.Unmarshal(entry, &d); err != nil {
				t.Errorf("%v: %s", err, entry)
			}
			return d.Op
		},
	}
}

// paperKind is a paper. People put notes, write in their own, move and delete them, and try what they must not: notes out of place, notes
// that are gone or never were.
//
// A room that was opened anew tells nothing from before, so that the log is read from the database.
func paperKind(database func(*testing.T) *db.DB) newKind {
	return func(t *testing.T, site func() string, name string) liveKind {
		k := newPaper(t, site, name)
		k.database = database
		return k
	}
}

func newPaper(t *testing.T, site func() string, name string) liveKind {
	t.Helper()
	var made struct{ Links struct{ Own, Write string } }
	call(t, "POST", site()+"/v1/papers", fmt.Sprintf(`{"title":%q,"recipient":"Minji"}`, name), &made)
	var pass struct{ Channel, Token string }
	ask := func(name string) {
		call(t, "POST", site()+"/v1/papers/"+made.Links.Write+"/live", fmt.Sprintf(`{"name":%q}`, name), &pass)
	}
	ask("first")
	var whole struct{ Document json.RawMessage }
	call(t, "GET", site()+"/v1/papers/"+made.Links.Own, "", &whole)
	k := liveKind{channel: pass.Channel, operation: noteOperation}
	k.token = func(name string) string { ask(name); return pass.Token }
	k.nameOf = func(entry []byte) string {
		var d struct{ Ref string }
		if err := json.Unmarshal(entry, &d); err != nil {
			t.Errorf("%v: %s", err, entry)
		}
		return d.Ref
	}
	k.fold = func(entries []livehistory.Entry) string {
		b, err := board.Read(whole.Document, board.Checks{})
		if err != nil {
			t.Fatalf("%v: %s", err, whole.Document)
		}
		for _, e := range entries {
			b.Apply([]byte(e.Data))
		}
		return string(b.Snapshot())
	}
	return k
}

// noteOperation is what somebody does on a paper. What may be refused at one time and taken at another is not sent twice.
func noteOperation(m *member, name string) liveOp {
	o := liveOp{name: name}
	id := fmt.Sprintf("n%s%03d", strings.ReplaceAll(m.name, "-", "x"), m.counter)
	head := fmt.Sprintf(`{"op":%q,"ref":%q,`, name, name)
	mine := func() string { return m.notes[m.rng.IntN(len(m.notes))] }
	switch what := m.rng.IntN(10); {
	case what < 4 || len(m.notes) == 0:
		m.notes = append(m.notes, id)
		o.twice = m.rng.IntN(5) == 0
		o.data = fmt.Sprintf(`%s"t":"note.put","id":%q,"name":"민지","text":"축하해 %d","x":%d,"y":%d}`, head, id, m.counter, m.rng.IntN(1600), m.rng.IntN(2400))
	case what < 6:
		o.data = fmt.Sprintf(`%s"t":"note.move","id":%q,"x":%d,"y":%d}`, head, mine(), m.rng.IntN(1600), m.rng.IntN(2400))
	case what < 7:
		o.data = fmt.Sprintf(`%s"t":"note.put","id":%q,"color":"sky","text":"%d"}`, head, mine(), m.counter)
	case what < 8:
		o.data = fmt.Sprintf(`%s"t":"note.delete","id":%q}`, head, mine())
	case what < 9: // out of place
		o.data = fmt.Sprintf(`%s"t":"note.move","id":%q,"x":99999}`, head, mine())
	default: // nobody's
		o.data = fmt.Sprintf(`%s"t":"note.delete","id":"nnobody0001"}`, head)
	}
	return o
}

// call asks over HTTP, and must be answered well.
func call(t *testing.T, method, url, body string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode < 300 {
		err = json.Unmarshal(text, into)
	}
	if err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %v %s", method, url, res.StatusCode, err, text)
	}
}

// siteOf is where a WebSocket's URL is.
func siteOf(url func() string) func() string {
	return func() string {
		return "http" + strings.TrimSuffix(strings.TrimPrefix(url(), "ws"), "/connection/websocket")
	}
}

// papersIn is the papers' database of a site, as it is now: a copy, since the process has its own to itself.
func papersIn(dir string) func(*testing.T) *db.DB {
	return func(t *testing.T) *db.DB {
		to := t.TempDir()
		for _, file := range []string{"papers.db", "papers.db-wal"} {
			data, err := os.ReadFile(filepath.Join(dir, "data", file))
			if err == nil {
				err = os.WriteFile(filepath.Join(to, file), data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		return dbIn(t, db.Config{}, to)
	}
}

func dbIn(t *testing.T, cfg db.Config, dir string) *db.DB {
	set := db.NewSet(cfg, dir, db.Options{})
	t.Cleanup(func() { _ = set.Close() })
	return set.DB("papers")
}

// stored is the whole log of a channel in a database.
func (g *gathering) stored(ctx context.Context, d *db.DB) (epoch string, all []livehistory.Entry) {
	g.t.Helper()
	err := d.Read(ctx, func(tx *db.Tx) error {
		head, _, _, err := stream.Open(ctx, tx, g.channel)
		if err != nil {
			return err
		}
		epoch = head.Epoch
		entries, err := stream.Read(ctx, tx, head.ID, 0, 100_000)
		for _, e := range entries {
			all = append(all, livehistory.Entry{Offset: e.Offset, Op: e.Op.String(), Data: string(e.Data)})
		}
		return err
	})
	if err != nil {
		g.t.Fatalf("the log of %s: %v", g.channel, err)
	}
	return epoch, all
}

package profiles

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/identity"
)

func (n *node) erase(t testing.TB, path string) {
	t.Helper()
	if a := n.Do(t, lanetest.Scenario{Method: http.MethodDelete, Path: path, As: identity.Service}); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
}

// remains counts what is kept of persons, in all tables.
func (n *node) remains(t testing.TB) (rows int) {
	t.Helper()
	err := n.in.store.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM profiles) + (SELECT count(*) FROM versions) + (SELECT count(*) FROM fields)
		+ (SELECT count(*) FROM names) + (SELECT count(*) FROM fetches)`).Scan(&rows)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestErasure: one call, and a person is nowhere, under no name they had, now and later.
func TestErasure(t *testing.T) {
	for _, path := range []string{"/v1/profiles/people/lovelace", "/v1/profile-ids/people/7", "/v1/profiles/people/ada"} {
		t.Run(path, func(t *testing.T) {
			lanetest.Each(t, func(t *testing.T, engine lanetest.Option) { testErasure(t, path, engine) })
		})
	}
}

func testErasure(t *testing.T, path string, engine lanetest.Option) {
	web := newSocial()
	web.put(7, "ada", `,"city":"Seoul"`)
	web.put(8, "bob", "")
	n := startNode(t, web, nil, engine)
	n.ask(t, "bob")
	others := n.remains(t)
	n.ask(t, "ada")
	web.remove("/users/ada")
	web.put(7, "lovelace", `,"city":"Busan"`)
	if _, err := n.in.Refresh(t.Context(), "people", byID, "7"); err != nil {
		t.Fatal(err)
	}
	n.ask(t, "lovelace")
	n.erase(t, path)
	if rows := n.remains(t); rows != others {
		t.Errorf("%d rows, not %d, are left", rows, others)
	}
	web.put(7, "ada", "")
	web.put(7, "third", "")
	calls := web.calls()
	gone := func() {
		t.Helper()
		for _, at := range []string{"/v1/profiles/people/ada", "/v1/profiles/people/LOVELACE", "/v1/profile-ids/people/7", "/v1/profiles/people/third"} {
			n.Run(t, lanetest.Scenario{Name: at, Path: at, Status: 404, Code: "profiles.not_found", Absent: []string{"Seoul", "eras"}})
		}
		n.Run(t, lanetest.Scenario{Name: "search", Path: "/v1/profiles/people?city=busan", Status: 200, Contains: []string{`{"profiles":[]}`}})
	}
	gone()
	if web.calls() != calls+1 { // only of the name that nobody could know
		t.Errorf("the source was asked: %v", web.asked[calls:])
	}
	n.Clock.Advance(48 * time.Hour)
	n.Restart()
	gone()
	if _, err := n.in.Refresh(t.Context(), "people", byID, "7"); !errors.Is(err, ErrErased) || !errors.Is(err, ErrNotFound) {
		t.Errorf("a refresh: %v", err)
	}
	if a := n.ask(t, "bob"); a.Status != 200 {
		t.Errorf("another person: %d", a.Status)
	}
}

// TestErasureNamesNobody: the database does not say who was erased.
func TestErasureNamesNobody(t *testing.T) {
	web := newSocial()
	web.put(1234567, "ada", "")
	n := startNode(t, web, nil)
	n.ask(t, "ada")
	n.erase(t, ada)
	err := n.in.store.db.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), "SELECT mark FROM erasures")
		if err != nil {
			return err
		}
		defer rows.Close()
		marks := 0
		for ; rows.Next(); marks++ {
			var m []byte
			if err := rows.Scan(&m); err != nil || len(m) != 16 {
				t.Errorf("%x, %v", m, err)
			}
		}
		if marks != 2 {
			t.Errorf("%d marks", marks)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestErasureRacesRefreshes: two nodes on one database fetch, renew and refresh a person all the time while one of them erases the
// person. When that has returned nothing is left, nothing comes back, and on the other node nothing is shown once it has caught up.
func TestErasureRacesRefreshes(t *testing.T) { lanetest.Each(t, testErasureRacesRefreshes) }

func testErasureRacesRefreshes(t *testing.T, engine lanetest.Option) {
	web := newSocial()
	n := startNode(t, web, func(c *Config) {
		c.Sources[0].Fresh = time.Second
		c.Sources[0].Rate, c.Sources[0].Concurrency = 10_000, 64
	}, engine)
	deps := n.in.deps
	deps.Metrics = nil
	other, err := New(n.in.cfg, deps) // a second node, but for its clockwork
	if err != nil {
		t.Fatal(err)
	}
	other.erased.key = n.in.erased.key
	for source, src := range other.sources {
		src.pacer = n.in.sources[source].pacer
	}
	defer func() {
		if err := other.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	for round := range 10 {
		id, name := fmt.Sprint(1000+round), fmt.Sprintf("p%d", round)
		web.put(1000+round, name, "")
		var g sync.WaitGroup
		stop := make(chan struct{})
		for i := range 6 {
			in := []*Lane{n.in, other}[i%2]
			g.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					switch i % 3 {
					case 0:
						_, _ = in.ByUsername(t.Context(), "people", name)
					case 1:
						_, _ = in.ByID(t.Context(), "people", id)
					default:
						n.Clock.Advance(time.Millisecond) // less than makes a slot late
						_, _ = in.Refresh(t.Context(), "people", byUsername, name)
					}
				}
			})
		}
		calls := web.calls()
		eventually(t, "they are at it", func() bool { return web.calls() > calls+3 })
		if _, err := n.in.Erase(t.Context(), "people", []by{byUsername, byID}[round%2], []string{name, id}[round%2]); err != nil {
			t.Fatal(err)
		}
		if p, err := n.in.ByUsername(t.Context(), "people", name); !errors.Is(err, ErrErased) {
			t.Errorf("right after: %v, %v", p, err)
		}
		if err := other.erased.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, in := range []*Lane{n.in, other} {
			if p, err := in.ByID(t.Context(), "people", id); !errors.Is(err, ErrErased) {
				t.Errorf("after catching up: %v, %v", p, err)
			}
		}
		close(stop)
		g.Wait()
		var rows int
		err := n.in.store.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM profiles WHERE id = $1) + (SELECT count(*) FROM versions WHERE id = $1)
			+ (SELECT count(*) FROM fields WHERE id = $1) + (SELECT count(*) FROM names WHERE id = $1)`, id).Scan(&rows)
		if err != nil || rows != 0 {
			t.Errorf("round %d: %d rows are left (%v)", round, rows, err)
		}
	}
}

// TestAPictureThatComesAfterAnErasure: another node may ask for a picture until it knows, and a fetch may be under way; neither is
// kept, not even where nobody would be shown it.
func TestAPictureThatComesAfterAnErasure(t *testing.T) {
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	web := newSocial()
	web.put(7, "ada", `,"avatar":"https://img.example.com/ada.png"`)
	web.set("/ada.png", file.String())
	n := startNode(t, web, nil)
	one, err := n.in.ByUsername(t.Context(), "people", "ada")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := n.in.pictures.get(t.Context(), one, 96); !ok {
		t.Fatal("there is no picture to erase")
	}
	n.erase(t, ada)
	if _, ok := n.in.pictures.get(t.Context(), one, 96); ok {
		t.Error("it is shown")
	}
	if _, ok := n.in.pictures.cache.Peek(pictureKey("people", "7")); ok {
		t.Error("it is kept")
	}
}

// TestARefreshPutsNothingIntoTheCache: what a refresh brought is not put into the cache after an erasure that ended meanwhile.
func TestARefreshPutsNothingIntoTheCache(t *testing.T) {
	web := newSocial()
	web.put(7, "ada", "")
	n := startNode(t, web, nil)
	n.ask(t, "ada")
	web.put(7, "ada", `,"city":"Busan"`)
	n.Clock.Advance(time.Second)
	if _, err := n.in.Refresh(t.Context(), "people", byUsername, "ada"); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{cacheKey("people", byUsername, "ada"), cacheKey("people", byID, "7")} {
		if _, ok := n.in.cache.Peek(key); ok {
			t.Errorf("%q is in memory", key)
		}
	}
	n.Run(t, lanetest.Scenario{Name: "the new one, from the database", Path: ada, Status: 200, Contains: []string{"Busan"}})
	if web.calls() != 2 {
		t.Errorf("%d calls", web.calls())
	}
}

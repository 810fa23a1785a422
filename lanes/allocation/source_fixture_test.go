package allocation

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// shop is the database of an old backend.
type shop struct {
	t   testing.TB
	dsn string
	db  *sql.DB
}

const shopTables = `
	CREATE TABLE brand (id INTEGER PRIMARY KEY, name TEXT);
	CREATE TABLE camp (id INTEGER PRIMARY KEY, brand_id INTEGER, name TEXT);
	CREATE TABLE ad (id INTEGER PRIMARY KEY, camp_id INTEGER, name TEXT, bid INTEGER, rules TEXT, status TEXT);
	CREATE TABLE pic (id INTEGER PRIMARY KEY, ad_id INTEGER, title TEXT);
	CREATE TABLE place (code VARCHAR(64) PRIMARY KEY, slots INTEGER);
	INSERT INTO brand VALUES (1, 'Tea'), (2, 'Shoes');
	INSERT INTO camp VALUES (11, 1, 'Spring'), (12, 2, 'Run');
	INSERT INTO ad VALUES (101, 11, 'Green tea', 5000000, '', 'active'), (102, 12, 'Trail shoes', 3000000, 'age >= 20', 'active');
	INSERT INTO pic VALUES (201, 101, 'Drink tea'), (202, 102, 'Run');
	INSERT INTO place VALUES ('lock', 4);`

func shopQueries() map[string]string {
	return map[string]string{
		"advertisers": "SELECT id, name FROM brand",
		"campaigns":   "SELECT id, brand_id AS advertiser, name FROM camp",
		"line_items":  "SELECT id, camp_id AS campaign, name, bid AS bid_micros, rules AS targeting, status FROM ad",
		"creatives":   "SELECT id, ad_id AS line_item, title FROM pic",
		"placements":  "SELECT code AS id, slots FROM place",
	}
}

// newShop is a SQLite file as an old app on the same machine has it.
func newShop(t *testing.T) *shop {
	t.Helper()
	file := filepath.Join(t.TempDir(), "old shop#1.db")
	d, err := sql.Open("sqlite", "file:"+strings.ReplaceAll(file, "#", "%23"))
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{t: t, dsn: "sqlite:" + file, db: d}
	t.Cleanup(func() { s.db.Close() })
	s.exec(shopTables)
	return s
}

func (s *shop) exec(statements string) {
	s.t.Helper()
	for statement := range strings.SplitSeq(statements, ";") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := s.db.ExecContext(context.Background(), statement); err != nil {
			s.t.Fatalf("%s: %v", statement, err)
		}
	}
}

// source is the shop as config names it; it is read when a test says so.
func (s *shop) source() Source {
	return Source{Name: "shop", DSN: telemetry.Secret(s.dsn), Interval: 24 * time.Hour, Queries: shopQueries()}
}

func startWithShop(t *testing.T, change func(*Source)) (*testLane, *shop) {
	t.Helper()
	s := newShop(t)
	return startOn(t, s, change), s
}

func startOn(t *testing.T, s *shop, change func(*Source)) *testLane {
	t.Helper()
	src := s.source()
	if change != nil {
		change(&src)
	}
	return startLane(t, func(c *Config) { c.Sources = []Source{src} })
}

// poll reads the source once more and waits until decisions see it.
func (l *testLane) poll() SourceReport {
	l.t.Helper()
	l.sources[0].poll(context.Background())
	l.settle()
	return l.Sources()[0]
}

// after changes the old database and reads it.
func (l *testLane) after(s *shop, statements string) SourceReport {
	l.t.Helper()
	s.exec(statements)
	return l.poll()
}

// serves is what a user of 30 is shown.
func (l *testLane) serves() string {
	l.t.Helper()
	req := ask("lock", 4, "u1")
	req.Attributes.AddNumber("age", 30)
	return shown(l.decide(req))
}

// expect checks what is shown, and which rows are reported as broken.
func (l *testLane) expect(r SourceReport, want string, broken ...string) {
	l.t.Helper()
	if r.Error != "" {
		l.t.Errorf("error: %s", r.Error)
	}
	if got := l.serves(); got != want {
		l.t.Errorf("%q is shown, want %q", got, want)
	}
	var got []string
	for _, b := range r.BrokenRows {
		for _, f := range b.Rules {
			got = append(got, string(b.Thing)+" "+b.ID+" "+f.Pointer)
		}
	}
	got = slices.Compact(got)
	if strings.Join(got, "|") != strings.Join(broken, "|") {
		l.t.Errorf("broken: %q, want %q", got, broken)
	}
}

package allocation

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

const both = "1:101 2:102"

func TestSourceIsThereFromTheBeginning(t *testing.T) {
	l, _ := startWithShop(t, nil)
	if got := l.serves(); got != both {
		t.Errorf("%q is shown right after the start, want %q", got, both)
	}
	if r := l.Sources()[0]; r.Polls != 1 || r.Changed != 9 || r.Rows[KindLineItem] != 2 || r.LastSuccess.IsZero() {
		t.Errorf("report: %+v", r)
	}
}

func TestSourceThatIsAwayDoesNotKeepTheProcessFromStarting(t *testing.T) {
	l := startLane(t, func(c *Config) {
		c.Sources = []Source{{Name: "gone", DSN: "sqlite:/nowhere/at/all.db", Interval: time.Hour, Queries: shopQueries()}}
	})
	if r := l.Sources()[0]; r.Error == "" || !r.LastSuccess.IsZero() {
		t.Errorf("report: %+v", r)
	}
}

func TestUnchangedRowsCostNothing(t *testing.T) {
	l, s := startWithShop(t, nil)
	revision := l.catalogue.Load().revision
	l.expect(l.poll(), both)
	if got := l.catalogue.Load().revision; got != revision {
		t.Errorf("revision %d after a reading without a change, want %d", got, revision)
	}
	l.stop()
	l.start(func(c *Config) { c.Sources = []Source{s.source()} })
	l.until("the source is read after the restart", func() bool { return l.Sources()[0].Polls == 1 })
	if r := l.Sources()[0]; r.Changed != 0 || l.catalogue.Load().revision != revision {
		t.Errorf("revision %d after a restart without a change, want %d; report %+v", l.catalogue.Load().revision, revision, r)
	}
	l.expect(l.after(s, "UPDATE ad SET bid = 2000000 WHERE id = 101"), "1:102 2:101")
}

func TestRowsComeGoAndChange(t *testing.T) {
	l, s := startWithShop(t, nil)
	comeGoAndChange(l, s)
}

func comeGoAndChange(l *testLane, s *shop) {
	l.t.Helper()
	l.expect(l.after(s, "UPDATE ad SET bid = 9000000 WHERE id = 102"), "1:102 2:101")
	l.expect(l.after(s, "INSERT INTO brand VALUES (3, 'Bread'); INSERT INTO camp VALUES (13, 3, 'Rye');"+
		"INSERT INTO ad VALUES (103, 13, 'Rye bread', 1000000, '', 'active'); INSERT INTO pic VALUES (203, 103, 'Rye')"), "1:102 2:101 3:103")
	l.expect(l.after(s, "DELETE FROM ad WHERE id = 102"), "1:101 2:103")
	if r := l.Sources()[0]; r.Paused != 1 {
		l.t.Errorf("%d paused, want 1", r.Paused)
	}
	l.expect(l.after(s, "INSERT INTO ad VALUES (102, 12, 'Trail shoes', 9000000, 'age >= 20', 'active')"), "1:102 2:101 3:103")
	l.expect(l.after(s, "UPDATE ad SET status = 'paused' WHERE id = 101"), "1:102 2:103")
	l.expect(l.after(s, "DELETE FROM ad WHERE id = 101"), "1:102 2:103")
	l.expect(l.after(s, "INSERT INTO ad VALUES (101, 11, 'Green tea', 5000000, '', 'paused')"), "1:102 2:103")
	l.expect(l.after(s, "UPDATE ad SET status = 'killed' WHERE id = 102"), "1:103")
	l.expect(l.after(s, "UPDATE ad SET status = 'active' WHERE id IN (101, 102)"), "1:101 2:103")
}

func TestBrokenRowsLeaveTheLastGoodOne(t *testing.T) {
	l, s := startWithShop(t, nil)
	first := l.after(s, "UPDATE ad SET bid = -1 WHERE id = 101; UPDATE ad SET rules = 'age >= ' WHERE id = 102; INSERT INTO brand VALUES (3, 'New')")
	l.expect(first, both, "line_item 101 /bid_micros", "line_item 102 /targeting")
	if first.Changed != 10 {
		t.Errorf("%d changed: the good row beside the broken ones must be taken", first.Changed)
	}
	l.clock.Add(60_000)
	if again := l.poll(); !again.BrokenRows[0].Since.Equal(first.BrokenRows[0].Since) {
		t.Errorf("broken since %v, and later since %v", first.BrokenRows[0].Since, again.BrokenRows[0].Since)
	}
	l.expect(l.after(s, "UPDATE ad SET bid = 5000000 WHERE id = 101"), both, "line_item 102 /targeting")
	l.expect(l.after(s, "UPDATE ad SET rules = 'age >= 40' WHERE id = 102"), "1:101")
	l.expect(l.after(s, "UPDATE ad SET bid = 'much' WHERE id = 101; DELETE FROM ad WHERE id = 102"), "1:101", "line_item 101 /bid_micros")
	l.expect(l.after(s, "DELETE FROM ad WHERE id = 101; INSERT INTO ad VALUES (102, 12, 'Trail shoes', 1000, '', 'active')"), "1:102")
}

func TestChildrenWaitForTheirParents(t *testing.T) {
	l, s := startWithShop(t, nil)
	l.expect(l.after(s, "INSERT INTO ad VALUES (103, 13, 'Rye bread', 9000000, '', 'active'); INSERT INTO pic VALUES (203, 103, 'Rye');"+
		"INSERT INTO pic VALUES (204, 101, 'Hot tea')"), both, "line_item 103 /campaign", "creative 203 /line_item")
	l.expect(l.after(s, "INSERT INTO camp VALUES (13, 3, 'Rye')"), both,
		"campaign 13 /advertiser", "line_item 103 /campaign", "creative 203 /line_item")
	l.expect(l.after(s, "INSERT INTO brand VALUES (3, 'Bread')"), "1:103 2:101 3:102")
}

func TestRowsThatAreNotOneThing(t *testing.T) {
	l, s := startWithShop(t, func(src *Source) {
		src.Queries["advertisers"] = "SELECT id, name FROM brand UNION ALL SELECT 1, 'Twice' UNION ALL SELECT NULL, 'None' UNION ALL SELECT 'a b', 'Blank'"
	})
	broken := []string{"advertiser (row 4) /id", "advertiser 1 /id", "advertiser a b /id"}
	l.expect(l.poll(), both, broken...)
	if _, err := l.Import(context.Background(), "ndjson", "", strings.NewReader(`{"thing":"placement","id":"home","slots":2}`)); err != nil {
		t.Fatal(err)
	}
	l.expect(l.after(s, "INSERT INTO place VALUES ('home', 3)"), both, append(broken, "placement home /id")...)
	if got := l.thing(KindPlacement, "home").Source; got != "" {
		t.Errorf("the source took over what was made through the API: %q", got)
	}
}

func TestQueryThatFailsChangesNothing(t *testing.T) {
	l, s := startWithShop(t, nil)
	for _, statements := range []string{
		"ALTER TABLE pic RENAME TO picture",
		"CREATE VIEW pic AS SELECT id, ad_id, title, 1 AS weight FROM picture; ALTER TABLE ad RENAME COLUMN bid TO price",
	} {
		r := l.after(s, "DELETE FROM ad WHERE id = 101;"+statements)
		if r.Error == "" || r.Paused != 0 {
			t.Errorf("report: %+v", r)
		}
		if got := l.serves(); got != both {
			t.Errorf("%q is shown, want %q", got, both)
		}
	}
	l.expect(l.after(s, "ALTER TABLE ad RENAME COLUMN price TO bid"), "1:102")
	if r := l.Sources()[0]; !strings.Contains(r.LastError, "no such column") || r.LastErrorAt.IsZero() {
		t.Errorf("the last error is forgotten: %+v", r)
	}
}

func TestColumnsThatAreNotFields(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT id, name, 1 AS colour FROM brand": `column "colour" is not a field of a advertiser`,
		"SELECT name FROM brand":                  "must have a column id",
		"SELECT id, id FROM brand":                "stands twice",
		"SELECT":                                  "incomplete input",
		"DELETE FROM brand RETURNING id":          "readonly",
	} {
		l, _ := startWithShop(t, func(src *Source) { src.Queries["advertisers"] = query })
		if r := l.Sources()[0]; !strings.Contains(r.Error, want) || r.Changed != 0 {
			t.Errorf("%s: %q, want %q", query, r.Error, want)
		}
	}
}

func TestEmptyResultIsSuspicious(t *testing.T) {
	for _, allow := range []bool{false, true} {
		l, s := startWithShop(t, func(src *Source) { src.AllowEmpty = allow })
		r := l.after(s, "DELETE FROM ad; UPDATE pic SET title = 'Still told' WHERE id = 201")
		want, refused := both, 1
		if allow {
			want, refused = "", 0
		}
		l.expect(r, want)
		if len(r.Refused) != refused || l.creativeTitle("201") != "Still told" {
			t.Errorf("allow_empty %v: refused %q; the title is %q", allow, r.Refused, l.creativeTitle("201"))
		}
	}
}

func TestSlowQueryIsCutOff(t *testing.T) {
	l, _ := startWithShop(t, nil)
	src := l.sources[0]
	src.cfg.Timeout = time.Millisecond
	src.queries[KindAdvertiser] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS id FROM n"
	if r := l.poll(); r.Error == "" {
		t.Errorf("report: %+v", r)
	}
	if got := l.serves(); got != both {
		t.Errorf("%q is shown, want %q", got, both)
	}
}

func TestRenamedSourceTakesItsThingsOver(t *testing.T) {
	l, s := startWithShop(t, nil)
	l.stop()
	l.start(func(c *Config) {
		src := s.source()
		src.Name = "store"
		c.Sources = []Source{src}
	})
	l.until("the source is read", func() bool { return l.Sources()[0].Polls == 1 })
	l.settle()
	l.expect(l.Sources()[0], both)
	if got := l.thing(KindLineItem, "101").Source; got != "store" {
		t.Errorf("source %q, want store", got)
	}
}

func TestThingsOfASourceThatIsGoneCanBeEdited(t *testing.T) {
	l, _ := startWithShop(t, nil)
	l.stop()
	l.start(nil)
	if _, err := l.Put(context.Background(), Update, &Placement{ID: "lock", Slots: 1}); err != nil {
		t.Fatal(err)
	}
	l.settle()
	if got := l.serves(); got != "1:101 2:102" && got != "1:101" { // the request asks for four
		t.Errorf("%q is shown", got)
	}
	if got := l.thing(KindPlacement, "lock").Source; got != "" {
		t.Errorf("source %q, want none", got)
	}
}

func (l *testLane) thing(kind Kind, id string) Row {
	l.t.Helper()
	row, err := l.store.Thing(context.Background(), kind, id)
	if err != nil {
		l.t.Fatal(err)
	}
	return row
}

func (l *testLane) creativeTitle(id string) string {
	l.t.Helper()
	row := l.thing(KindCreative, id)
	t, err := row.decode()
	if err != nil {
		l.t.Fatal(err)
	}
	return t.(*Creative).Title
}

func wantFault(t *testing.T, err error, want *fault.Error) {
	t.Helper()
	switch {
	case want == nil && err != nil:
		t.Errorf("got %v", err)
	case want != nil && !errors.Is(err, want):
		t.Errorf("got %v, want %s", err, want.Code)
	}
}

package allocation

import (
	"context"
	"strings"
	"testing"
)

func (l *testLane) set(kind Kind, id string, status Status) error {
	l.t.Helper()
	_, err := l.SetStatus(context.Background(), kind, id, status)
	l.settle()
	return err
}

func TestOperatorsPauseStays(t *testing.T) {
	l, s := startWithShop(t, nil)
	wantFault(t, l.set(KindLineItem, "101", Paused), nil)
	l.expect(l.poll(), "1:102")
	l.expect(l.after(s, "UPDATE ad SET name = 'Black tea', bid = 1000000 WHERE id = 101"), "1:102")
	if doc := l.thing(KindLineItem, "101").Doc; !strings.Contains(doc, "Black tea") {
		t.Errorf("what else the row says is not taken: %s", doc)
	}
	wantFault(t, l.set(KindLineItem, "101", Paused), nil) // once more changes nothing
	wantFault(t, l.set(KindLineItem, "101", Active), nil)
	l.expect(l.poll(), "1:102 2:101")
}

func TestResumedIsWhatItsRowSays(t *testing.T) {
	l, s := startWithShop(t, nil)
	wantFault(t, l.set(KindLineItem, "101", Paused), nil)
	l.expect(l.after(s, "UPDATE ad SET status = 'paused' WHERE id = 101"), "1:102")
	wantFault(t, l.set(KindLineItem, "101", Active), nil)
	l.expect(l.poll(), "1:102")
	wantFault(t, l.set(KindLineItem, "101", Active), ErrSource)
	l.expect(l.after(s, "UPDATE ad SET status = 'active' WHERE id = 101"), both)

	l.expect(l.after(s, "DELETE FROM ad WHERE id = 102"), "1:101")
	wantFault(t, l.set(KindLineItem, "102", Active), ErrSource)
	wantFault(t, l.set(KindLineItem, "102", Paused), nil)
	l.expect(l.after(s, "INSERT INTO ad VALUES (102, 12, 'Trail shoes', 3000000, '', 'active')"), "1:101")
	l.expect(l.after(s, "DELETE FROM ad WHERE id = 102"), "1:101")
	l.expect(l.after(s, "INSERT INTO ad VALUES (102, 12, 'Trail shoes', 3000000, '', 'active')"), "1:101")
	wantFault(t, l.set(KindLineItem, "102", Active), nil)
	l.expect(l.poll(), both)
}

func TestKilledStaysKilled(t *testing.T) {
	l, s := startWithShop(t, nil)
	wantFault(t, l.set(KindLineItem, "101", Paused), nil)
	wantFault(t, l.set(KindLineItem, "101", Killed), nil)
	l.expect(l.after(s, "UPDATE ad SET bid = 9000000 WHERE id = 101"), "1:102")
	l.expect(l.after(s, "DELETE FROM ad WHERE id = 101"), "1:102")
	l.expect(l.after(s, "INSERT INTO ad VALUES (101, 11, 'Green tea', 5000000, '', 'active')"), "1:102")
	wantFault(t, l.set(KindLineItem, "101", Active), ErrKilled)
}

func TestOnlyTheSourceEdits(t *testing.T) {
	l, _ := startWithShop(t, nil)
	ctx := context.Background()
	_, err := l.Put(ctx, Update, &Placement{ID: "lock", Slots: 2})
	wantFault(t, err, ErrSource)
	_, err = l.Import(ctx, "ndjson", "", strings.NewReader(`{"thing":"placement","id":"lock","slots":2}`))
	wantFault(t, err, ErrSource)
	_, err = l.Put(ctx, Create, &Placement{ID: "lock", Slots: 2})
	wantFault(t, err, ErrExists)
	if _, err = l.Put(ctx, Create, &Creative{ID: "mine", LineItem: "101", Title: "Beside"}); err != nil {
		t.Errorf("a thing of one's own beside those of a source: %v", err)
	}
}

// between does something after the catalogue was looked at and before the rows are written.
type between struct {
	oldRows
	do func()
}

func (b *between) Read(ctx context.Context, queries map[Kind]string, v visitor) error {
	if do := b.do; do != nil {
		b.do = nil
		defer do()
	}
	return b.oldRows.Read(ctx, queries, v)
}

func TestOperatorsWriteAtTheSameTime(t *testing.T) {
	l, s := startWithShop(t, nil)
	hook := &between{oldRows: l.sources[0].rows}
	l.sources[0].rows = hook

	hook.do = func() { wantFault(t, l.set(KindLineItem, "101", Paused), nil) }
	l.expect(l.after(s, "UPDATE ad SET bid = 9000000 WHERE id IN (101, 102)"), "1:102")
	if doc := l.thing(KindLineItem, "101").Doc; !strings.Contains(doc, "9000000") {
		t.Errorf("what the row says is not taken: %s", doc)
	}
	hook.do = func() { wantFault(t, l.set(KindLineItem, "102", Killed), nil) }
	l.expect(l.after(s, "DELETE FROM ad WHERE id = 102"), "")
	if got := l.thing(KindLineItem, "102").Status; got != Killed {
		t.Errorf("102 is %s, want killed", got)
	}
	hook.do = func() { wantFault(t, l.set(KindLineItem, "101", Active), nil) }
	l.expect(l.after(s, "UPDATE ad SET bid = 8000000 WHERE id = 101"), "1:101")
}

func TestAnotherProcessReadsTheSameSource(t *testing.T) {
	l, s := startWithShop(t, nil)
	other := l.newSource(s.source(), newSourceMetrics(nil))
	if err := other.start(context.Background()); err != nil {
		t.Fatal(err)
	}
	hook := &between{oldRows: l.sources[0].rows}
	l.sources[0].rows = hook
	hook.do = func() {
		s.exec("INSERT INTO camp VALUES (14, 1, 'Autumn'); INSERT INTO ad VALUES (104, 14, 'Red tea', 9000000, '', 'active'); INSERT INTO pic VALUES (204, 104, 'Red')")
		other.poll(context.Background())
	}
	l.expect(l.after(s, "INSERT INTO camp VALUES (13, 1, 'Summer')"), "1:104 2:102") // one brand, once
	l.expect(l.poll(), "1:104 2:102")
	if r := l.Sources()[0]; r.Paused != 0 {
		t.Errorf("%d paused: what another process made is not gone", r.Paused)
	}
}

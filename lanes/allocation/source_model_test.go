package allocation

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// modelItem is what a line item must be, by the rules of sources told in the plainest way.
type modelItem struct {
	row    string // what the row says of its status: active, paused, broken; empty: there is none
	says   Status // what the source said last; empty: nothing yet
	held   bool   // an operator paused it
	killed bool
}

// read is what a reading makes of it. All rows may be gone at once only where there is nothing to be lost.
func (m *modelItem) read(refused bool) {
	switch {
	case m.row == "active" || m.row == "paused":
		m.says = Status(m.row)
	case m.row == "" && m.says == Active && !refused:
		m.says = Paused
	}
}

func (m *modelItem) status() Status {
	switch {
	case m.says == "":
		return ""
	case m.killed:
		return Killed
	case m.held:
		return Paused
	}
	return m.says
}

// operate is what an operator can do to it; the error that it must give.
func (m *modelItem) operate(status Status) error {
	switch {
	case m.says == "":
		return ErrNotFound
	case m.killed && status == Killed:
		return nil
	case m.killed:
		return ErrKilled
	case status == Killed:
		m.killed = true
	case status == Paused:
		m.held = true
	case m.held:
		m.held = false
	case m.says == Paused:
		return ErrSource
	}
	return nil
}

func TestSourceAgainstModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l, s := startWithShop(t, nil)
		defer l.stop()
		s.exec("DELETE FROM pic; DELETE FROM ad")
		l.after(s, "DELETE FROM ad WHERE id = 101") // refused: all would be gone
		model := map[int]*modelItem{101: {says: Active}, 102: {says: Active}, 103: {}, 104: {}}
		id := rapid.IntRange(101, 104)
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			n := id.Draw(rt, "id")
			m := model[n]
			switch do := rapid.SampledFrom([]string{"row", "delete", "read", "read", "active", "paused", "killed"}).Draw(rt, "do"); do {
			case "row":
				m.row = rapid.SampledFrom([]string{"active", "paused", "broken"}).Draw(rt, "status")
				bid := rapid.SampledFrom([]int{1000, 2000}).Draw(rt, "bid")
				s.exec(fmt.Sprintf("INSERT INTO ad VALUES (%d, 11, 'n', %d, '', '%s') ON CONFLICT (id) DO UPDATE SET bid = excluded.bid, status = excluded.status", n, bid, m.row))
			case "delete":
				m.row = ""
				s.exec(fmt.Sprintf("DELETE FROM ad WHERE id = %d", n))
			case "read":
				rows := 0
				for _, m := range model {
					if m.row != "" {
						rows++
					}
				}
				l.sources[0].poll(context.Background())
				for _, m := range model {
					m.read(rows == 0)
				}
			default:
				_, err := l.SetStatus(context.Background(), KindLineItem, fmt.Sprint(n), Status(do))
				if want := m.operate(Status(do)); !errors.Is(err, want) {
					rt.Fatalf("%s %d: %v, want %v", do, n, err, want)
				}
			}
			for n, m := range model {
				row, err := l.store.Thing(context.Background(), KindLineItem, fmt.Sprint(n))
				if err != nil && !errors.Is(err, ErrNotFound) {
					rt.Fatal(err)
				}
				if row.Status != m.status() {
					rt.Fatalf("%d is %q, want %q (%+v)", n, row.Status, m.status(), *m)
				}
			}
		}
	})
}

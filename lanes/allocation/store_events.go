package allocation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/hotlane/hotlane/lanes/allocation/once"
	"github.com/hotlane/hotlane/platform/db"
)

// Record makes a batch of events durable: what was seen already changes nothing, what is new is billed and counted, all in
// the transaction. It sets First and Spent of each.
func (s *ledgerStore) Record(ctx context.Context, tx *db.Tx, reports [][]*Event) error {
	events := slices.Concat(reports...)
	if _, err := s.lock(ctx, tx); err != nil {
		return err
	}
	if err := markAll(ctx, tx, events); err != nil {
		return err
	}
	for _, e := range events {
		e.Spent = 0
		if !e.First {
			continue
		}
		if err := bill(ctx, tx, e); err != nil {
			return err
		}
	}
	return addCounts(ctx, tx, countsOf(events))
}

// markAll sets the bits of all events, reading and writing each row of bits once.
func markAll(ctx context.Context, tx *db.Tx, events []*Event) error {
	sorted := slices.Clone(events)
	slices.SortStableFunc(sorted, func(a, b *Event) int {
		switch {
		case a.Block < b.Block:
			return -1
		case a.Block > b.Block:
			return 1
		}
		return 0
	})
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && sorted[n].Block == sorted[0].Block {
			n++
		}
		if err := mark(ctx, tx, sorted[:n]); err != nil {
			return err
		}
		sorted = sorted[n:]
	}
	return nil
}

// mark sets the bits of events of one block.
func mark(ctx context.Context, tx *db.Tx, events []*Event) error {
	id := int64(events[0].Block)
	block := new(once.Block)
	var data []byte
	var expires int64
	err := tx.QueryRow(ctx, "SELECT data, expires FROM blocks WHERE id = $1", id).Scan(&data, &expires)
	if err == nil {
		block, err = once.Decode(data)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("block %d: %w", id, err)
	}
	changed := false
	for _, e := range events {
		e.First = block.Mark(once.Kind(e.Kind), e.Index)
		changed = changed || e.First
		expires = max(expires, e.Expires)
	}
	if !changed {
		return nil
	}
	_, err = tx.Exec(ctx, `INSERT INTO blocks (id, expires, data) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET expires = excluded.expires, data = excluded.data`, id, expires, block.AppendEncode(nil))
	return err
}

// bill takes the price of an impression from its lease, and of a click from the budgets, where they have it.
func bill(ctx context.Context, tx *db.Tx, e *Event) error {
	switch {
	case e.Kind == Impression && e.Lease != 0:
		res, err := tx.Exec(ctx, "UPDATE leases SET spent = spent + $2 WHERE id = $1 AND expires > $3 AND spent + $2 <= amount",
			e.Lease, e.Price, e.At)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		e.Spent = e.Price
	case e.Kind == Impression:
		e.Spent = e.Price // no budget to hold it against
	case e.Kind == Click && e.Click > 0:
		balance, err := balanceOf(ctx, tx, e.Budgets)
		if err != nil || !balance.Chargeable(e.Click) {
			return err
		}
		e.Spent = e.Click
		return charge(ctx, tx, e.Budgets, e.Click)
	}
	return nil
}

// countsOf folds new events into one count for each key.
func countsOf(events []*Event) []Count {
	var list []Count
	at := map[Count]int{}
	for _, e := range events {
		if !e.First {
			continue
		}
		key := Count{Hour: e.At / 3_600_000, LineItem: e.LineItem, Creative: e.Creative, Placement: e.Placement}
		i, ok := at[key]
		if !ok {
			i = len(list)
			at[key] = i
			list = append(list, key)
		}
		one := Count{Spend: e.Spent}
		switch e.Kind {
		case Impression:
			one.Impressions = 1
		case Click:
			one.Clicks = 1
		case Conversion:
			one.Conversions = 1
		}
		list[i].add(one)
	}
	return list
}

func addCounts(ctx context.Context, tx *db.Tx, counts []Count) error {
	for _, c := range counts {
		_, err := tx.Exec(ctx, `INSERT INTO counters (hour, line_item, creative, placement, decisions, impressions, clicks, conversions, spend)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (hour, line_item, creative, placement) DO UPDATE SET decisions = counters.decisions + excluded.decisions,
				impressions = counters.impressions + excluded.impressions, clicks = counters.clicks + excluded.clicks,
				conversions = counters.conversions + excluded.conversions, spend = counters.spend + excluded.spend`,
			c.Hour, c.LineItem, c.Creative, c.Placement, c.Decisions, c.Impressions, c.Clicks, c.Conversions, c.Spend)
		if err != nil {
			return err
		}
	}
	return nil
}

// AddCounts adds what was decided since the last time.
func (s *ledgerStore) AddCounts(ctx context.Context, counts []Count) error {
	return db.Fault(s.db.Write(ctx, func(tx *db.Tx) error { return addCounts(ctx, tx, counts) }))
}

// Rates reads impressions and clicks of each line item since an hour.
func (s *ledgerStore) Rates(ctx context.Context, since int64) (map[int64][2]int64, error) {
	rows, err := s.db.Query(ctx, "SELECT line_item, SUM(impressions), SUM(clicks) FROM counters WHERE hour >= $1 GROUP BY line_item", since)
	if err != nil {
		return nil, db.Fault(err)
	}
	defer rows.Close()
	rates := map[int64][2]int64{}
	for rows.Next() {
		var num, impressions, clicks int64
		if err := rows.Scan(&num, &impressions, &clicks); err != nil {
			return nil, err
		}
		rates[num] = [2]int64{impressions, clicks}
	}
	return rates, db.Fault(rows.Err())
}

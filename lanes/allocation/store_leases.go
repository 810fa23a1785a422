package allocation

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/platform/db"
)

// Grant gives leases within what remains of both budgets. What it returns is durable.
func (s *ledgerStore) Grant(ctx context.Context, generation int64, bids []Bid, t Terms) ([]Granted, error) {
	granted := make([]Granted, len(bids))
	err := s.owned(ctx, generation, func(tx *db.Tx) error {
		for i, b := range bids {
			amount, why, err := offer(ctx, tx, b)
			if err != nil {
				return err
			}
			granted[i] = Granted{Reason: why}
			if why != ledger.OK {
				continue
			}
			granted[i].Lease = ledger.Lease{
				ID: generation<<31 | s.leases.Add(1), Generation: generation, LineItem: uint32(b.Budgets.LineItem), Campaign: uint32(b.Campaign), Day: b.Day,
				Amount: amount, GrantedAt: t.Now, UsableUntil: min(t.until(b.Want), b.DayEnds),
			}
			granted[i].Lease.ExpiresAt = granted[i].Lease.UsableUntil + t.TokenLife
			if err := insertLease(ctx, tx, granted[i].Lease); err != nil {
				return err
			}
		}
		return nil
	})
	return granted, err
}

func offer(ctx context.Context, tx *db.Tx, b Bid) (int64, ledger.Reason, error) {
	balance, err := balanceOf(ctx, tx, b.Budgets)
	if err != nil {
		return 0, 0, err
	}
	amount, why := balance.Offer(b.Want)
	if why != ledger.OK {
		return 0, why, nil
	}
	return amount, ledger.OK, charge(ctx, tx, b.Budgets, amount)
}

func insertLease(ctx context.Context, tx *db.Tx, l ledger.Lease) error {
	_, err := tx.Exec(ctx, `INSERT INTO leases (id, generation, line_item, campaign, day, amount, usable, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		l.ID, l.Generation, int64(l.LineItem), int64(l.Campaign), l.Day, l.Amount, l.UsableUntil, l.ExpiresAt)
	return err
}

// Close lowers leases that are drawn on no more to what was reserved of them.
func (s *ledgerStore) Close(ctx context.Context, generation int64, closings []ledger.Closing) error {
	return s.owned(ctx, generation, func(tx *db.Tx) error {
		for _, c := range closings {
			l, err := leaseOf(ctx, tx, c.Lease)
			if errors.Is(err, sql.ErrNoRows) {
				continue // settled already
			}
			if err != nil {
				return err
			}
			keep := max(c.Used, l.spent)
			if keep >= l.amount {
				continue
			}
			if _, err := tx.Exec(ctx, "UPDATE leases SET amount = $2 WHERE id = $1", c.Lease, keep); err != nil {
				return err
			}
			if err := charge(ctx, tx, l.budgets, keep-l.amount); err != nil {
				return err
			}
		}
		return nil
	})
}

// blockGrace is how much longer than its tokens a row of seen bits is kept, ms: an event may have waited for a locked
// database since its token was good.
const blockGrace = 60_000

type openLease struct {
	id, amount, spent int64
	budgets           Budgets
}

const leaseColumns = "id, amount, spent, line_item, campaign, day"

func (l *openLease) scan(row interface{ Scan(...any) error }) error {
	return row.Scan(&l.id, &l.amount, &l.spent, &l.budgets.LineItem, &l.budgets.Campaign, &l.budgets.Day)
}

func leaseOf(ctx context.Context, tx *db.Tx, id int64) (l openLease, err error) {
	err = l.scan(tx.QueryRow(ctx, "SELECT "+leaseColumns+" FROM leases WHERE id = $1", id))
	return l, err
}

// Settle closes up to limit leases whose tokens have expired, by whomever they were granted: what was not spent goes back.
func (s *ledgerStore) Settle(ctx context.Context, now int64, limit int) (settled int, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.lock(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT "+leaseColumns+" FROM leases WHERE expires <= $1 ORDER BY expires LIMIT $2", now, limit)
		if err != nil {
			return err
		}
		leases, err := collect(rows, func(rows *db.Rows) (l openLease, err error) {
			err = l.scan(rows)
			return l, err
		})
		if err != nil {
			return err
		}
		settled = len(leases)
		for _, l := range leases {
			if _, err := tx.Exec(ctx, "DELETE FROM leases WHERE id = $1", l.id); err != nil {
				return err
			}
			if l.amount == l.spent {
				continue
			}
			if err := charge(ctx, tx, l.budgets, l.spent-l.amount); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, "DELETE FROM blocks WHERE expires <= $1", now-blockGrace)
		return err
	})
	return settled, db.Fault(err)
}

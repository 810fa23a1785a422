package allocation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
)

// errFenced says that a newer generation owns the ledger.
var errFenced = fault.New(fault.Unavailable, "allocation.fenced", "A newer process has taken over; ask it.")

// ledgerStore keeps the money, the caps, what was seen, and the counters.
type ledgerStore struct {
	db     *db.DB
	leases atomic.Int64 // ids of leases under one generation
}

// Own makes the caller the owner, under a generation of its own; older ones are fenced from then on.
func (s *ledgerStore) Own(ctx context.Context, node string, now int64) (generation int64, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "UPDATE owner SET generation = generation + 1, node = $1, since = $2 WHERE one = 1 RETURNING generation",
			node, now).Scan(&generation)
	})
	return generation, db.Fault(err)
}

// lock orders everything that touches money or caps one after the other, as SQLite's single writer does by itself, and
// returns the owner's generation.
func (s *ledgerStore) lock(ctx context.Context, tx *db.Tx) (generation int64, err error) {
	query := "SELECT generation FROM owner WHERE one = 1"
	if s.db.Dialect() == db.Postgres {
		query += " FOR UPDATE"
	}
	err = tx.QueryRow(ctx, query).Scan(&generation)
	return generation, err
}

// owned runs a transaction that only the owner may make.
func (s *ledgerStore) owned(ctx context.Context, generation int64, do func(*db.Tx) error) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := s.lock(ctx, tx)
		if err != nil {
			return err
		}
		if now != generation {
			return errFenced
		}
		return do(tx)
	})
	return db.Fault(err)
}

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
				ID: generation<<32 | s.leases.Add(1), Generation: generation, LineItem: uint32(b.Budgets.LineItem), Campaign: uint32(b.Campaign), Day: b.Day,
				Amount: amount, GrantedAt: t.Now, UsableUntil: min(t.Usable, b.DayEnds),
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

// Scopes of accounts.
const (
	accountCampaign = 1
	accountDay      = 2
)

func balanceOf(ctx context.Context, tx *db.Tx, b Budgets) (ledger.Balance, error) {
	balance := ledger.Balance{DayBudget: b.PerDay, CampaignBudget: b.InTotal, DayAllowed: b.Allowed}
	rows, err := tx.Query(ctx, `SELECT scope, charged FROM accounts
		WHERE (scope = 1 AND num = $1 AND day = 0) OR (scope = 2 AND num = $2 AND day = $3)`, b.Campaign, b.LineItem, b.Day)
	if err != nil {
		return balance, err
	}
	defer rows.Close()
	for rows.Next() {
		var scope int
		var charged int64
		if err := rows.Scan(&scope, &charged); err != nil {
			return balance, err
		}
		if scope == accountCampaign {
			balance.CampaignCharged = charged
		} else {
			balance.DayCharged = charged
		}
	}
	return balance, rows.Err()
}

// charge adds to both accounts; a negative amount gives back.
func charge(ctx context.Context, tx *db.Tx, b Budgets, amount int64) error {
	const query = `INSERT INTO accounts (scope, num, day, charged) VALUES ($1, $2, $3, $4)
		ON CONFLICT (scope, num, day) DO UPDATE SET charged = accounts.charged + excluded.charged`
	if b.Campaign != 0 {
		if err := addTo(ctx, tx, query, accountCampaign, b.Campaign, 0, amount); err != nil {
			return err
		}
	}
	return addTo(ctx, tx, query, accountDay, b.LineItem, b.Day, amount)
}

func addTo(ctx context.Context, tx *db.Tx, query string, scope int, num int64, day int32, amount int64) error {
	if amount < 0 { // an account that is given back to is there: the insert's CHECK must not see the negative amount
		query = "UPDATE accounts SET charged = charged + $4 WHERE scope = $1 AND num = $2 AND day = $3"
	}
	_, err := tx.Exec(ctx, query, scope, num, day, amount)
	if err != nil {
		return fmt.Errorf("account %d of %d on %d: %w", scope, num, day, err)
	}
	return nil
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
		_, err = tx.Exec(ctx, "DELETE FROM blocks WHERE expires <= $1", now)
		return err
	})
	return settled, db.Fault(err)
}

// collect reads all rows.
func collect[T any](rows *db.Rows, scan func(*db.Rows) (T, error)) ([]T, error) {
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// Balances reads what remains for items that are charged at the click.
func (s *ledgerStore) Balances(ctx context.Context, of []Budgets) ([]ledger.Balance, error) {
	balances := make([]ledger.Balance, len(of))
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		for i := range of {
			if balances[i], err = balanceOf(ctx, tx, of[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return balances, db.Fault(err)
}

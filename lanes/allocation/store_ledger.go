package allocation

import (
	"context"
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

// Own makes the caller the owner, under a generation of its own; older ones are fenced from then on. Generations follow
// the clock, so that a ledger restored from a copy does not use one again whose tokens are still about.
func (s *ledgerStore) Own(ctx context.Context, node string, now int64) (generation int64, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `UPDATE owner SET generation = CASE WHEN generation < $3 THEN $3 ELSE generation + 1 END, node = $1, since = $2
			WHERE one = 1 RETURNING generation`, node, now, now/1000).Scan(&generation)
	})
	return generation, db.Fault(err)
}

// Owner reads which generation owns the ledger.
func (s *ledgerStore) Owner(ctx context.Context) (generation int64, err error) {
	err = s.db.QueryRow(ctx, "SELECT generation FROM owner WHERE one = 1").Scan(&generation)
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

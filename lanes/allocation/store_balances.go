package allocation

import (
	"context"

	"github.com/hotlane/hotlane/platform/db"
)

// Charged is what a campaign's budget was charged with, micros.
type Charged struct {
	Spent  int64
	Leased int64 // granted to decisions, and not yet spent
}

// Campaigns reads what every campaign was charged with, by number.
func (s *ledgerStore) Campaigns(ctx context.Context) (map[int64]Charged, error) {
	all := map[int64]Charged{}
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		err := sums(ctx, tx, "SELECT num, charged FROM accounts WHERE scope = 1 AND day = 0", func(num, charged int64) {
			all[num] = Charged{Spent: charged}
		})
		if err != nil {
			return err
		}
		const open = "SELECT campaign, CAST(SUM(amount - spent) AS BIGINT) FROM leases WHERE campaign <> 0 GROUP BY campaign"
		return sums(ctx, tx, open, func(num, leased int64) {
			c := all[num]
			c.Spent, c.Leased = c.Spent-leased, leased
			all[num] = c
		})
	})
	return all, db.Fault(err)
}

func sums(ctx context.Context, tx *db.Tx, query string, visit func(num, sum int64)) error {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var num, sum int64
		if err := rows.Scan(&num, &sum); err != nil {
			return err
		}
		visit(num, sum)
	}
	return rows.Err()
}

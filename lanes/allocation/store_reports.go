package allocation

import (
	"context"

	"github.com/hotlane/hotlane/platform/db"
)

// Period narrows a report; numbers of 0 narrow nothing.
type Period struct {
	From, To                      int64 // hours since 1970, To exclusive
	LineItem, Creative, Placement int64
	ByLineItem                    bool
	ByCreative                    bool
	ByPlacement                   bool
	Limit                         int
}

// Report reads counters by hour and by what is asked for; what is not asked for is 0 and summed over.
func (s *ledgerStore) Report(ctx context.Context, p Period) ([]Count, error) {
	rows, err := s.db.Query(ctx, `SELECT hour,
			CASE WHEN $1 = 1 THEN line_item ELSE 0 END AS by_line_item,
			CASE WHEN $2 = 1 THEN creative ELSE 0 END AS by_creative,
			CASE WHEN $3 = 1 THEN placement ELSE 0 END AS by_placement,
			CAST(SUM(decisions) AS BIGINT), CAST(SUM(impressions) AS BIGINT), CAST(SUM(clicks) AS BIGINT),
			CAST(SUM(conversions) AS BIGINT), CAST(SUM(spend) AS BIGINT)
		FROM counters
		WHERE hour >= $4 AND hour < $5 AND ($6 = 0 OR line_item = $6) AND ($7 = 0 OR creative = $7) AND ($8 = 0 OR placement = $8)
		GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4 LIMIT $9`,
		one(p.ByLineItem), one(p.ByCreative), one(p.ByPlacement), p.From, p.To, p.LineItem, p.Creative, p.Placement, p.Limit)
	if err != nil {
		return nil, db.Fault(err)
	}
	list, err := collect(rows, func(rows *db.Rows) (c Count, err error) {
		err = rows.Scan(&c.Hour, &c.LineItem, &c.Creative, &c.Placement, &c.Decisions, &c.Impressions, &c.Clicks, &c.Conversions, &c.Spend)
		return c, err
	})
	return list, db.Fault(err)
}

// one is how SQL says true on both engines.
func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

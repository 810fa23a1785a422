package waitlist

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

const mostGroups = 50

// Stats counts a list from a time on, by days that begin at an offset from UTC; all numbers are of one moment. It reads the whole list.
func (s *store) Stats(ctx context.Context, list string, since time.Time, offset time.Duration) (*Stats, error) {
	st := &Stats{}
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		f := &st.Funnel
		err = tx.QueryRow(ctx, "SELECT signed_up, confirmed, invited, unsubscribed, bounced FROM waitlist_funnel WHERE list = $1", list).
			Scan(&f.SignedUp, &f.Confirmed, &f.Invited, &f.Unsubscribed, &f.Bounced)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if st.Days, err = days(ctx, tx, list, since, offset); err != nil {
			return err
		}
		st.Sources, err = counts(tx.Query(ctx, `SELECT source, signed_up, confirmed FROM waitlist_signups_by_source
			WHERE list = $1 ORDER BY signed_up DESC, source LIMIT $2`, list, mostGroups))
		if err != nil {
			return err
		}
		st.Campaigns, err = counts(tx.Query(ctx, `SELECT utm_campaign, CAST(sum(signed_up) AS BIGINT), CAST(sum(confirmed) AS BIGINT) FROM waitlist_signups_by_utm
			WHERE list = $1 GROUP BY utm_campaign ORDER BY 2 DESC, 1 LIMIT $2`, list, mostGroups))
		if err != nil {
			return err
		}
		return referred(ctx, tx, list, st)
	})
	return st, err
}

// days counts in whole days of 24 hours.
func days(ctx context.Context, tx *db.Tx, list string, since time.Time, offset time.Duration) ([]DayCount, error) {
	const day = int64(24 * time.Hour / time.Microsecond)
	shift := offset.Microseconds()
	first := (since.UnixMicro()+shift)/day*day - shift
	found, err := counts(tx.Query(ctx, `SELECT CAST((created_at + $2) / $3 AS TEXT), count(*), sum(CASE WHEN confirmed_at > 0 THEN 1 ELSE 0 END)
		FROM waitlist_signups WHERE list = $1 AND created_at >= $4 GROUP BY (created_at + $2) / $3`, list, shift, day, first))
	if err != nil {
		return nil, err
	}
	out := make([]DayCount, len(found))
	for i, c := range found {
		n, err := strconv.ParseInt(c.Key, 10, 64)
		if err != nil {
			return nil, err
		}
		out[i] = DayCount{Day: time.Unix(n*86400, 0).UTC().Format(time.DateOnly), SignedUp: c.SignedUp, Confirmed: c.Confirmed}
	}
	slices.SortFunc(out, func(a, b DayCount) int { return strings.Compare(a.Day, b.Day) })
	return out, nil
}

func referred(ctx context.Context, tx *db.Tx, list string, st *Stats) error {
	both, err := counts(tx.Query(ctx, "SELECT CAST(referred AS TEXT), signed_up, confirmed FROM waitlist_signups_by_referral WHERE list = $1", list))
	if err != nil {
		return err
	}
	for _, c := range both {
		if c.Key == "1" {
			st.Referred = c
		} else {
			st.Direct = c
		}
	}
	st.Referred.Key, st.Direct.Key = "referred", "direct"
	return nil
}

func counts(rows *db.Rows, err error) ([]Count, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Count{}
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Key, &c.SignedUp, &c.Confirmed); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

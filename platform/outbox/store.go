package outbox

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// What stands in the publisher's database.

// insert writes an event for each who listens and says how many do.
func insert(ctx context.Context, tx *db.Tx, e Event) (int64, error) {
	done, err := tx.Exec(ctx, `INSERT INTO hotlane_outbox (listener, id, at, body, topic)
		SELECT listener, $1, CAST($2 AS BIGINT), $3, topic FROM hotlane_listeners WHERE topic = $4`,
		e.ID, e.At.UnixMicro(), string(e.Body), e.Topic)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// key names the rows of one handler.
type key struct{ topic, listener string }

// listen writes that somebody listens and was there at now, unless that was already known of the hour before.
func listen(ctx context.Context, d *db.DB, k key, now time.Time) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO hotlane_listeners (topic, listener, since, seen) VALUES ($1, $2, $3, $3)
			ON CONFLICT (topic, listener) DO UPDATE SET seen = excluded.seen WHERE hotlane_listeners.seen < $4`,
			k.topic, k.listener, now.UnixMicro(), now.Add(-time.Hour).UnixMicro())
		return err
	})
}

// forgetUnseen ends the listening of those who were not there since.
func forgetUnseen(ctx context.Context, d *db.DB, since time.Time) (gone []key, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		gone = nil
		rows, err := tx.Query(ctx, `DELETE FROM hotlane_listeners WHERE seen < $1 RETURNING topic, listener`, since.UnixMicro())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k key
			if err := rows.Scan(&k.topic, &k.listener); err != nil {
				return err
			}
			gone = append(gone, k)
		}
		return rows.Err()
	})
	return gone, err
}

// row is one event that waits for one listener.
type row struct {
	Event
	seq      int64
	attempts int // that failed
	due      time.Time
}

const batch = 32 // rows that are read at a time

// waiting is the first rows that wait, in order.
func waiting(ctx context.Context, d *db.DB, k key) ([]row, error) {
	rows, err := d.Query(ctx, `SELECT seq, id, at, body, attempts, due FROM hotlane_outbox
		WHERE topic = $1 AND listener = $2 AND parked = 0 ORDER BY seq LIMIT $3`, k.topic, k.listener, batch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []row
	for rows.Next() {
		r := row{Event: Event{Topic: k.topic}}
		var at, due int64
		var body string
		if err := rows.Scan(&r.seq, &r.ID, &at, &body, &r.attempts, &due); err != nil {
			return nil, err
		}
		r.At, r.due, r.Body = time.UnixMicro(at).UTC(), time.UnixMicro(due), []byte(body)
		list = append(list, r)
	}
	return list, rows.Err()
}

// failure is what one attempt leaves behind.
type failure struct {
	row    row
	due    time.Time
	parked bool
	text   string
}

// finish deletes the rows that were handled and marks the one that was not, if there is one.
func finish(ctx context.Context, d *db.DB, handled []row, f *failure, now time.Time) error {
	if len(handled) == 0 && f == nil {
		return nil
	}
	ids := make([][]any, len(handled))
	for i, r := range handled {
		ids[i] = []any{r.seq}
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecMany(ctx, `DELETE FROM hotlane_outbox WHERE seq = $1`, ids); err != nil || f == nil {
			return err
		}
		var parked int64
		if f.parked {
			parked = now.UnixMicro()
		}
		_, err := tx.Exec(ctx, `UPDATE hotlane_outbox SET attempts = $1, due = $2, parked = $3, error = $4 WHERE seq = $5`,
			f.row.attempts+1, f.due.UnixMicro(), parked, f.text, f.row.seq)
		return err
	})
}

// lease takes the rows of a handler for a process until then, or longer when it has them; false: another has them.
func lease(ctx context.Context, d *db.DB, k key, owner string, now, until time.Time) (ours bool, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		done, err := tx.Exec(ctx, `INSERT INTO hotlane_leases (topic, listener, owner, until) VALUES ($1, $2, $3, $4)
			ON CONFLICT (topic, listener) DO UPDATE SET owner = excluded.owner, until = excluded.until
			WHERE hotlane_leases.owner = excluded.owner OR hotlane_leases.until <= $5`,
			k.topic, k.listener, owner, until.UnixMicro(), now.UnixMicro())
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		ours = n > 0
		return err
	})
	return ours, err
}

func release(ctx context.Context, d *db.DB, k key, owner string) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE hotlane_leases SET until = 0 WHERE topic = $1 AND listener = $2 AND owner = $3`,
			k.topic, k.listener, owner)
		return err
	})
}

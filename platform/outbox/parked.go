package outbox

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
)

// Parked is an event that a listener's handler failed on too often.
type Parked struct {
	ID       string    `json:"id"` // of the event
	Topic    string    `json:"topic"`
	Listener string    `json:"listener"`
	At       time.Time `json:"at"`
	Since    time.Time `json:"since"` // when it was given up
	Attempts int       `json:"attempts"`
	Error    string    `json:"error"` // of the last attempt, up to 1000 characters
	Body     string    `json:"body"`
}

// MaxParked is the most that Parked lists.
const MaxParked = 1000

// Parked lists the parked events of this publisher, the longest parked first.
func (o *Outbox) Parked(ctx context.Context, limit int) ([]Parked, error) {
	rows, err := o.db.Query(ctx, `SELECT id, topic, listener, at, parked, attempts, error, body FROM hotlane_outbox
		WHERE parked <> 0 ORDER BY parked, seq LIMIT $1`, min(max(limit, 0), MaxParked))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Parked{}
	for rows.Next() {
		var p Parked
		var at, since int64
		if err := rows.Scan(&p.ID, &p.Topic, &p.Listener, &at, &since, &p.Attempts, &p.Error, &p.Body); err != nil {
			return nil, err
		}
		p.At, p.Since = time.UnixMicro(at).UTC(), time.UnixMicro(since).UTC()
		list = append(list, p)
	}
	return list, rows.Err()
}

// ErrNotParked is an event that is not, or no longer, parked for this listener.
var ErrNotParked = fault.New(fault.NotFound, "outbox.not_parked", "There is no such parked event.")

// Retry hands a parked event over again, with all its attempts before it. Those published after it may have been handled meanwhile.
func (o *Outbox) Retry(ctx context.Context, listener, id string) error {
	return o.parked(ctx, `UPDATE hotlane_outbox SET parked = 0, attempts = 0, due = 0 WHERE id = $1 AND listener = $2 AND parked <> 0`, listener, id)
}

// Remove gives a parked event up for good.
func (o *Outbox) Remove(ctx context.Context, listener, id string) error {
	return o.parked(ctx, `DELETE FROM hotlane_outbox WHERE id = $1 AND listener = $2 AND parked <> 0`, listener, id)
}

func (o *Outbox) parked(ctx context.Context, statement, listener, id string) error {
	return o.db.Write(ctx, func(tx *db.Tx) error {
		done, err := tx.Exec(ctx, statement, id, listener)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err == nil && n == 0 {
			return ErrNotParked
		}
		tx.After(o.wakeAll)
		return err
	})
}

// Forget ends the listening of a lane that will not come back, and removes what waits for it. It says how many events that were.
func (o *Outbox) Forget(ctx context.Context, listener string) (n int64, err error) {
	err = o.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM hotlane_listeners WHERE listener = $1`, listener); err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `DELETE FROM hotlane_outbox WHERE listener = $1`, listener)
		if err != nil {
			return err
		}
		n, err = done.RowsAffected()
		return err
	})
	return n, err
}

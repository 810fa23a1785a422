package papers

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/db"
)

// edited writes what a paper.edit changed, in the transaction that logs it.
func (s *store) edited(ctx context.Context, tx *db.Tx, id string, p board.Paper, ends time.Time, deadline bool) error {
	_, err := tx.Exec(ctx, `UPDATE papers SET title = $1, recipient = $2, theme = $3, size = $4, deadline = $5, zone = $6, writers = $7, ends_at = $8 WHERE id = $9`,
		p.Title, p.Recipient, p.Theme, p.Size, p.Deadline, p.Zone, p.Writers, micros(ends), id)
	if err != nil || !deadline {
		return err
	}
	return s.atDeadline(ctx, tx, id, p)
}

// closed writes the last board of a paper, in the transaction that logs that it is closed or delivered.
func (s *store) closed(ctx context.Context, tx *db.Tx, id string, b *board.Board, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE papers SET state = 'closed', document = $1, notes = $2, closed_at = $3 WHERE id = $4 AND state = 'open'`,
		string(b.Checkpoint()), b.Len(), micros(at), id)
	if err != nil {
		return err
	}
	return s.jobs.Add(ctx, tx, jobFold, paperJob{id})
}

// delivered hands a closed paper over, and has its recipient told.
func (s *store) delivered(ctx context.Context, tx *db.Tx, id string, at, ends time.Time) error {
	r, err := s.inTx(ctx, tx, id)
	if err != nil || r.Paper.State != board.Closed {
		return err
	}
	r.Mailed = mailed(r.Mail)
	_, err = tx.Exec(ctx, `UPDATE papers SET state = 'delivered', delivered_at = $1, ends_at = $2, mailed = $3 WHERE id = $4`, micros(at), micros(ends), r.Mailed, id)
	if err != nil {
		return err
	}
	return s.sendMail(ctx, tx, r)
}

// Deliver hands over a paper that is closed already; any other it leaves alone.
func (s *store) Deliver(ctx context.Context, id string, at, ends time.Time) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.delivered(ctx, tx, id, at, ends) })
}

// Mailed notes what became of the mail to an address. Where the owner has named another one since, that one is still to be told.
func (s *store) Mailed(ctx context.Context, id, address, result string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE papers SET mailed = $1 WHERE id = $2 AND mail = $3 AND mailed = 'waiting'`, result, id, address)
		return err
	})
}

// Remove takes a paper out of everybody's sight, and has it erased: the job does the rest. A second time changes nothing.
func (s *store) Remove(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE papers SET state = 'gone', owner = '', idem = '', title = '', recipient = '', invited = '[]', mail = '', mailed = '', document = '',
				ends_at = 0
			WHERE id = $1 AND state <> 'gone'`, id)
		if err != nil {
			return err
		}
		if changed, err := n.RowsAffected(); err != nil || changed == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM papers_links WHERE paper = $1`, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM papers_reports WHERE paper = $1`, id); err != nil {
			return err
		}
		return s.jobs.Add(ctx, tx, jobErase, paperJob{id})
	})
}

// Erase removes the last trace of a paper that Remove took away, when its log and images are gone.
func (s *store) Erase(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM papers WHERE id = $1 AND state = 'gone'`, id)
		return err
	})
}

// loosen notes that there may be images that nothing shows.
func (s *store) loosen(ctx context.Context, tx *db.Tx, id string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE papers SET loose_at = $1 WHERE id = $2 AND loose_at = 0`, micros(at), id)
	return err
}

// Loosen is loosen by itself.
func (s *store) Loosen(ctx context.Context, id string, at time.Time) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.loosen(ctx, tx, id, at) })
}

// Tighten takes the note away, before the images are looked at: what comes loose meanwhile is noted anew.
func (s *store) Tighten(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE papers SET loose_at = 0 WHERE id = $1`, id)
		return err
	})
}

// Due are papers that should have been closed by now, though the deadline's job does it.
func (s *store) Due(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return db.Column[string](ctx, s.db, `SELECT id FROM papers WHERE state = 'open' AND deadline <> 0 AND deadline <= $1 ORDER BY deadline LIMIT $2`, now.UnixMilli(), limit)
}

// Ended are papers whose time is over.
func (s *store) Ended(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return db.Column[string](ctx, s.db, `SELECT id FROM papers WHERE ends_at <= $1 AND state <> 'gone' ORDER BY ends_at LIMIT $2`, micros(now), limit)
}

// Gone are papers that are being erased, or should have been.
func (s *store) Gone(ctx context.Context, limit int) ([]string, error) {
	return db.Column[string](ctx, s.db, `SELECT id FROM papers WHERE ends_at = 0 AND state = 'gone' LIMIT $1`, limit)
}

// Loose are papers that have had images that nothing may show since before a time.
func (s *store) Loose(ctx context.Context, before time.Time, limit int) ([]string, error) {
	return db.Column[string](ctx, s.db, `SELECT id FROM papers WHERE loose_at <> 0 AND loose_at <= $1 AND state <> 'gone' ORDER BY loose_at LIMIT $2`, micros(before), limit)
}

package lanename

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// store keeps notes in SQL.
type store struct{ db *db.DB }

func newStore(d *db.DB) *store { return &store{db: d} }

// Add counts and writes as if nobody else did at the same time, so that the most is never passed.
func (s *store) Add(ctx context.Context, n Note, most int) (id int64, err error) {
	err = s.db.WriteSerializable(ctx, func(tx *db.Tx) error {
		var there int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM notes WHERE owner = $1`, n.Owner).Scan(&there); err != nil {
			return err
		}
		if there >= most {
			return ErrTooMany
		}
		return tx.QueryRow(ctx, `INSERT INTO notes (owner, text, written, edited) VALUES ($1, $2, $3, 0) RETURNING id`,
			n.Owner, n.Text, micros(n.Written)).Scan(&id)
	})
	return id, err
}

func (s *store) Note(ctx context.Context, id int64) (Note, error) {
	return scan(s.db.QueryRow(ctx, `SELECT id, owner, text, written, edited FROM notes WHERE id = $1`, id))
}

func (s *store) Before(ctx context.Context, id int64, limit int) ([]Note, error) {
	rows, err := s.db.Query(ctx, `SELECT id, owner, text, written, edited FROM notes WHERE id < $1 ORDER BY id DESC LIMIT $2`, id, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	notes := []Note{}
	for rows.Next() {
		n, err := scan(rows)
		if err != nil {
			return nil, err
		}
		notes = append(notes, n)
	}
	return notes, rows.Err()
}

func (s *store) Edit(ctx context.Context, id int64, text string, at time.Time) error {
	return s.change(ctx, `UPDATE notes SET text = $1, edited = $2 WHERE id = $3`, text, micros(at), id)
}

func (s *store) Delete(ctx context.Context, id int64) error {
	return s.change(ctx, `DELETE FROM notes WHERE id = $1`, id)
}

// change runs a statement that changes one note.
func (s *store) change(ctx context.Context, statement string, args ...any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		done, err := tx.Exec(ctx, statement, args...)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	})
}

// scan reads one row, of a query that has one or many.
func scan(row interface{ Scan(...any) error }) (Note, error) {
	var n Note
	var written, edited int64
	err := row.Scan(&n.ID, &n.Owner, &n.Text, &written, &edited)
	if errors.Is(err, sql.ErrNoRows) {
		return Note{}, ErrNotFound
	}
	n.Written, n.Edited = moment(written), moment(edited)
	return n, err
}

// micros is how a time is kept: Unix microseconds, 0 for none, since the engines keep times differently.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// moment is the time that was kept.
func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

package papers

import (
	"context"

	"github.com/hotlane/hotlane/platform/db"
)

const maxReports = 1000 // of one paper

// Report keeps that an author found a note wrong; the same again replaces what they said. Error: ErrReports.
func (s *store) Report(ctx context.Context, paper, author string, r Report) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM papers_reports WHERE paper = $1`, paper).Scan(&n); err != nil {
			return err
		}
		if n >= maxReports {
			return ErrReports
		}
		_, err := tx.Exec(ctx, `INSERT INTO papers_reports (paper, note, author, reason, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (paper, note, author) DO UPDATE SET reason = excluded.reason, at = excluded.at`, paper, r.Note, author, r.Reason, micros(r.At))
		return err
	})
}

// Reports of a paper, the newest first.
func (s *store) Reports(ctx context.Context, paper string) ([]Report, error) {
	rows, err := s.db.Query(ctx, `SELECT note, reason, at FROM papers_reports WHERE paper = $1 ORDER BY at DESC, note, author`, paper)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Report
	for rows.Next() {
		var r Report
		var at int64
		if err := rows.Scan(&r.Note, &r.Reason, &at); err != nil {
			return nil, err
		}
		r.At = moment(at)
		list = append(list, r)
	}
	return list, rows.Err()
}

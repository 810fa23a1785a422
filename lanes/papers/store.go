package papers

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/jobs"
)

// store keeps the lane's rows. What is done to a paper through its log is written by record functions that take a transaction (the room
// calls them in the one that logs it); all else has one of its own.
type store struct {
	db   *db.DB
	jobs *jobs.Queue
}

const recordColumns = `id, owner, idem, state, title, recipient, theme, size, deadline, zone, writers, invited, mail, mailed, lang, document, notes,
	created_at, closed_at, delivered_at, ends_at`

func scanRecord(row interface{ Scan(...any) error }) (*record, error) {
	var r record
	var invited string
	var created, closed, delivered, ends int64
	p := &r.Paper
	err := row.Scan(&r.ID, &r.Owner, &r.Idem, &p.State, &p.Title, &p.Recipient, &p.Theme, &p.Size, &p.Deadline, &p.Zone, &p.Writers, &invited,
		&r.Mail, &r.Mailed, &r.Lang, &r.Document, &r.Notes, &created, &closed, &delivered, &ends)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoPaper
	}
	if err != nil {
		return nil, err
	}
	if s, ok := board.SizeOf(p.Size); ok {
		p.W, p.H = s.Width, s.Height
	}
	r.Created, r.Closed, r.Delivered, r.Ends = moment(created), moment(closed), moment(delivered), moment(ends)
	return &r, json.Unmarshal([]byte(invited), &r.Invited)
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// Keys are made once and kept.
func (s *store) Keys(ctx context.Context, random func() []byte) (k keys, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO papers_keys (name, secret) VALUES ('links', $1) ON CONFLICT (name) DO NOTHING`, random())
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT secret FROM papers_keys WHERE name = 'links'`).Scan(&k.secret)
	})
	return k, err
}

// Create keeps a new paper with the hashes of its links. Where its maker has made it already (Idem), that one is the answer. Error:
// ErrTooManyOwn.
func (s *store) Create(ctx context.Context, r *record, links map[kind]string, most int) (made *record, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if r.Idem != "" {
			old, err := scanRecord(tx.QueryRow(ctx, `SELECT `+recordColumns+` FROM papers WHERE idem = $1`, r.Idem))
			if !errors.Is(err, ErrNoPaper) {
				made = old
				return err
			}
		}
		if err := s.roomFor(ctx, tx, r.Owner, most); err != nil {
			return err
		}
		made = r
		return s.insert(ctx, tx, r, links)
	})
	if db.IsUnique(err) && r.Idem != "" { // the same was made since
		return scanRecord(s.db.QueryRow(ctx, `SELECT `+recordColumns+` FROM papers WHERE idem = $1`, r.Idem))
	}
	return made, err
}

func (s *store) roomFor(ctx context.Context, tx *db.Tx, owner string, most int) error {
	if owner == "" {
		return nil
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM papers WHERE owner = $1`, owner).Scan(&n); err != nil {
		return err
	}
	if n >= most {
		return ErrTooManyOwn
	}
	return nil
}

func (s *store) insert(ctx context.Context, tx *db.Tx, r *record, links map[kind]string) error {
	invited, err := json.Marshal(append([]string{}, r.Invited...))
	if err != nil {
		return err
	}
	p := r.Paper
	_, err = tx.Exec(ctx, `INSERT INTO papers (id, owner, idem, state, title, recipient, theme, size, deadline, zone, writers, invited, mail, mailed, lang,
			document, notes, loose_at, created_at, closed_at, delivered_at, ends_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0, $18, $19, $20, $21)`,
		r.ID, r.Owner, r.Idem, string(p.State), p.Title, p.Recipient, p.Theme, p.Size, p.Deadline, p.Zone, p.Writers, string(invited), r.Mail, r.Mailed, r.Lang,
		string(r.Document), r.Notes, micros(r.Created), micros(r.Closed), micros(r.Delivered), micros(r.Ends))
	if err != nil {
		return err
	}
	for of, hash := range links {
		if _, err := tx.Exec(ctx, `INSERT INTO papers_links (hash, paper, kind) VALUES ($1, $2, $3)`, hash, r.ID, string(of)); err != nil {
			return err
		}
	}
	return s.atDeadline(ctx, tx, r.ID, p)
}

// atDeadline has the job that tidies up run when the deadline comes.
func (s *store) atDeadline(ctx context.Context, tx *db.Tx, id string, p board.Paper) error {
	if p.State != board.Open || p.Deadline == 0 {
		return nil
	}
	return s.jobs.Add(ctx, tx, jobDeadline, paperJob{id}, jobs.At(time.UnixMilli(p.Deadline)))
}

// ByLink is the paper that a link is of. Error: ErrNoPaper.
func (s *store) ByLink(ctx context.Context, hash string) (*record, kind, error) {
	var id, of string
	err := s.db.QueryRow(ctx, `SELECT paper, kind FROM papers_links WHERE hash = $1`, hash).Scan(&id, &of)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, ErrNoPaper
	}
	if err != nil {
		return nil, 0, err
	}
	r, err := s.Paper(ctx, id)
	return r, kind(of[0]), err
}

// Paper is one by its id, unless it is being erased. Error: ErrNoPaper.
func (s *store) Paper(ctx context.Context, id string) (*record, error) {
	return scanRecord(s.db.QueryRow(ctx, `SELECT `+recordColumns+` FROM papers WHERE id = $1 AND state <> 'gone'`, id))
}

// inTx is Paper in a transaction, to be changed in it: on PostgreSQL nobody else changes it meanwhile.
func (s *store) inTx(ctx context.Context, tx *db.Tx, id string) (*record, error) {
	if s.db.Dialect() == db.Postgres {
		return scanRecord(tx.QueryRow(ctx, `SELECT `+recordColumns+` FROM papers WHERE id = $1 AND state <> 'gone' FOR UPDATE`, id))
	}
	return readRecord(ctx, tx, id)
}

func readRecord(ctx context.Context, tx *db.Tx, id string) (*record, error) {
	return scanRecord(tx.QueryRow(ctx, `SELECT `+recordColumns+` FROM papers WHERE id = $1 AND state <> 'gone'`, id))
}

// Mine are a user's papers before a place in their order, the newest first. Their documents are left out.
func (s *store) Mine(ctx context.Context, owner string, before time.Time, id string, limit int) ([]*record, error) {
	rows, err := s.db.Query(ctx, `SELECT id, owner, idem, state, title, recipient, theme, size, deadline, zone, writers, invited, mail, mailed, lang, '', notes,
			created_at, closed_at, delivered_at, ends_at
		FROM papers WHERE owner = $1 AND state <> 'gone' AND (created_at < $2 OR created_at = $2 AND id < $3)
		ORDER BY created_at DESC, id DESC LIMIT $4`, owner, micros(before), id, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*record
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// Edit changes what only the owner knows. Error: ErrNoPaper.
func (s *store) Edit(ctx context.Context, id string, e edit) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		r, err := s.inTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if e.Invited != nil {
			r.Invited = *e.Invited
		}
		if e.Mail != nil {
			r.Mail = *e.Mail
		}
		if e.Lang != nil {
			r.Lang = *e.Lang
		}
		if e.Mail != nil && r.Paper.State == board.Delivered && r.Mailed != "sent" { // it was wrong, or missing
			r.Mailed = mailed(r.Mail)
			if err := s.sendMail(ctx, tx, r); err != nil {
				return err
			}
		}
		invited, err := json.Marshal(append([]string{}, r.Invited...))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE papers SET invited = $1, mail = $2, lang = $3, mailed = $4 WHERE id = $5`, string(invited), r.Mail, r.Lang, r.Mailed, id)
		return err
	})
}

func (s *store) sendMail(ctx context.Context, tx *db.Tx, r *record) error {
	if r.Mailed != "waiting" {
		return nil
	}
	return s.jobs.Add(ctx, tx, jobMail, paperJob{r.ID})
}

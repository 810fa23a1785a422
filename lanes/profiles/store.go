package profiles

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hotlane/hotlane/platform/db"
)

// store is what the lane keeps. Times are unix microseconds.
type store struct{ db *db.DB }

// record is a profile as it is kept.
type record struct {
	Source, ID, Username string
	Name                 string // the username folded
	Document             []byte
	Queryable            bool   // PostgreSQL's jsonb can hold the document
	Card                 string // JSON
	Drifted              bool
	Indexed              string // what the profile is found by, as one text
	Tag                  string // the source's ETag
	TagBy                by     // of the answer by username or by id
	Fetched, Changed     int64
	Gone                 int64 // 0: it is there
}

// fetched is what came of a question that is under way or brought no document.
type fetched struct {
	Owner  string
	Until  int64
	Answer string // answerRunning or what was wrong
}

// What became of a question.
const (
	answerRunning  = ""
	answerNotFound = "not_found"
	answerLimited  = "limited"
	answerFailed   = "failed"
)

const (
	lookByName = `SELECT p.id, p.username, p.name, p.document, p.card, p.drifted, p.indexed, p.tag, p.tag_by, p.fetched, p.changed, p.gone,
		f.owner, f.until, f.answer FROM (SELECT 1 AS one) AS o
		LEFT JOIN profiles p ON p.source = $1 AND p.name = $2 LEFT JOIN fetches f ON f.source = $1 AND f.key = $3`
	lookByID = `SELECT p.id, p.username, p.name, p.document, p.card, p.drifted, p.indexed, p.tag, p.tag_by, p.fetched, p.changed, p.gone,
		f.owner, f.until, f.answer FROM (SELECT 1 AS one) AS o
		LEFT JOIN profiles p ON p.source = $1 AND p.id = $2 LEFT JOIN fetches f ON f.source = $1 AND f.key = $3`
)

// Look finds a profile and what is being done about it. Either is nil where there is none.
func (s *store) Look(ctx context.Context, source string, b by, key string) (*record, *fetched, error) {
	text := lookByName
	if b == byID {
		text = lookByID
	}
	var r looked
	err := s.db.QueryRow(ctx, text, source, key, fetchKey(b, key)).Scan(r.columns()...)
	if err != nil {
		return nil, nil, err
	}
	return r.record(source), r.fetched(), nil
}

// looked is a row that may be empty.
type looked struct {
	id, username, name, card, indexed, tag, tagBy, owner, answer sql.NullString
	document                                                     []byte
	drifted                                                      sql.NullBool
	fetchedAt, changed, gone, until                              sql.NullInt64
}

func (r *looked) columns() []any {
	return []any{
		&r.id, &r.username, &r.name, &r.document, &r.card, &r.drifted, &r.indexed, &r.tag, &r.tagBy, &r.fetchedAt, &r.changed, &r.gone,
		&r.owner, &r.until, &r.answer,
	}
}

func (r *looked) record(source string) *record {
	if !r.id.Valid {
		return nil
	}
	return &record{
		Source: source, ID: r.id.String, Username: r.username.String, Name: r.name.String, Document: r.document, Card: r.card.String,
		Drifted: r.drifted.Bool, Indexed: r.indexed.String, Tag: r.tag.String, TagBy: byOf(r.tagBy.String),
		Fetched: r.fetchedAt.Int64, Changed: r.changed.Int64, Gone: r.gone.Int64,
	}
}

func (r *looked) fetched() *fetched {
	if !r.owner.Valid {
		return nil
	}
	return &fetched{Owner: r.owner.String, Until: r.until.Int64, Answer: r.answer.String}
}

func byOf(text string) by {
	if text == string(rune(byID)) {
		return byID
	}
	return byUsername
}

func fetchKey(b by, key string) string { return string(rune(b)) + key }

// Claim gives a question to one node until a time: false while another has it, or knows its answer.
func (s *store) Claim(ctx context.Context, source string, b by, key, owner string, now, until int64) (won bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var got string
		err := tx.QueryRow(ctx, `INSERT INTO fetches (source, key, owner, until, answer) VALUES ($1, $2, $3, $4, '')
			ON CONFLICT (source, key) DO UPDATE SET owner = excluded.owner, until = excluded.until, answer = ''
			WHERE fetches.until <= $5 RETURNING owner`, source, fetchKey(b, key), owner, until, now).Scan(&got)
		if errors.Is(err, sql.ErrNoRows) {
			won = false
			return nil
		}
		won = got == owner
		return err
	})
	return won && err == nil, err
}

// Unclaim lets others have the question.
func (s *store) Unclaim(ctx context.Context, source string, b by, key, owner string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM fetches WHERE source = $1 AND key = $2 AND owner = $3", source, fetchKey(b, key), owner)
		return err
	})
}

// Forgo ends a question whose answer is not a document. It is not asked again until then. Where the source said that there is no
// such person, id is of the one that it had before; else "".
func (s *store) Forgo(ctx context.Context, source string, b by, key, answer, id string, now, until int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO fetches (source, key, owner, until, answer) VALUES ($1, $2, '', $3, $4)
			ON CONFLICT (source, key) DO UPDATE SET owner = '', until = excluded.until, answer = excluded.answer`,
			source, fetchKey(b, key), until, answer)
		if err != nil || id == "" {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE profiles SET gone = $3 WHERE source = $1 AND id = $2", source, id, now)
		return err
	})
}

// Reopen forgets that there was no such person, so that the source may be asked again.
func (s *store) Reopen(ctx context.Context, source string, b by, key string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM fetches WHERE source = $1 AND key = $2 AND answer = 'not_found'", source, fetchKey(b, key))
		return err
	})
}

// Sweep removes what is known no longer of questions.
func (s *store) Sweep(ctx context.Context, now int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM fetches WHERE until < $1", now)
		return err
	})
}

// Secret is the kept one of this name, or made, which is kept from now on.
func (s *store) Secret(ctx context.Context, name string, made []byte) (secret []byte, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO secrets (name, data) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, made); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT data FROM secrets WHERE name = $1", name).Scan(&secret)
	})
	return secret, err
}

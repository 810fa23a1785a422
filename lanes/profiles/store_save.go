package profiles

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/hotlane/hotlane/platform/db"
)

// saving is a profile to be kept, with what goes with it.
type saving struct {
	record
	fields  [][2]string // name and value, to search by
	history int         // former documents that are kept
	marks   []mark      // none of which may have been erased
	claims  []string    // fetch keys that are answered by it
	owner   string      // of the claims
}

// Save keeps a profile, unless a younger document of the person is there already. A document that differs from the last one makes
// that a version. Whoever had the username before has it no longer. ErrErased when the person has been erased, whenever the document
// was asked for.
func (s *store) Save(ctx context.Context, in *saving) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := notErased(ctx, tx, in.marks); err != nil {
			return err
		}
		if err := keep(ctx, tx, in); err != nil {
			return fmt.Errorf("save a profile: %w", err)
		}
		for _, key := range in.claims {
			_, err := tx.Exec(ctx, "DELETE FROM fetches WHERE source = $1 AND key = $2 AND (owner = $3 OR answer <> '')", in.Source, key, in.owner)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// notErased looks for marks and makes erasures wait until the transaction ends: what they do not find yet, they will remove. On
// SQLite writers wait for each other anyway.
func notErased(ctx context.Context, tx *db.Tx, marks []mark) error {
	var n int
	if tx.Dialect() == db.Postgres {
		if err := tx.QueryRow(ctx, "SELECT n FROM erasure_count WHERE one = 1 FOR SHARE").Scan(&n); err != nil {
			return err
		}
	}
	for i := range marks {
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM erasures WHERE mark = $1", marks[i][:]).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return ErrErased
		}
	}
	return nil
}

func keep(ctx context.Context, tx *db.Tx, in *saving) error {
	old, err := current(ctx, tx, in)
	if err != nil {
		return err
	}
	if old.fetched > in.Fetched {
		return nil
	}
	if _, err := tx.Exec(ctx, "UPDATE profiles SET name = NULL WHERE source = $1 AND name = $2 AND id <> $3", in.Source, in.Name, in.ID); err != nil {
		return err
	}
	if old.there && old.document != string(in.Document) {
		if err := keepVersion(ctx, tx, in, old); err != nil {
			return err
		}
	} else if old.there {
		in.Changed = old.changed
	}
	_, err = tx.Exec(ctx, `INSERT INTO profiles (source, id, username, name, document, queryable, card, drifted, indexed, tag, tag_by, fetched, changed, gone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0)
		ON CONFLICT (source, id) DO UPDATE SET username = excluded.username, name = excluded.name, document = excluded.document,
		queryable = excluded.queryable, card = excluded.card, drifted = excluded.drifted, indexed = excluded.indexed, tag = excluded.tag,
		tag_by = excluded.tag_by, fetched = excluded.fetched, changed = excluded.changed, gone = 0 WHERE profiles.fetched <= excluded.fetched`,
		in.Source, in.ID, in.Username, in.Name, string(in.Document), in.Queryable, in.Card, in.Drifted, in.Indexed, in.Tag,
		string(rune(in.TagBy)), in.Fetched, in.Changed)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO names (source, name, id, seen) VALUES ($1, $2, $3, $4)
		ON CONFLICT (source, name) DO UPDATE SET id = excluded.id, seen = excluded.seen`, in.Source, in.Name, in.ID, in.Fetched)
	if err != nil || old.there && old.indexed == in.Indexed {
		return err
	}
	return keepFields(ctx, tx, in)
}

// kept is what is known of a person before.
type kept struct {
	there            bool
	username         string
	document         string
	indexed          string
	fetched, changed int64
}

func current(ctx context.Context, tx *db.Tx, in *saving) (k kept, err error) {
	err = tx.QueryRow(ctx, "SELECT username, document, indexed, fetched, changed FROM profiles WHERE source = $1 AND id = $2", in.Source, in.ID).
		Scan(&k.username, &k.document, &k.indexed, &k.fetched, &k.changed)
	if errors.Is(err, sql.ErrNoRows) {
		return k, nil
	}
	k.there = err == nil
	return k, err
}

// keepVersion makes the old document a version, and forgets the oldest beyond what is kept.
func keepVersion(ctx context.Context, tx *db.Tx, in *saving, old kept) error {
	if in.history == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO versions (source, id, since, until, username, document) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (source, id, since) DO NOTHING`, in.Source, in.ID, old.changed, in.Changed, old.username, old.document)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM versions WHERE source = $1 AND id = $2 AND since < (SELECT min(since) FROM
		(SELECT since FROM versions WHERE source = $1 AND id = $2 ORDER BY since DESC LIMIT $3) AS newest)`, in.Source, in.ID, in.history)
	return err
}

func keepFields(ctx context.Context, tx *db.Tx, in *saving) error {
	if _, err := tx.Exec(ctx, "DELETE FROM fields WHERE source = $1 AND id = $2", in.Source, in.ID); err != nil {
		return err
	}
	rows := make([][]any, len(in.fields))
	for i, f := range in.fields {
		rows[i] = []any{in.Source, in.ID, f[0], f[1]}
	}
	_, err := tx.ExecMany(ctx, "INSERT INTO fields (source, id, name, value) VALUES ($1, $2, $3, $4) ON CONFLICT (source, id, name) DO UPDATE SET value = excluded.value", rows)
	return err
}

// Renew says that a document is still the person's, which may have been said later already. false: there is none any more, it was
// erased.
func (s *store) Renew(ctx context.Context, r *record, b by, key, owner string, now int64) (there bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		res, err := tx.Exec(ctx, `UPDATE profiles SET fetched = CASE WHEN fetched > $3 THEN fetched ELSE $3 END, gone = 0
			WHERE source = $1 AND id = $2`, r.Source, r.ID, now)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		there = n > 0
		_, err = tx.Exec(ctx, "DELETE FROM fetches WHERE source = $1 AND key = $2 AND owner = $3", r.Source, fetchKey(b, key), owner)
		return err
	})
	return there && err == nil, err
}

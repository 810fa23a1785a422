package identity

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

type store struct{ db *db.DB }

// addKey keeps the hash unless one of this name is there, and returns the one that is: two processes that start at the same
// time agree.
func (s store) addKey(ctx context.Context, name, hash string, now time.Time) (kept string, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO keys (name, hash, created_at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO NOTHING`, name, hash, now.Unix()); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT hash FROM keys WHERE name = $1`, name).Scan(&kept)
	})
	return kept, err
}

// addSession keeps a session and forgets those that are over.
func (s store) addSession(ctx context.Context, hash, keyHash string, now, expires time.Time) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE expires_at <= $1`, now.Unix()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO sessions (hash, key_hash, expires_at) VALUES ($1, $2, $3)`,
			hash, keyHash, expires.Unix())
		return err
	})
}

// session is the hash of the key that opened a session; empty when there is none or it is over.
func (s store) session(ctx context.Context, hash string, now time.Time) (keyHash string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT key_hash FROM sessions WHERE hash = $1 AND expires_at > $2`,
			hash, now.Unix()).Scan(&keyHash)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return keyHash, err
}

func (s store) endSession(ctx context.Context, hash string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE hash = $1`, hash)
		return err
	})
}

// revoke keeps a revocation, unless a later one of this user is kept, and forgets those of tokens that have all ended.
func (s store) revoke(ctx context.Context, r revocation, ended int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM revocations WHERE issued_before < $1`, ended); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO revocations (user_id, issued_before, written) VALUES ($1, $2, $3)
			ON CONFLICT (user_id) DO UPDATE SET issued_before = excluded.issued_before, written = excluded.written
			WHERE revocations.issued_before < excluded.issued_before`, r.user, r.before, r.written)
		return err
	})
}

// revokedSince lists the revocations written since.
func (s store) revokedSince(ctx context.Context, since int64) (list []revocation, err error) {
	rows, err := s.db.Query(ctx, `SELECT user_id, issued_before, written FROM revocations WHERE written >= $1`, since)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r revocation
		if err := rows.Scan(&r.user, &r.before, &r.written); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

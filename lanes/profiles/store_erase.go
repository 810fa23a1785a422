package profiles

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hotlane/hotlane/platform/db"
)

// mark stands for an id or a username that was erased: a keyed hash, so that who reads the database does not read names.
type mark [16]byte

// erasure is what an erasure found and removed.
type erasure struct {
	number int64
	known  bool     // there was a profile
	id     string   // "": nothing is known under the name
	names  []string // usernames that were the person's, and nobody else's since, folded
	marks  []mark
}

// Erase removes a person and marks the id, and all usernames that were known, so that nobody fetches them again. Those whom it waits
// for are saving profiles; those that wait for it find the marks.
func (s *store) Erase(ctx context.Context, source string, b by, key string, of func(by, string) mark, now int64) (out erasure, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		out = erasure{}
		err := tx.QueryRow(ctx, "UPDATE erasure_count SET n = n + 1 WHERE one = 1 RETURNING n").Scan(&out.number)
		if err != nil {
			return err
		}
		if err := out.find(ctx, tx, source, b, key); err != nil {
			return err
		}
		for _, name := range out.names {
			out.marks = append(out.marks, of(byUsername, name))
		}
		if out.id != "" {
			out.marks = append(out.marks, of(byID, out.id))
		}
		rows := make([][]any, len(out.marks))
		for i := range out.marks {
			rows[i] = []any{out.marks[i][:], out.number, now}
		}
		if _, err := tx.ExecMany(ctx, "INSERT INTO erasures (mark, number, at) VALUES ($1, $2, $3) ON CONFLICT (mark) DO NOTHING", rows); err != nil {
			return err
		}
		return out.remove(ctx, tx, source)
	})
	return out, err
}

// find collects what is known of who is to be erased.
func (e *erasure) find(ctx context.Context, tx *db.Tx, source string, b by, key string) error {
	if b == byID {
		e.id = key
	} else {
		e.names = []string{key}
		err := tx.QueryRow(ctx, "SELECT id FROM names WHERE source = $1 AND name = $2", source, key).Scan(&e.id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	rows, err := tx.Query(ctx, "SELECT name FROM names WHERE source = $1 AND id = $2 ORDER BY name", source, e.id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if b == byID || name != key {
			e.names = append(e.names, name)
		}
	}
	return rows.Err()
}

func (e *erasure) remove(ctx context.Context, tx *db.Tx, source string) error {
	res, err := tx.Exec(ctx, "DELETE FROM profiles WHERE source = $1 AND id = $2", source, e.id)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	e.known = n > 0
	for _, text := range []string{
		"DELETE FROM versions WHERE source = $1 AND id = $2", "DELETE FROM fields WHERE source = $1 AND id = $2",
		"DELETE FROM names WHERE source = $1 AND id = $2",
	} {
		if _, err := tx.Exec(ctx, text, source, e.id); err != nil {
			return err
		}
	}
	keys := [][]any{{source, fetchKey(byID, e.id)}}
	for _, name := range e.names {
		keys = append(keys, []any{source, fetchKey(byUsername, name)})
	}
	_, err = tx.ExecMany(ctx, "DELETE FROM fetches WHERE source = $1 AND key = $2", keys)
	return err
}

// Erased gives the marks of erasures beyond a number, and the highest number. The numbers rise in the order in which erasures
// became visible, since each holds the count's lock until it is.
func (s *store) Erased(ctx context.Context, beyond int64, visit func(mark)) (number int64, err error) {
	rows, err := s.db.Query(ctx, "SELECT mark, number FROM erasures WHERE number > $1", beyond)
	if err != nil {
		return beyond, err
	}
	defer rows.Close()
	number = beyond
	for rows.Next() {
		var m []byte
		var n int64
		if err := rows.Scan(&m, &n); err != nil {
			return beyond, err
		}
		visit(mark(m))
		number = max(number, n)
	}
	return number, rows.Err()
}

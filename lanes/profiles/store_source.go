package profiles

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/lanes/profiles/shape"
	"github.com/hotlane/hotlane/platform/db"
)

// AddSource makes the row of a source if there is none.
func (s *store) AddSource(ctx context.Context, name string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO sources (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", name)
		return err
	})
}

// slots are what was taken of a source's budget.
type slots struct {
	ok      bool
	first   int64 // the first of them
	stopped int64 // not ok: the source is left alone until then
	next    int64 // not ok: the first slot that nobody has
}

// Slots takes n slots of a source's budget, an interval apart, beginning at now at the earliest and at most ahead of it. It is one
// statement, so that no two nodes get the same.
func (s *store) Slots(ctx context.Context, source string, n int, now int64, interval, ahead time.Duration) (got slots, err error) {
	span := int64(n) * interval.Microseconds()
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var end int64
		err := tx.QueryRow(ctx, `UPDATE sources SET next = (CASE WHEN next > $2 THEN next ELSE $2 END) + $3
			WHERE name = $1 AND next <= $4 AND stopped <= $2 RETURNING next`, source, now, span, now+ahead.Microseconds()).Scan(&end)
		if err == nil {
			got = slots{ok: true, first: end - span}
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		got = slots{}
		return tx.QueryRow(ctx, "SELECT next, stopped FROM sources WHERE name = $1", source).Scan(&got.next, &got.stopped)
	})
	return got, err
}

// Stop leaves a source alone until a time, on all nodes.
func (s *store) Stop(ctx context.Context, source string, until int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE sources SET stopped = $2 WHERE name = $1 AND stopped < $2", source, until)
		return err
	})
}

// maxDrift is how many differences are kept of a source; the one that was not seen for longest makes room.
const maxDrift = 200

// Learn adds a document to the shape of a source and keeps what was different about it. It answers the shape as it is then.
func (s *store) Learn(ctx context.Context, source string, doc map[string]shape.Types, now int64) (next shape.Shape, changes []shape.Change, err error) {
	err = s.db.WriteSerializable(ctx, func(tx *db.Tx) error {
		before, err := shapeOf(ctx, tx, source)
		if err != nil {
			return err
		}
		next, changes = before.Next(doc)
		text, err := json.Marshal(next)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE sources SET shape = $2 WHERE name = $1", source, string(text)); err != nil {
			return err
		}
		return keepDrift(ctx, tx, source, changes, now)
	})
	return next, changes, err
}

func shapeOf(ctx context.Context, tx *db.Tx, source string) (known shape.Shape, err error) {
	var text []byte
	if err := tx.QueryRow(ctx, "SELECT shape FROM sources WHERE name = $1", source).Scan(&text); err != nil {
		return known, err
	}
	if err := json.Unmarshal(text, &known); err != nil {
		return known, fmt.Errorf("the shape of %s: %w", source, err)
	}
	return known, nil
}

func keepDrift(ctx context.Context, tx *db.Tx, source string, changes []shape.Change, now int64) error {
	if len(changes) == 0 {
		return nil
	}
	rows := make([][]any, len(changes))
	for i, c := range changes {
		rows[i] = []any{source, string(c.Kind), c.Pointer, c.Was, c.Is, now}
	}
	_, err := tx.ExecMany(ctx, `INSERT INTO drift (source, kind, pointer, was, now_is, first, last, documents) VALUES ($1, $2, $3, $4, $5, $6, $6, 1)
		ON CONFLICT (source, kind, pointer) DO UPDATE SET was = excluded.was, now_is = excluded.now_is, last = excluded.last, documents = drift.documents + 1`, rows)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM drift WHERE source = $1 AND last < (SELECT min(last) FROM
		(SELECT last FROM drift WHERE source = $1 ORDER BY last DESC LIMIT $2) AS newest)`, source, maxDrift)
	return err
}

// Drift is a difference between documents and those before them, with how often it was seen.
type Drift struct {
	shape.Change
	First     time.Time `json:"first_seen"`
	Last      time.Time `json:"last_seen"`
	Documents int64     `json:"documents" doc:"in how many documents it was seen, about: counts are written every second"`
}

// Known is the shape of a source and the differences that are kept, the latest first.
func (s *store) Known(ctx context.Context, source string) (known shape.Shape, list []Drift, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		if known, err = shapeOf(ctx, tx, source); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT kind, pointer, was, now_is, first, last, documents FROM drift WHERE source = $1
			ORDER BY last DESC, kind, pointer LIMIT $2`, source, maxDrift)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var d Drift
			var kind string
			var first, last int64
			if err := rows.Scan(&kind, &d.Pointer, &d.Was, &d.Is, &first, &last, &d.Documents); err != nil {
				return err
			}
			d.Kind, d.First, d.Last = shape.Kind(kind), time.UnixMicro(first).UTC(), time.UnixMicro(last).UTC()
			list = append(list, d)
		}
		return rows.Err()
	})
	return known, list, err
}

// seen counts documents in which a difference was seen again.
type seen struct {
	kind    shape.Kind
	pointer string
}

// Count adds to how often differences were seen.
func (s *store) Count(ctx context.Context, source string, counts map[seen]int64, now int64) error {
	if len(counts) == 0 {
		return nil
	}
	rows := make([][]any, 0, len(counts))
	for what, n := range counts {
		rows = append(rows, []any{source, string(what.kind), what.pointer, n, now})
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecMany(ctx, `UPDATE drift SET documents = documents + $4, last = CASE WHEN last > $5 THEN last ELSE $5 END
			WHERE source = $1 AND kind = $2 AND pointer = $3`, rows)
		return err
	})
}

// State is what is kept of a source.
type state struct {
	next, stopped     int64
	profiles, drifted int64
}

const maxCounted = 1_000_000

// State counts a source's profiles, up to maxCounted.
func (s *store) State(ctx context.Context, source string) (st state, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT next, stopped FROM sources WHERE name = $1", source).Scan(&st.next, &st.stopped); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*), coalesce(sum(CASE WHEN drifted THEN 1 ELSE 0 END), 0) FROM
			(SELECT drifted FROM profiles WHERE source = $1 LIMIT $2) AS counted`, source, maxCounted).Scan(&st.profiles, &st.drifted)
	})
	return st, err
}

package allocation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
)

// catalogueStore keeps the things: each change with its audit entry in one transaction.
type catalogueStore struct {
	db      *db.DB
	now     func() time.Time
	sources map[string]bool // whose things only they change
}

const rowColumns = "num, kind, id, parent, status, source, held, revision, doc, created_at, updated_at"

func scanRow(row interface{ Scan(...any) error }) (Row, error) {
	var r Row
	err := row.Scan(&r.Num, &r.Kind, &r.ID, &r.Parent, &r.Status, &r.Source, &r.Held, &r.Revision, &r.Doc, &r.CreatedAt, &r.UpdatedAt)
	return r, err
}

// Changed calls visit for every thing changed after a revision, in no order, and returns the newest revision there is.
func (s *catalogueStore) Changed(ctx context.Context, since int64, visit func(Row) error) (int64, error) {
	newest := since
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT revision FROM catalogue WHERE one = 1").Scan(&newest); err != nil || newest == since {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT "+rowColumns+" FROM things WHERE revision > $1", since)
		if err != nil {
			return err
		}
		return eachRow(rows, visit)
	})
	return newest, err
}

func eachRow(rows *db.Rows, visit func(Row) error) error {
	defer rows.Close()
	for rows.Next() {
		r, err := scanRow(rows)
		if err != nil {
			return err
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Thing reads one; ErrNotFound when there is none.
func (s *catalogueStore) Thing(ctx context.Context, kind Kind, id string) (Row, error) {
	r, err := scanRow(s.db.QueryRow(ctx, "SELECT "+rowColumns+" FROM things WHERE kind = $1 AND id = $2", kind, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrNotFound
	}
	return r, db.Fault(err)
}

// List reads a page in the order of ids.
func (s *catalogueStore) List(ctx context.Context, f Filter) ([]Row, error) {
	rows, err := s.db.Query(ctx, "SELECT "+rowColumns+` FROM things WHERE kind = $1 AND id > $2
		AND ($3 = '' OR parent = $3) AND ($4 = '' OR status = $4) AND ($5 = '' OR source = $5) ORDER BY id LIMIT $6`,
		f.Kind, f.After, f.Parent, string(f.Status), f.Source, f.Limit)
	if err != nil {
		return nil, db.Fault(err)
	}
	var list []Row
	err = eachRow(rows, func(r Row) error { list = append(list, r); return nil })
	return list, db.Fault(err)
}

// Apply writes all changes or none, and returns the revision they made (the present one when nothing differed) and how
// many differed. A refusal carries the line of the change it is about.
func (s *catalogueStore) Apply(ctx context.Context, actor string, changes []Change) (revision int64, changed int, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		changed = 0
		if err := tx.QueryRow(ctx, "UPDATE catalogue SET revision = revision + 1 WHERE one = 1 RETURNING revision").Scan(&revision); err != nil {
			return err
		}
		for i := range changes {
			did, err := s.apply(ctx, tx, actor, revision, &changes[i])
			if err != nil {
				return atLine(err, changes[i].Line)
			}
			if did {
				changed++
			}
		}
		if changed == 0 {
			return errUnchanged
		}
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return revision - 1, 0, nil
	}
	return revision, changed, db.Fault(err)
}

// errUnchanged rolls the new revision back: nobody has to look.
var errUnchanged = errors.New("nothing differs")

func (s *catalogueStore) apply(ctx context.Context, tx *db.Tx, actor string, revision int64, c *Change) (bool, error) {
	before, err := scanRow(tx.QueryRow(ctx, "SELECT "+rowColumns+" FROM things WHERE kind = $1 AND id = $2", c.Row.Kind, c.Row.ID))
	found := err == nil
	if found && c.KeepStatus && c.Row.Status != before.Status {
		if c.Row, err = c.Row.with(before.Status, before.Held); err != nil {
			return false, err
		}
	}
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return false, err
	case found && c.Action == Create:
		return false, ErrExists
	case !found && c.Action == Update:
		return false, ErrNotFound
	case found && before.Doc == c.Row.Doc && before.Source == c.Row.Source && before.Held == c.Row.Held:
		return false, nil
	case found && before.Status == Killed:
		return false, ErrKilled
	case found && before.Source != c.Row.Source && s.sources[before.Source]:
		return false, ErrSource
	case found && before.Source != c.Row.Source && before.Source == "":
		return false, ErrExists
	case found && c.Row.Revision > 0 && c.Row.Revision != before.Revision:
		return false, ErrStale
	}
	if err := checkParent(ctx, tx, c.Row); err != nil {
		return false, err
	}
	now := s.now().UnixMilli()
	_, err = tx.Exec(ctx, `INSERT INTO things (kind, id, parent, status, source, held, revision, doc, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
		ON CONFLICT (kind, id) DO UPDATE SET parent = excluded.parent, status = excluded.status, source = excluded.source,
			held = excluded.held, revision = excluded.revision, doc = excluded.doc, updated_at = excluded.updated_at`,
		c.Row.Kind, c.Row.ID, c.Row.Parent, string(c.Row.Status), c.Row.Source, string(c.Row.Held), revision, c.Row.Doc, now)
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO audit (at, actor, action, kind, id, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		now, actor, string(c.Action), c.Row.Kind, c.Row.ID, before.Doc, c.Row.Doc)
	return err == nil, err
}

func checkParent(ctx context.Context, tx *db.Tx, r Row) error {
	up, ok := parentKind[r.Kind]
	if !ok || r.Parent == "" {
		return nil
	}
	var one int
	err := tx.QueryRow(ctx, "SELECT 1 FROM things WHERE kind = $1 AND id = $2", up.kind, r.Parent).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrParent.With(fault.Field{Pointer: up.field, Rule: fmt.Sprintf("must be the id of a %s that is there; %q is not", up.kind, r.Parent)})
	}
	return err
}

// atLine says which line of an import a refusal is about.
func atLine(err error, line int) error {
	var f *fault.Error
	if line == 0 || !errors.As(err, &f) {
		return err
	}
	c := *f
	c.Fields = nil
	for _, field := range f.Fields {
		c.Fields = append(c.Fields, fault.Field{Pointer: fmt.Sprintf("line %d: %s", line, field.Pointer), Rule: field.Rule})
	}
	if len(f.Fields) == 0 {
		c.Fields = []fault.Field{{Pointer: fmt.Sprintf("line %d", line), Rule: f.Text}}
	}
	return &c
}

// Audit reads the log, newest first, before a sequence number (0: from the newest).
func (s *catalogueStore) Audit(ctx context.Context, kind Kind, id string, before int64, limit int) ([]AuditEntry, error) {
	rows, err := s.db.Query(ctx, `SELECT seq, at, actor, action, kind, id, before, after FROM audit
		WHERE ($1 = '' OR kind = $1) AND ($2 = '' OR id = $2) AND ($3 = 0 OR seq < $3) ORDER BY seq DESC LIMIT $4`,
		string(kind), id, before, limit)
	if err != nil {
		return nil, db.Fault(err)
	}
	defer rows.Close()
	var list []AuditEntry
	for rows.Next() {
		var e AuditEntry
		var was, is string
		if err := rows.Scan(&e.Seq, &e.At, &e.Actor, &e.Action, &e.Kind, &e.ID, &was, &is); err != nil {
			return nil, err
		}
		e.Before, e.After = RawJSON(was), RawJSON(is)
		list = append(list, e)
	}
	return list, db.Fault(rows.Err())
}

// Secret returns the bytes kept under a name, or keeps and returns the given ones when there are none.
func (s *catalogueStore) Secret(ctx context.Context, name string, fresh []byte) ([]byte, error) {
	var data []byte
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO secrets (name, data) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, fresh); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT data FROM secrets WHERE name = $1", name).Scan(&data)
	})
	return data, db.Fault(err)
}

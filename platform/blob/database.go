package blob

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io"
	"io/fs"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

//go:embed migrations
var migrations embed.FS

// Migrations has the subfolders sqlite/ and postgres/ of the tables that Database works on. On SQLite a database of their own is best: a
// large blob holds up no small write then.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil { // the folder is embedded: cannot happen
		panic(err)
	}
	return sub
}

// chunk is how many bytes one row has.
const chunk = 256 << 10

type database struct {
	db     *db.DB
	limits Limits
	now    func() time.Time
}

// Database keeps blobs in d, whose Migrations have run. It does no I/O.
func Database(d *db.DB, l Limits, now func() time.Time) Store {
	return &database{db: d, limits: l.withDefaults(), now: now}
}

func (s *database) Put(ctx context.Context, key Key, kind string, body io.Reader) (Info, error) {
	info, data, err := take(key, kind, body, s.limits, s.now())
	if err != nil {
		return Info{}, err
	}
	kept := info
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		kept = info
		old, err := find(ctx, tx, key)
		switch {
		case err == nil && old.same(info):
			_, err := tx.Exec(ctx, `UPDATE hotlane_blobs SET kept_at = $1 WHERE grp = $2 AND id = $3`, info.Kept.UnixMicro(), key.Group, key.ID)
			kept = old
			kept.Kept = info.Kept
			return err
		case err == nil:
			return ErrTaken
		case !errors.Is(err, ErrNone):
			return err
		}
		if err := s.room(ctx, tx, info); err != nil {
			return err
		}
		return insert(ctx, tx, info, data)
	})
	if db.IsUnique(err) || errors.Is(err, ErrFull) { // another may have put the same id since
		return s.lost(ctx, info, err)
	}
	return kept, err
}

// lost says what became of an id that another was first with; err, where it is nobody's.
func (s *database) lost(ctx context.Context, info Info, err error) (Info, error) {
	old, none := scan(s.db.QueryRow(ctx, `SELECT grp, id, kind, size, sha256, kept_at FROM hotlane_blobs WHERE grp = $1 AND id = $2`, info.Group, info.ID))
	switch {
	case errors.Is(none, ErrNone):
		return Info{}, err
	case none != nil:
		return Info{}, none
	case !old.same(info):
		return Info{}, ErrTaken
	}
	return old, nil
}

// room counts a blob into its group, if it fits.
func (s *database) room(ctx context.Context, tx *db.Tx, info Info) error {
	if _, err := tx.Exec(ctx, `INSERT INTO hotlane_blob_groups (name, bytes, blobs) VALUES ($1, 0, 0) ON CONFLICT (name) DO NOTHING`, info.Group); err != nil {
		return err
	}
	var blobs int64
	err := tx.QueryRow(ctx, `UPDATE hotlane_blob_groups SET bytes = bytes + $1, blobs = blobs + 1
		WHERE name = $2 AND bytes + $1 <= $3 AND blobs < $4 RETURNING blobs`, info.Size, info.Group, s.limits.Group, s.limits.Count).Scan(&blobs)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrFull
	}
	return err
}

func insert(ctx context.Context, tx *db.Tx, i Info, data []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO hotlane_blobs (grp, id, kind, size, sha256, kept_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		i.Group, i.ID, i.Type, i.Size, i.SHA256, i.Kept.UnixMicro())
	for at := 0; err == nil && at*chunk < len(data); at++ {
		_, err = tx.Exec(ctx, `INSERT INTO hotlane_blob_chunks (grp, id, place, body) VALUES ($1, $2, $3, $4)`,
			i.Group, i.ID, at, data[at*chunk:min((at+1)*chunk, len(data))])
	}
	return err
}

func find(ctx context.Context, tx *db.Tx, key Key) (Info, error) {
	return scan(tx.QueryRow(ctx, `SELECT grp, id, kind, size, sha256, kept_at FROM hotlane_blobs WHERE grp = $1 AND id = $2`, key.Group, key.ID))
}

func scan(row interface{ Scan(...any) error }) (i Info, err error) {
	var kept int64
	err = row.Scan(&i.Group, &i.ID, &i.Type, &i.Size, &i.SHA256, &kept)
	if errors.Is(err, sql.ErrNoRows) {
		return Info{}, ErrNone
	}
	i.Kept = time.UnixMicro(kept).UTC()
	return i, err
}

func (s *database) Open(ctx context.Context, key Key) (io.ReadCloser, Info, error) {
	if !key.good() {
		return nil, Info{}, ErrNone
	}
	info, err := scan(s.db.QueryRow(ctx, `SELECT grp, id, kind, size, sha256, kept_at FROM hotlane_blobs WHERE grp = $1 AND id = $2`, key.Group, key.ID))
	if err != nil {
		return nil, Info{}, err
	}
	return &rows{ctx: ctx, db: s.db, info: info, left: info.Size}, info, nil
}

// rows reads one row at a time, so that nothing is held up by whoever reads slowly.
type rows struct {
	ctx  context.Context //nolint:containedctx // of Open: a reader has none
	db   *db.DB
	info Info
	next int
	have []byte
	left int64 // in rows that were not read
}

func (r *rows) Read(p []byte) (int, error) {
	if len(r.have) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		err := r.db.QueryRow(r.ctx, `SELECT body FROM hotlane_blob_chunks WHERE grp = $1 AND id = $2 AND place = $3`,
			r.info.Group, r.info.ID, r.next).Scan(&r.have)
		if err == nil && int64(len(r.have)) != min(r.left, chunk) || errors.Is(err, sql.ErrNoRows) { // deleted, or damaged
			return 0, ErrBroken
		}
		if err != nil {
			return 0, err
		}
		r.next++
		r.left -= int64(len(r.have))
	}
	n := copy(p, r.have)
	r.have = r.have[n:]
	return n, nil
}

func (r *rows) Close() error { return nil }

func (s *database) List(ctx context.Context, group string) ([]Info, error) {
	if !name(group, false) {
		return nil, nil
	}
	found, err := s.db.Query(ctx, `SELECT grp, id, kind, size, sha256, kept_at FROM hotlane_blobs WHERE grp = $1 ORDER BY id`, group)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var all []Info
	for found.Next() {
		i, err := scan(found)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, found.Err()
}

func (s *database) Delete(ctx context.Context, key Key) error {
	if !key.good() {
		return nil
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		var size int64
		err := tx.QueryRow(ctx, `DELETE FROM hotlane_blobs WHERE grp = $1 AND id = $2 RETURNING size`, key.Group, key.ID).Scan(&size)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM hotlane_blob_chunks WHERE grp = $1 AND id = $2`, key.Group, key.ID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE hotlane_blob_groups SET bytes = bytes - $1, blobs = blobs - 1 WHERE name = $2`, size, key.Group)
		return err
	})
}

func (s *database) DeleteGroup(ctx context.Context, group string) error {
	if !name(group, false) {
		return nil
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		// The group first: whoever puts into it at the same time waits, or is waited for.
		if _, err := tx.Exec(ctx, `DELETE FROM hotlane_blob_groups WHERE name = $1`, group); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM hotlane_blob_chunks WHERE grp = $1`, group); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM hotlane_blobs WHERE grp = $1`, group)
		return err
	})
}

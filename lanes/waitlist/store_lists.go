package waitlist

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// Lists reads all lists, when they are another edition than the last that was read. Every change makes another.
func (s *store) Lists(ctx context.Context, last string) (lists []*List, edition string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var count, newest, at int64 // the time tells one that was deleted and made again
		err := tx.QueryRow(ctx, "SELECT count(*), coalesce(max(revision), 0), coalesce(max(updated_at), 0) FROM waitlist_lists").Scan(&count, &newest, &at)
		if edition = fmt.Sprintf("%d.%d.%d", count, newest, at); err != nil || edition == last {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT document FROM waitlist_lists ORDER BY slug")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			l, err := scanList(rows)
			if err != nil {
				return err
			}
			lists = append(lists, l)
		}
		return rows.Err()
	})
	return lists, edition, err
}

func scanList(row interface{ Scan(...any) error }) (*List, error) {
	var document string
	if err := row.Scan(&document); err != nil {
		return nil, err
	}
	l := new(List)
	return l, json.Unmarshal([]byte(document), l)
}

// list reads one as it stands in this transaction.
func list(ctx context.Context, tx *db.Tx, slug string) (*List, error) {
	l, err := scanList(tx.QueryRow(ctx, "SELECT document FROM waitlist_lists WHERE slug = $1", slug))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoList
	}
	return l, err
}

// CreateList writes a new list. Errors: ErrListExists, ErrTooManyLists.
func (s *store) CreateList(ctx context.Context, l *List, most int, at time.Time) error {
	return s.db.WriteSerializable(ctx, func(tx *db.Tx) error {
		var there, count int
		err := tx.QueryRow(ctx, "SELECT coalesce(sum(CASE WHEN slug = $1 THEN 1 ELSE 0 END), 0), count(*) FROM waitlist_lists", l.Slug).Scan(&there, &count)
		switch {
		case err != nil:
			return err
		case there > 0:
			return ErrListExists
		case count >= most:
			return ErrTooManyLists
		}
		_, err = tx.Exec(ctx, "INSERT INTO waitlist_queues (list, seq, waiting, invited) VALUES ($1, 0, 0, 0)", l.Slug)
		if err != nil {
			return err
		}
		return writeList(ctx, tx, l, at)
	})
}

// EditList changes a list. change is given it as it stands, and may be called again.
func (s *store) EditList(ctx context.Context, slug string, at time.Time, change func(*List) (*List, error)) (edited *List, err error) {
	err = s.db.WriteSerializable(ctx, func(tx *db.Tx) error {
		l, err := list(ctx, tx, slug)
		if err != nil {
			return err
		}
		if edited, err = change(l); err != nil {
			return err
		}
		return writeList(ctx, tx, edited, at)
	})
	return edited, err
}

func writeList(ctx context.Context, tx *db.Tx, l *List, at time.Time) error {
	document, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO waitlist_lists (slug, document, revision, created_at, updated_at)
		VALUES ($1, $2, (SELECT coalesce(max(revision), 0) + 1 FROM waitlist_lists), $3, $3)
		ON CONFLICT (slug) DO UPDATE SET document = excluded.document, revision = excluded.revision, updated_at = excluded.updated_at`,
		l.Slug, string(document), at.UnixMicro())
	if err != nil {
		return err
	}
	var texts [][]any
	for _, c := range l.Consents {
		for _, lang := range []string{"ko", "en"} {
			texts = append(texts, []any{textHash(c.Text.In(lang)), l.Slug, c.Name, c.Version, lang, c.Text.In(lang)})
		}
	}
	_, err = tx.ExecMany(ctx, `INSERT INTO waitlist_texts (hash, list, consent, version, lang, text) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (hash, list, consent, version, lang) DO NOTHING`, texts)
	return err
}

// DeleteList deletes a list that nobody is on. Errors: ErrNoList, ErrListUsed.
func (s *store) DeleteList(ctx context.Context, slug string) error {
	return s.db.WriteSerializable(ctx, func(tx *db.Tx) error {
		if err := hold(ctx, tx); err != nil {
			return err
		}
		if _, err := list(ctx, tx, slug); err != nil {
			return err
		}
		var used bool
		err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM waitlist_signups WHERE list = $1)", slug).Scan(&used)
		if err != nil {
			return err
		}
		if used {
			return ErrListUsed
		}
		for _, statement := range []string{
			"DELETE FROM waitlist_lists WHERE slug = $1", "DELETE FROM waitlist_queues WHERE list = $1",
			"DELETE FROM waitlist_buckets WHERE list = $1", "DELETE FROM waitlist_waves WHERE list = $1",
		} {
			if _, err := tx.Exec(ctx, statement, slug); err != nil {
				return err
			}
		}
		return nil
	})
}

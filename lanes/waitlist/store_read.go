package waitlist

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// Search reads one page.
func (s *store) Search(ctx context.Context, f Filter) ([]*Signup, error) {
	if f.Prefix != "" {
		return signups(s.db.Query(ctx, "SELECT "+recordColumns+` FROM waitlist_signups WHERE list = $1 AND address >= $2 AND address < $3
			AND address > $4 AND ($5 = '' OR stage = $5) ORDER BY address LIMIT $6`,
			f.List, f.Prefix, f.Prefix+"\U0010FFFF", f.After, string(f.Stage), f.Limit))
	}
	return signups(s.db.Query(ctx, "SELECT "+recordColumns+` FROM waitlist_signups WHERE list = $1 AND ($2 = '' OR id < $2)
		AND ($3 = '' OR stage = $3) ORDER BY id DESC LIMIT $4`, f.List, f.After, string(f.Stage), f.Limit))
}

func signups(rows *db.Rows, err error) ([]*Signup, error) {
	list := []*Signup{}
	return list, each(rows, err, func(r *record) error { list = append(list, &r.Signup); return nil })
}

func each(rows *db.Rows, err error, visit func(*record) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return err
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

const exportPage = 1000 // rows of one statement: none runs for long, whatever the client takes

// Export visits all sign-ups of a list in the order of their ids, as they were at one moment.
func (s *store) Export(ctx context.Context, list string, visit func(*Signup) error) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		for last := ""; ; {
			n := 0
			rows, err := tx.Query(ctx, "SELECT "+recordColumns+" FROM waitlist_signups WHERE list = $1 AND id > $2 ORDER BY id LIMIT $3", list, last, exportPage)
			err = each(rows, err, func(r *record) error {
				n, last = n+1, r.ID
				return visit(&r.Signup)
			})
			if err != nil || n < exportPage {
				return err
			}
		}
	})
}

const entryColumns = "consent, version, action, text_hash, lang, how, network, at"

// Ledger reads what there is of a sign-up, oldest first.
func (s *store) Ledger(ctx context.Context, list, id string) ([]Entry, error) {
	return entries(s.db.Query(ctx, "SELECT "+entryColumns+" FROM waitlist_consents WHERE list = $1 AND signup = $2 ORDER BY at, consent, action", list, id))
}

// LedgerOf reads what there is of an erased subject, on all lists, oldest first.
func (s *store) LedgerOf(ctx context.Context, subject string) ([]Entry, error) {
	return entries(s.db.Query(ctx, "SELECT "+entryColumns+` FROM waitlist_consents
		WHERE (list, signup) IN (SELECT list, signup FROM waitlist_consents WHERE subject = $1 AND subject <> '')
		ORDER BY at, consent, action`, subject))
}

func entries(rows *db.Rows, err error) ([]Entry, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Entry{}
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&e.Consent, &e.Version, &e.Action, &e.TextHash, &e.Lang, &e.How, &e.Network, &at); err != nil {
			return nil, err
		}
		e.At = time.UnixMicro(at).UTC()
		list = append(list, e)
	}
	return list, rows.Err()
}

// places says how many wait on a list and how many were invited.
type places struct{ Waiting, Invited int64 }

// Places reads those of all lists: one row a list, whatever is on it.
func (s *store) Places(ctx context.Context) (map[string]places, error) {
	rows, err := s.db.Query(ctx, "SELECT list, waiting, invited FROM waitlist_queues")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]places{}
	for rows.Next() {
		var list string
		var p places
		if err := rows.Scan(&list, &p.Waiting, &p.Invited); err != nil {
			return nil, err
		}
		all[list] = p
	}
	return all, rows.Err()
}

// Waiting reads how many wait on one list; 0 where there is none.
func (s *store) Waiting(ctx context.Context, list string) (n int64, err error) {
	return n, s.db.QueryRow(ctx, "SELECT coalesce(max(waiting), 0) FROM waitlist_queues WHERE list = $1", list).Scan(&n)
}

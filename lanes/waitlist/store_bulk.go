package waitlist

import (
	"context"
	"encoding/json"

	"github.com/hotlane/hotlane/platform/db"
)

// The statements of the hot path. On SQLite one prepared statement a row is the fastest; on PostgreSQL one statement with an array
// a column saves what each row would cost to bind and to plan.

const insertColumns = `list, id, address, stage, name, fields, lang, source, utm_source, utm_medium, utm_campaign, network, ref,
	wants, mailed_at, created_at`

const insertSQLite = `INSERT INTO waitlist_signups (` + insertColumns + `)
	SELECT $1, $2, $3, 'pending', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14
	WHERE EXISTS (SELECT 1 FROM waitlist_lists l WHERE l.slug = $1)
		AND NOT EXISTS (SELECT 1 FROM waitlist_erased e WHERE e.subject = $15 AND e.list IN ($1, ''))
	ON CONFLICT (list, address) DO NOTHING`

const insertPostgres = `INSERT INTO waitlist_signups (` + insertColumns + `)
	SELECT u.list, u.id, u.address, 'pending', u.name, u.fields, u.lang, u.source, u.utm_source, u.utm_medium, u.utm_campaign, u.network,
		u.ref, u.wants, u.at, u.at
	FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
		$11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::text[])
		AS u(list, id, address, name, fields, lang, source, utm_source, utm_medium, utm_campaign, network, ref, wants, at, subject)
	WHERE EXISTS (SELECT 1 FROM waitlist_lists l WHERE l.slug = u.list)
		AND NOT EXISTS (SELECT 1 FROM waitlist_erased e WHERE e.subject = u.subject AND e.list IN (u.list, ''))
	ON CONFLICT (list, address) DO NOTHING`

// insertSignups writes those whose address is new and not erased and whose list is there, and says how many these were.
func (s *store) insertSignups(ctx context.Context, tx *db.Tx, ops []*joining) (int64, error) {
	rows := make([][]any, len(ops))
	for i, j := range ops {
		v := &j.signup
		rows[i] = []any{
			j.slug(), v.ID, v.Address, v.Name, j.fields, v.Lang, v.Source, v.UTM.Source, v.UTM.Medium, v.UTM.Campaign, j.network,
			v.ReferredBy, int64(mailConfirm.bit()), j.at.UnixMicro(), j.subject,
		}
	}
	if tx.Dialect() == db.SQLite {
		return tx.ExecMany(ctx, insertSQLite, rows)
	}
	res, err := tx.Exec(ctx, insertPostgres, columns(rows)...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

const backColumns = "s.list, s.address, s.id, s.stage, s.wants, s.mailed_at, s.bounced_at"

const backSQLite = `SELECT ` + backColumns + ` FROM json_each($1) j
	JOIN waitlist_signups s ON s.list = j.value->>0 AND s.address = j.value->>1`

const backPostgres = `SELECT ` + backColumns + ` FROM unnest($1::text[], $2::text[]) AS u(list, address)
	JOIN waitlist_signups s ON s.list = u.list AND s.address = u.address ORDER BY s.list, s.address FOR UPDATE OF s`

// readBack reads what is now there of these addresses, and on PostgreSQL holds it: SQLite has one writer.
func (s *store) readBack(ctx context.Context, tx *db.Tx, ops []*joining) (*db.Rows, error) {
	rows := make([][]any, len(ops))
	for i, j := range ops {
		rows[i] = []any{j.slug(), j.signup.Address}
	}
	if tx.Dialect() == db.Postgres {
		return tx.Query(ctx, backPostgres, columns(rows)...)
	}
	keys, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	return tx.Query(ctx, backSQLite, string(keys))
}

const consentColumns = "list, signup, at, consent, action, version, text_hash, lang, how, network"

const consentSQLite = `INSERT INTO waitlist_consents (` + consentColumns + `) VALUES ($1, $2, $3, $4, 'given', $5, $6, $7, $8, $9)
	ON CONFLICT DO NOTHING`

const consentPostgres = `INSERT INTO waitlist_consents (` + consentColumns + `)
	SELECT u.list, u.signup, u.at, u.consent, 'given', u.version, u.text_hash, u.lang, u.how, u.network
	FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[])
		AS u(list, signup, at, consent, version, text_hash, lang, how, network) ON CONFLICT DO NOTHING`

// insertConsents writes into the ledger what each of them agreed to.
func (s *store) insertConsents(ctx context.Context, tx *db.Tx, ops []*joining) error {
	var rows [][]any
	for _, j := range ops {
		for _, c := range j.agreed {
			rows = append(rows, []any{
				j.list.Slug, j.signup.ID, j.at.UnixMicro(), c.Name, int64(c.Version), textHash(c.Text.In(j.signup.Lang)), j.signup.Lang, j.how, j.network,
			})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if tx.Dialect() == db.SQLite {
		_, err := tx.ExecMany(ctx, consentSQLite, rows)
		return err
	}
	_, err := tx.Exec(ctx, consentPostgres, columns(rows)...)
	return err
}

// columns turns rows of texts and integers into one array a column. There is at least one row.
func columns(rows [][]any) []any {
	out := make([]any, len(rows[0]))
	for c, first := range rows[0] {
		if _, is := first.(string); is {
			out[c] = column[string](rows, c)
		} else {
			out[c] = column[int64](rows, c)
		}
	}
	return out
}

func column[T any](rows [][]any, c int) []T {
	list := make([]T, len(rows))
	for i, row := range rows {
		list[i] = row[c].(T)
	}
	return list
}

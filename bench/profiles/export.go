package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver sqlite

	"github.com/hotlane/hotlane/bench/rig"
)

const people = 1_000_000

// export reads a list of a million as CSV, from SQLite and from PostgreSQL.
func (p *plan) export(ctx context.Context) error {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		if err := p.exportFrom(ctx, engine); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	return nil
}

func (p *plan) exportFrom(ctx context.Context, engine string) error {
	var d *desk
	var err error
	var db *sql.DB
	if engine == "SQLite" {
		if d, err = p.open(ctx, "export", engine); err == nil {
			db, err = sql.Open("sqlite", filepath.Join(p.Dir, "export", "waitlist.db"))
		}
	} else if d, err = p.openPostgres(ctx, "export_pg"); err == nil {
		db, err = d.database()
	}
	if d != nil {
		defer d.Stop()
	}
	if err != nil {
		return err
	}
	err = fill(ctx, db, engine)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if _, _, _, err = d.read(ctx, 1000); err != nil { // a first look, so that what is made once is not counted
		return err
	}
	before := rig.Resident(d.PID)
	own, others := d.spent()
	rows, most, took, err := d.read(ctx, 0)
	if err != nil {
		return err
	}
	own2, others2 := d.spent()
	if rows != people {
		return fmt.Errorf("%d rows of %d", rows, people)
	}
	where := ""
	if d.stores != nil {
		where = fmt.Sprintf(", and %.1f µs in PostgreSQL", float64((others2-others).Microseconds())/people)
	}
	p.Results.Row("export of 1,000,000 sign-ups as CSV, one core, "+engine, "flat memory",
		fmt.Sprintf("**%.0f rows/s**, %.1f s, %.1f µs CPU a row%s; resident before %.0f MiB, most during it **%.0f MiB**",
			people/took.Seconds(), took.Seconds(), float64((own2-own).Microseconds())/people, where, before, most))
	return nil
}

const filling = ` INTO waitlist_signups (list, id, address, stage, name, fields, lang, source, utm_source, utm_medium, utm_campaign, network, ref,
	code, mailbox, wants, mailed_at, created_at, confirmed_at, seq, score)
	SELECT '` + list + `', %[1]s, 'someone.' || n || '@example.com', 'waiting', 'Some One', '{}', 'ko', 'landing', 'news', 'mail', 'spring', '10.0.0.0', '',
	%[2]s, 'someone.' || n || '@example.com', 0, 1790000000000000 + n, 1790000000000000 + n, 1790000000000000 + n, n, n * 1024 FROM `

// fill writes the sign-ups as the program would have, in one statement.
func fill(ctx context.Context, db *sql.DB, engine string) error {
	if engine == "SQLite" {
		_, err := db.ExecContext(ctx, fmt.Sprintf("WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %[3]d) INSERT"+filling+"numbers WHERE 1",
			"printf('01J%023d', n)", "printf('C%09d', n)", people))
		return err
	}
	_, err := db.ExecContext(ctx, fmt.Sprintf("INSERT"+filling+"generate_series(1, %[3]d) n", "'01J' || lpad(n::text, 23, '0')", "'C' || lpad(n::text, 9, '0')", people))
	return err
}

// database is the one that the desk writes to.
func (d *desk) database() (*sql.DB, error) { return sql.Open("pgx", d.dsn+"&search_path=waitlist") }

// read exports the list, all of it or the first rows, and watches how much memory the server takes meanwhile.
func (d *desk) read(ctx context.Context, limit int) (rows int, most float64, took time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL+"/v1/waitlist/"+list+"/export?format=csv", nil)
	if err != nil {
		return 0, 0, 0, err
	}
	req.Header.Set("Authorization", "Bearer "+rig.AdminKey)
	begun := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, 0, 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, 0, 0, errors.New(resp.Status)
	}
	in := bufio.NewReaderSize(resp.Body, 256<<10)
	looked := begun
	for rows = -1; limit == 0 || rows < limit; rows++ { // the header is none
		if _, err := in.ReadSlice('\n'); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return 0, 0, 0, err
		}
		if rows%4096 == 0 && time.Since(looked) > 20*time.Millisecond {
			looked, most = time.Now(), max(most, rig.Resident(d.PID))
		}
	}
	return rows, max(most, rig.Resident(d.PID)), time.Since(begun), nil
}

//go:build integration

package allocation

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
)

// servers are the engines that need one, each with a fresh database of the old shop, and one row of every type.
var servers = map[string]struct {
	shop  func(*testing.T) *shop
	table string
	types string
	want  []string
}{
	"mysql": {
		shop:  mysqlShop,
		table: "CREATE TABLE kinds (bits BIT(3), at TIMESTAMP); SET time_zone = '+09:00'; INSERT INTO kinds VALUES (2, '2026-03-02 21:00:00')",
		types: `SELECT CAST(5 AS SIGNED) AS a, CAST(1.50 AS DECIMAL(10,2)) * 1000000 AS b, TRUE AS c, bits AS d, CAST(0.5 AS DOUBLE) AS e,
			TIMESTAMP '2026-03-02 12:00:00' AS f, NULL AS g, CONCAT('한', '글') AS h, JSON_OBJECT('a', 1) AS i, @@session.time_zone AS j,
			CAST(18446744073709551615 AS UNSIGNED) AS k, at AS l FROM kinds`,
		want: []string{"5", "1500000", "1", "2", "0.5", "2026-03-02 12:00:00", "", "한글", `{"a": 1}`, "+00:00", "18446744073709551615", "2026-03-02 12:00:00"},
	},
	"postgres": {
		shop: postgresShop,
		types: `SELECT 5::bigint AS a, 1.50::numeric(10,2) * 1000000 AS b, true AS c, 1::smallint AS d, 0.5::float8 AS e,
			timestamptz '2026-03-02 21:00:00+09' AS f, NULL::text AS g, '한글'::varchar AS h, json_build_object('a', 1) AS i,
			'00000000-0000-0000-0000-000000000001'::uuid AS j, date '2026-03-02' AS k, '{"b": 2}'::jsonb AS l, timestamp '2026-03-02 12:00:00.5' AS m`,
		want: []string{
			"5", "1500000", "true", "1", "0.5", "2026-03-02T12:00:00Z", "", "한글", `{"a" : 1}`, "00000000-0000-0000-0000-000000000001",
			"2026-03-02T00:00:00Z", `{"b": 2}`, "2026-03-02T12:00:00.5Z",
		},
	},
}

func TestSourcesOnServers(t *testing.T) {
	for name, server := range servers {
		t.Run(name+" rows come, go and change", func(t *testing.T) {
			s := server.shop(t)
			l := startOn(t, s, nil)
			if got := l.serves(); got != both {
				t.Fatalf("%q is shown right after the start, want %q; %+v", got, both, l.Sources()[0])
			}
			comeGoAndChange(l, s)
			r := l.after(s, "DROP TABLE pic")
			if r.Error == "" || r.Paused != l.poll().Paused {
				t.Errorf("a table is gone: %+v", r)
			}
		})
		t.Run(name+" types", func(t *testing.T) {
			s, h := server.shop(t), new(heard)
			s.db.SetMaxOpenConns(1) // the time zone is a session's
			s.exec(server.table)
			if err := (oldDatabase{s.dsn}).Read(t.Context(), map[Kind]string{KindPlacement: server.types}, h); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(server.want, h.rows[KindPlacement][0]); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
		t.Run(name+" one snapshot", func(t *testing.T) { oneSnapshot(t, server.shop(t)) })
		t.Run(name+" nothing is written", func(t *testing.T) {
			s := server.shop(t)
			err := (oldDatabase{s.dsn}).Read(t.Context(), map[Kind]string{KindPlacement: "DELETE FROM place"}, new(heard))
			if err == nil {
				t.Error("a query that deletes was run")
			}
		})
	}
}

func mysqlShop(t *testing.T) *shop {
	t.Helper()
	cfg, err := mysql.ParseDSN(env(t, "HOTLANE_TEST_MYSQL"))
	if err != nil {
		t.Fatal(err)
	}
	name := create(t, "mysql", cfg.FormatDSN())
	u := url.URL{Scheme: "mysql", User: url.UserPassword(cfg.User, cfg.Passwd), Host: cfg.Addr, Path: "/" + name}
	return serverShop(t, u.String())
}

func postgresShop(t *testing.T) *shop {
	t.Helper()
	u, err := url.Parse(env(t, "HOTLANE_TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + create(t, "pgx", u.String())
	return serverShop(t, u.String())
}

func env(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatal(name + " is not set: scripts/with-servers.sh sets it")
	}
	return value
}

// create makes a database that is dropped when the test ends.
func create(t *testing.T, driver, dsn string) string {
	t.Helper()
	d, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	name := fmt.Sprintf("shop_%x", time.Now().UnixNano())
	if _, err := d.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := d.Exec("DROP DATABASE " + name); err != nil { //nolint:noctx // the test's own has ended
			t.Error(err)
		}
	})
	return name
}

func serverShop(t *testing.T, dsn string) *shop {
	t.Helper()
	d, err := openOld(dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	s := &shop{t: t, dsn: dsn, db: d}
	s.exec(strings.ReplaceAll(shopTables, "TEXT", "VARCHAR(200)"))
	return s
}

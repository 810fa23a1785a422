//go:build integration

package dbtest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/telemetry"
)

func engines() []engine { return []engine{{"sqlite", sqlite}, {"postgres", Postgres}} }

// Postgres makes an empty database on the server of the tests, and drops it when the test ends.
func Postgres(t testing.TB) db.Config {
	t.Helper()
	server := os.Getenv("HOTLANE_TEST_POSTGRES")
	if server == "" {
		t.Fatal("HOTLANE_TEST_POSTGRES must be the DSN of a PostgreSQL superuser: scripts/with-servers.sh postgres -- …")
	}
	name := "test_" + strings.ToLower(rand.Text()[:16])
	admin(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { admin(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	dsn, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	dsn.Path = "/" + name
	return db.Config{DSN: telemetry.Secret(dsn.String()), Connections: 8}
}

// Empty drops all schemas of a database that Postgres made: quicker than another database.
func Empty(t testing.TB, cfg db.Config) {
	t.Helper()
	admin(t, cfg.DSN.Reveal(), `DO $$ DECLARE name text; BEGIN
		FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$|public$)' LOOP
			EXECUTE format('DROP SCHEMA %I CASCADE', name);
		END LOOP; END $$`)
}

func admin(t testing.TB, dsn, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}

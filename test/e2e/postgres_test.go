//go:build integration

package e2e

import (
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/db/dbtest"
)

// TestTwoProcessesOnOnePostgres: keys and things are one, whichever process is asked.
func TestTwoProcessesOnOnePostgres(t *testing.T) {
	dir := site(t, "db: {dsn: \""+dbtest.Postgres(t).DSN.Reveal()+"\"}\n")
	first := start(t, dir, "serve")
	second := start(t, dir, "serve")
	if a := first.do("POST", "/v1/allocation/advertisers", adminKey, anAdvertiser); a.status >= 300 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := second.do("GET", "/v1/allocation/advertisers/acme", adminKey, ""); a.status != 200 || !strings.Contains(a.body, "ACME") {
		t.Errorf("the other process: %d %s", a.status, a.body)
	}
	if code, _, errs := run(t, dir, "backup", "copy"); code != 1 || !strings.Contains(errs, "pg_dump") {
		t.Errorf("backup: %d %s", code, errs)
	}
	first.stop() // how it ends is for the lanes to say: the second one has taken over what only one may do
	if code := second.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, second.err)
	}
}

//go:build integration

package e2e

import (
	"testing"

	"github.com/hotlane/hotlane/platform/db/dbtest"
)

// TestWaitlistKill9OnPostgres: what a killed process had begun, the next one does at once.
func TestWaitlistKill9OnPostgres(t *testing.T) {
	killTheWaitlist(t, "db: {dsn: \""+dbtest.Postgres(t).DSN.Reveal()+"\"}\n")
}

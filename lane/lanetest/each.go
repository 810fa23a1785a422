package lanetest

import (
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

// Each runs a test once on each engine at hand: SQLite, and PostgreSQL under the build tag integration. The option puts a
// harness on it.
func Each(t *testing.T, fn func(t *testing.T, engine Option)) {
	t.Helper()
	dbtest.EachConfig(t, func(t *testing.T, c db.Config) {
		t.Helper()
		fn(t, On(c))
	})
}

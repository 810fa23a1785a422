//go:build integration

package jobs_test

import (
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/jobs/jobstest"
)

func TestSuitePostgres(t *testing.T) {
	cfg := dbtest.Postgres(t)
	jobstest.Suite(t, func(t *testing.T) *db.Set {
		dbtest.Empty(t, cfg)
		return dbtest.NewSet(t, cfg, db.Options{})
	})
}

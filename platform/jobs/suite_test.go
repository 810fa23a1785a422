package jobs_test

import (
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/jobs/jobstest"
)

func TestSuiteSQLite(t *testing.T) {
	jobstest.Suite(t, func(t *testing.T) *db.Set { return dbtest.NewSet(t, db.Config{}, db.Options{}) })
}

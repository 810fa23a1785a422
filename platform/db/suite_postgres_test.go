//go:build integration

package db_test

import (
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

func TestSuitePostgres(t *testing.T) {
	cfg := dbtest.Postgres(t)
	dbtest.Suite(t, func(t *testing.T) *db.Set {
		dbtest.Empty(t, cfg)
		return dbtest.NewSet(t, cfg, db.Options{})
	})
}

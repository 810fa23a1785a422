package db_test

import (
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

func TestSuiteSQLite(t *testing.T) {
	dbtest.Suite(t, func(t *testing.T) *db.Set { return dbtest.NewSet(t, db.Config{}, db.Options{}) })
}

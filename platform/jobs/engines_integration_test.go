//go:build integration

package jobs_test

import (
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

var engines = []engine{{"sqlite", func(testing.TB) db.Config { return db.Config{} }}, {"postgres", dbtest.Postgres}}

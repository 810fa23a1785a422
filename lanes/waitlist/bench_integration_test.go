//go:build integration

package waitlist

import (
	"testing"

	"github.com/hotlane/hotlane/platform/db/dbtest"
)

// BenchmarkSignUpPostgres is BenchmarkSignUp on PostgreSQL.
func BenchmarkSignUpPostgres(b *testing.B) { benchSignUp(b, dbtest.Postgres(b)) }

//go:build integration

package waitlist

import (
	"testing"

	"github.com/hotlane/hotlane/platform/db/dbtest"
)

// BenchmarkSignUpPostgres is BenchmarkSignUp on PostgreSQL.
func BenchmarkSignUpPostgres(b *testing.B) { benchSignUp(b, dbtest.Postgres(b)) }

// BenchmarkMillionPostgres is BenchmarkMillion on PostgreSQL.
func BenchmarkMillionPostgres(b *testing.B) { benchMillion(b, dbtest.Postgres(b)) }

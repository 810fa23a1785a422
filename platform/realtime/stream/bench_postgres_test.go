//go:build integration

package stream_test

import (
	"testing"

	"github.com/hotlane/hotlane/platform/db/dbtest"
)

func BenchmarkAppendPostgres(b *testing.B) { benchAppend(b, dbtest.Postgres(b)) }

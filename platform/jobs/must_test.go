package jobs_test

import (
	"testing"

	"github.com/hotlane/hotlane/platform/jobs"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func countsOf(t *testing.T, q *jobs.Queue) []jobs.Count {
	t.Helper()
	list, err := q.Counts(t.Context())
	must(t, err)
	return list
}

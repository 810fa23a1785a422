package allocation_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/lanes/allocation"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/telemetry"
)

func TestSourcesOverHTTP(t *testing.T) {
	file := filepath.Join(t.TempDir(), "places.db")
	old, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if _, err := old.ExecContext(t.Context(), "CREATE TABLE place (code TEXT, slots INTEGER); INSERT INTO place VALUES ('lock', 4), ('home', -1)"); err != nil {
		t.Fatal(err)
	}
	h := lanetest.Start(t, module(func(c *allocation.Config) {
		c.Sources = []allocation.Source{{
			Name: "old", DSN: telemetry.Secret("sqlite:" + file), Interval: time.Hour,
			Queries: map[string]string{"placements": "SELECT code AS id, slots FROM place"},
		}}
	}))
	for _, s := range []lanetest.Scenario{
		{
			Name: "report", Path: "/v1/allocation/sources", As: identity.Admin, Status: 200,
			JSON: map[string]any{
				"/sources/0/name": "old", "/sources/0/rows/placement": 2.0, "/sources/0/changed": 1.0, "/sources/0/broken": 1.0,
				"/sources/0/broken_rows/0/id": "home", "/sources/0/broken_rows/0/rules/0/pointer": "/slots", "/sources/0/error": lanetest.Missing,
			},
			Absent: []string{file},
		},
		{Name: "only for the admin", Path: "/v1/allocation/sources", As: identity.Service, Status: 403},
		{
			Name: "edit", Method: "PUT", Path: "/v1/allocation/placements/lock", As: identity.Admin, Body: `{"slots":2}`,
			Status: 409, Code: "allocation.from_source",
		},
		{
			Name: "pause", Method: "POST", Path: "/v1/allocation/placements/lock/pause", As: identity.Admin,
			Status: 200, JSON: map[string]any{"/held": true, "/thing/status": "paused", "/source": "old"},
		},
		{
			Name: "resume", Method: "POST", Path: "/v1/allocation/placements/lock/resume", As: identity.Admin,
			Status: 200, JSON: map[string]any{"/held": lanetest.Missing, "/thing/status": "active"},
		},
	} {
		h.Run(t, s)
	}
}

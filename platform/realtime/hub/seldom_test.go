package hub_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

func TestAnOutageIsNoFloodOfWarnings(t *testing.T) {
	var logged bytes.Buffer
	var clock atomic.Int64
	n := start(t, dbtest.NewSet(t, db.Config{}, db.Options{}).DB("test"), hub.Config{},
		hub.Deps{Now: func() time.Time { return time.UnixMilli(clock.Load()) }, Log: slog.New(slog.NewTextHandler(&logged, nil))}, (&kind{}).channel("fields:"))
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	n.Before(func(writeFunc, context.Context, func(*db.Tx) error) error { return db.Unavailable })
	for range 50 {
		expect(t, a.set(1, "x", "1"), db.Unavailable)
	}
	clock.Add(1000)
	expect(t, a.set(1, "x", "1"), db.Unavailable)
	n.end()
	if count := strings.Count(logged.String(), "a commit failed"); count != 2 || !strings.Contains(logged.String(), "unsaid=49") {
		t.Errorf("%d warnings:\n%s", count, logged.String())
	}
}

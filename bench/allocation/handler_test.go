package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/bench/dataset"
	"github.com/hotlane/hotlane/edge"
	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/door"
	"github.com/hotlane/hotlane/lanes/allocation"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// BenchmarkAllocate is one decision from the front door to the answer's last byte, in process: all of it but net/http's
// own server and the kernel. Profile it with -cpuprofile, and with -memprofile for what is allocated.
func BenchmarkAllocate(b *testing.B) {
	front := house(b, 10_000)
	bodies := dataset.Bodies(20_000, 7)
	w := &discard{header: http.Header{}}
	for i := range 2000 {
		ask(front, w, bodies[i%len(bodies)])
	}
	time.Sleep(200 * time.Millisecond) // the leases that these asked for
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		clear(w.header)
		w.status = 0
		if ask(front, w, bodies[i%len(bodies)]); w.status != http.StatusOK {
			b.Fatal(w.status)
		}
		i++
	}
}

func ask(h http.Handler, w http.ResponseWriter, body []byte) {
	r := httptest.NewRequest(http.MethodPost, "/v1/allocations", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	h.ServeHTTP(w, r)
}

// discard is a response that nobody reads.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

// house is what the program serves with the allocation lane, over a catalogue of so many line items.
func house(b *testing.B, items int) http.Handler {
	b.Helper()
	set := db.NewSet(db.DefaultConfig(), b.TempDir(), db.Options{})
	l, err := allocation.New(allocation.DefaultConfig(), lane.Deps{
		Log: slog.New(slog.DiscardHandler), Now: time.Now, DB: set.DB, Metrics: prometheus.NewRegistry(),
	})
	must(b, err)
	ctx, end := context.WithCancel(context.Background())
	must(b, set.Migrate(ctx, identity.Database, identity.Migrations()))
	for name, files := range l.Migrations() {
		must(b, set.Migrate(ctx, name, files))
	}
	must(b, l.Start(ctx))
	running := make(chan error, 1)
	go func() { running <- l.Run(ctx) }()
	b.Cleanup(func() {
		end()
		<-running
		must(b, set.Close())
	})
	r, w := io.Pipe()
	go func() { w.CloseWithError(dataset.Catalogue(w, items, 7)) }()
	_, err = l.Import(ctx, "ndjson", "", r)
	must(b, err)
	front := behind(b, set, l)
	for up := time.Now(); time.Since(up) < 10*time.Second; { // until it is built
		w := &discard{header: http.Header{}}
		if ask(front, w, dataset.Bodies(1, 1)[0]); w.status == http.StatusOK {
			return front
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.Fatal("the catalogue is not served")
	return nil
}

func behind(b *testing.B, set *db.Set, l *allocation.Lane) http.Handler {
	b.Helper()
	tel, err := telemetry.New(telemetry.DefaultConfig(), telemetry.Options{Out: io.Discard})
	must(b, err)
	gate, err := admit.New(admit.DefaultConfig(), admit.Deps{})
	must(b, err)
	auth, err := identity.New(identity.DefaultConfig(), identity.Deps{
		Log: tel.Log(), Now: time.Now, DB: set.DB(identity.Database), Refuse: httpio.WriteProblem,
	})
	must(b, err)
	d := door.New(door.Deps{Log: tel.Log(), Telemetry: tel, Admit: gate, Identity: auth})
	var locals []edge.Local
	for _, r := range l.Routes() {
		h, err := d.Route(r)
		must(b, err)
		locals = append(locals, edge.Local{Lane: l.Name(), Pattern: r.Pattern, Handler: h})
	}
	front, err := edge.New(edge.DefaultConfig(), locals, edge.Deps{})
	must(b, err)
	return front
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

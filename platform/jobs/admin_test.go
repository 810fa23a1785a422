package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/jobs"
)

// operators serves the endpoints over two lanes, one of which has dead letters.
func operators(t *testing.T, run func(context.Context, jobs.Task) error) (mails *jobs.Queue, site http.Handler) {
	t.Helper()
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	d, mails := open(t, set, jobs.Job{Kind: "mail", Run: run, Attempts: 1})
	other := jobs.New(set.DB("other"), jobs.Deps{})
	must(t, other.Register(jobs.Job{Kind: "push", Run: nothing}))
	must(t, other.Migrate(t.Context()))
	must(t, addMany(t.Context(), d, mails, 3))
	_, err := mails.Work(t.Context())
	must(t, err)
	routes := jobs.Handlers(func() map[string]*jobs.Queue { return map[string]*jobs.Queue{"suite": mails, "other": other} })
	mux := http.NewServeMux()
	for pattern, h := range map[string]httpio.Handler{
		"GET /_hotlane/jobs":                    routes.List,
		"POST /_hotlane/jobs/{lane}/retry":      routes.RetryAll,
		"POST /_hotlane/jobs/{lane}/{id}/retry": routes.Retry,
		"DELETE /_hotlane/jobs/{lane}/{id}":     routes.Remove,
	} {
		compiled, err := httpio.Compile(h, pattern, httpio.Options{})
		must(t, err)
		mux.Handle(pattern, compiled)
	}
	return mails, mux
}

func ask(t *testing.T, site http.Handler, method, path string, status int) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	site.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
	if w.Code != status {
		t.Fatalf("%s %s: %d, not %d: %s", method, path, w.Code, status, w.Body)
	}
	return w.Body.Bytes()
}

func TestOperators(t *testing.T) {
	down := true
	mails, site := operators(t, func(context.Context, jobs.Task) error {
		if down {
			return errors.New("mail server down")
		}
		return nil
	})
	list := func(path string) (l jobs.List) {
		must(t, json.Unmarshal(ask(t, site, "GET", path, 200), &l))
		return l
	}
	all := list("/_hotlane/jobs")
	if len(all.Lanes) != 2 || all.Lanes[0].Lane != "other" || len(all.Lanes[1].Dead) != 3 || all.Lanes[1].Kinds[0].Dead != 3 {
		t.Fatalf("%+v", all)
	}
	if d := all.Lanes[1].Dead[0]; d.Args != "2" || d.Error != "mail server down" || d.Attempts != 1 {
		t.Errorf("%+v", d)
	}
	if l := list("/_hotlane/jobs?lane=suite&limit=1"); len(l.Lanes) != 1 || len(l.Lanes[0].Dead) != 1 {
		t.Errorf("%+v", l)
	}
	if l := list("/_hotlane/jobs?lane=other"); len(l.Lanes) != 1 || l.Lanes[0].Dead == nil || l.Lanes[0].Kinds == nil {
		t.Errorf("%+v", l)
	}
	if body := string(ask(t, site, "GET", "/_hotlane/jobs?lane=nobody", 404)); !strings.Contains(body, "jobs.no_lane") {
		t.Error(body)
	}
	ask(t, site, "GET", "/_hotlane/jobs?limit=1001", 422)
	ask(t, site, "POST", "/_hotlane/jobs/suite/999/retry", 404)
	ask(t, site, "POST", "/_hotlane/jobs/nobody/1/retry", 404)
	ask(t, site, "DELETE", "/_hotlane/jobs/nobody/1", 404)

	down = false
	ask(t, site, "DELETE", "/_hotlane/jobs/suite/1", 204)
	ask(t, site, "DELETE", "/_hotlane/jobs/suite/1", 404)
	ask(t, site, "POST", "/_hotlane/jobs/suite/2/retry", 204)
	ask(t, site, "POST", "/_hotlane/jobs/suite/2/retry", 404)
	if body := ask(t, site, "POST", "/_hotlane/jobs/suite/retry", 200); string(body) != `{"retried":1}` {
		t.Errorf("%s", body)
	}
	n, err := mails.Work(t.Context())
	must(t, err)
	if n != 2 {
		t.Errorf("%d ran again", n)
	}
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	d := set.DB("suite")
	q := jobs.New(d, jobs.Deps{Metrics: registry})
	ran := make(chan struct{}, 3)
	must(t, q.Register(
		jobs.Job{Kind: "mail", Run: func(_ context.Context, task jobs.Task) error {
			ran <- struct{}{}
			if string(task.Args) == "0" {
				return jobs.Never(errors.New("no"))
			}
			return nil
		}},
		jobs.Job{Kind: "push", Run: nothing},
	))
	must(t, q.Migrate(t.Context()))
	must(t, addMany(t.Context(), d, q, 3))
	undone := errors.New("undone")
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		must(t, q.Add(t.Context(), tx, "push", 1))
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	_, err = q.Work(t.Context())
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- q.Run(ctx) }()
	must(t, addMany(t.Context(), d, q, 1)) // when it has run, the gauges have been set
	for range 4 {
		<-ran
	}
	must(t, q.Drain(t.Context()))
	cancel()
	must(t, <-ended)
	want := `
# HELP jobs_added_total Jobs added by this process and committed.
# TYPE jobs_added_total counter
jobs_added_total{kind="mail"} 4
# HELP jobs_attempts_total Attempts of this process by outcome: done, failed, dead, later, returned.
# TYPE jobs_attempts_total counter
jobs_attempts_total{kind="mail",outcome="dead"} 2
jobs_attempts_total{kind="mail",outcome="done"} 2
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "jobs_added_total", "jobs_attempts_total"); err != nil {
		t.Error(err)
	}
	families, err := registry.Gather()
	must(t, err)
	var names []string
	for _, f := range families {
		names = append(names, f.GetName())
	}
	all := []string{"jobs_added_total", "jobs_attempts_total", "jobs_dead", "jobs_oldest_due_seconds", "jobs_running", "jobs_waiting"}
	if diff := cmp.Diff(all, names); diff != "" {
		t.Error(diff)
	}
}

package door_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/door"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// newDoor has room for 16 requests; its log goes to the writer.
func newDoor(t *testing.T, log io.Writer) *door.Door {
	t.Helper()
	tel, err := telemetry.New(telemetry.DefaultConfig(), telemetry.Options{Out: log})
	if err != nil {
		t.Fatal(err)
	}
	gate, err := admit.New(admit.Config{InFlight: 16}, admit.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	set := db.NewSet(db.DefaultConfig(), t.TempDir(), db.Options{})
	auth, err := identity.New(identity.DefaultConfig(), identity.Deps{
		Log: tel.Log(), Now: time.Now, DB: set.DB(identity.Database), Refuse: httpio.WriteProblem,
	})
	if err != nil {
		t.Fatal(err)
	}
	return door.New(door.Deps{Log: slog.New(slog.NewTextHandler(log, nil)), Telemetry: tel, Admit: gate, Identity: auth})
}

func route(t *testing.T, d *door.Door, r lane.Route) http.Handler {
	t.Helper()
	h, err := d.Route(r)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ask(h http.Handler, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(body)))
	return w
}

func TestTimeLimits(t *testing.T) {
	for _, c := range []struct {
		limit time.Duration
		want  time.Duration // 0: none
	}{{0, 10 * time.Second}, {time.Second, time.Second}, {-1, 0}} {
		synctest.Test(t, func(t *testing.T) {
			d := newDoor(t, io.Discard)
			h := route(t, d, lane.Route{
				Pattern: "POST /x", Limits: lane.Limits{Time: c.limit},
				Handler: httpio.HTTP(func(_ http.ResponseWriter, r *http.Request) error {
					end, limited := r.Context().Deadline()
					if got := time.Until(end); limited != (c.want > 0) || limited && got != c.want {
						t.Errorf("limit %s: the context ends in %s (%v), want %s", c.limit, got, limited, c.want)
					}
					if !limited {
						return nil
					}
					<-r.Context().Done()
					return r.Context().Err()
				}),
			})
			if w := ask(h, ""); c.want > 0 && w.Code != http.StatusGatewayTimeout {
				t.Errorf("limit %s: answered %d", c.limit, w.Code)
			}
		})
	}
}

func TestBodyLimits(t *testing.T) {
	d := newDoor(t, io.Discard)
	read := httpio.HTTP(func(w http.ResponseWriter, r *http.Request) error {
		n, err := io.Copy(io.Discard, r.Body)
		if err == nil {
			_, err = fmt.Fprint(w, n)
		}
		return err
	})
	for _, c := range []struct {
		limit int64
		size  int
		code  int
	}{{0, 1 << 20, 200}, {0, 1<<20 + 1, 413}, {10, 10, 200}, {10, 11, 413}} {
		h := route(t, d, lane.Route{Pattern: "POST /x", Handler: read, Limits: lane.Limits{Body: c.limit}})
		if w := ask(h, strings.Repeat("x", c.size)); w.Code != c.code {
			t.Errorf("limit %d, %d bytes: %d, want %d", c.limit, c.size, w.Code, c.code)
		}
	}
}

func TestWhenItIsFullTheLeastImportantGoFirst(t *testing.T) {
	d := newDoor(t, io.Discard)
	inside, leave := make(chan struct{}), make(chan struct{})
	hold := route(t, d, lane.Route{Pattern: "POST /hold", Class: admit.Critical, Handler: httpio.HTTP(
		func(http.ResponseWriter, *http.Request) error { inside <- struct{}{}; <-leave; return nil })})
	done := make(chan struct{})
	for range 8 {
		go func() { ask(hold, ""); done <- struct{}{} }()
		<-inside
	}
	quick := httpio.HTTP(func(http.ResponseWriter, *http.Request) error { return nil })
	for class, code := range map[admit.Class]int{admit.Bulk: 503, admit.Normal: 200, admit.Critical: 200} {
		w := ask(route(t, d, lane.Route{Pattern: "POST /" + class.String(), Class: class, Handler: quick}), "")
		if w.Code != code || code == 503 && w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %v", class, w.Code, w.Header())
		}
	}
	close(leave)
	for range 8 {
		<-done
	}
}

func TestFailuresAreLoggedWithTheRequestAndSayNothing(t *testing.T) {
	var log bytes.Buffer
	d := newDoor(t, &log)
	var seen string
	h := route(t, d, lane.Route{Pattern: "POST /x", Handler: httpio.JSON(func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		seen = door.RequestID(ctx)
		return nil, errors.New("row 7 of secrets")
	})})
	w := httptest.NewRecorder()
	w.Header().Set("X-Request-Id", "given-by-the-edge")
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/x", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "secrets") || !strings.Contains(w.Body.String(), "given-by-the-edge") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if seen != "given-by-the-edge" || !strings.Contains(log.String(), "request_id=given-by-the-edge") || !strings.Contains(log.String(), "row 7") {
		t.Errorf("the endpoint knew the request as %q; the log:\n%s", seen, log.String())
	}
	if id := door.RequestID(t.Context()); id != "" {
		t.Errorf("outside of a request it is %q", id)
	}
}

func TestAnEndpointKnowsItsClient(t *testing.T) {
	d := newDoor(t, io.Discard)
	var seen string
	h := route(t, d, lane.Route{Pattern: "POST /x", Handler: httpio.JSON(func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		seen = lane.Client(ctx).String()
		return nil, nil
	})})
	r := httptest.NewRequest(http.MethodPost, "/x", nil)
	r.RemoteAddr = "[::ffff:192.0.2.7]:4711"
	h.ServeHTTP(httptest.NewRecorder(), r)
	if seen != "192.0.2.7" {
		t.Errorf("the client is %q", seen)
	}
	if lane.Client(t.Context()).IsValid() {
		t.Error("there is a client outside of a request")
	}
}

func TestARouteThatCannotBeBoundIsRefused(t *testing.T) {
	type in struct {
		ID string `path:"nothing"`
	}
	_, err := newDoor(t, io.Discard).Route(lane.Route{Pattern: "GET /x/{id}", Handler: httpio.JSON(
		func(context.Context, *in) (*in, error) { return nil, nil })})
	if err == nil || !strings.Contains(err.Error(), "GET /x/{id}") {
		t.Errorf("%v", err)
	}
}

package app

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

const (
	maxSkew      = 250 * time.Millisecond // between this machine's clock and a database's
	readyTimeout = 2 * time.Second        // for a database to answer
)

// health is whether this process is meant to get requests just now.
type health struct{ serving atomic.Bool }

var errNotReady = fault.New(fault.Unavailable, "hotlane.not_ready", "This process cannot serve just now.")

// healthy says that the process is up, and nothing else.
func healthy(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write([]byte("ok\n"))
	return err
}

// readiness says whether requests should be sent here. What the reasons are in detail is in the log, not in the answer.
func (s *server) readiness(w http.ResponseWriter, r *http.Request) error {
	fields := s.unready(r.Context())
	if len(fields) == 0 {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, err := w.Write([]byte("ready\n"))
		return err
	}
	httpio.WriteProblem(w, errNotReady.With(fields...).After(time.Second))
	return nil
}

func (s *server) unready(ctx context.Context) []fault.Field {
	var all []fault.Field
	add := func(part, rule string, cause error) {
		all = append(all, fault.Field{Pointer: part, Rule: rule})
		if cause != nil {
			s.log.Warn("not ready", "part", part, "error", cause)
		}
	}
	if !s.health.serving.Load() {
		add("process", "is starting or stopping", nil)
	}
	for _, err := range s.lanes.Ready() {
		f := fault.From(err)
		text := "cannot serve just now"
		if f.Kind != fault.Internal {
			text = f.Text
		}
		add("lanes", text, err)
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	var one int
	err := s.dbs.DB(identity.Database).QueryRow(ctx, "SELECT 1").Scan(&one)
	var skew time.Duration
	if err == nil {
		skew, err = s.dbs.Skew(ctx)
	}
	switch {
	case err != nil:
		add("db", "must be reachable", err)
	case skew.Abs() > maxSkew:
		add("clock", fmt.Sprintf("must be within %s of the database's", maxSkew), fmt.Errorf("it is %s off", skew))
	}
	return all
}

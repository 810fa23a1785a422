package lanetest_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

func TestNotes(t *testing.T) { lanetest.Each(t, testNotes) }

func testNotes(t *testing.T, engine lanetest.Option) {
	var log safeBuffer
	h := lanetest.Start(t, notesModule(nil), engine, lanetest.Logging(&log))
	h.Run(t,
		lanetest.Scenario{
			Name: "who is not known is asked who they are", Method: "PUT", Path: "/v1/notes/a", Body: `{"text":"hi"}`,
			Status: 401, Code: "identity.needed", Absent: []string{lanetest.AdminKey, "goroutine"},
		},
		lanetest.Scenario{
			Name: "a user writes", Method: "PUT", Path: "/v1/notes/a", As: identity.User, User: "u1", Body: `{"text":"hi"}`,
			Status: 200, JSON: map[string]any{"/by": "u1", "/at": h.Clock.Now().Unix(), "/nothing": lanetest.Missing},
		},
		lanetest.Scenario{
			Name: "what breaks a rule is named", Method: "PUT", Path: "/v1/notes/b", As: identity.User, User: "u1",
			Body: `{"text":""}`, Status: 422, Fields: []string{"/text"},
			After: func(t *testing.T, h *lanetest.Harness, _ lanetest.Answer) {
				if a := h.Do(t, lanetest.Scenario{Path: "/v1/notes/b"}); a.Status != 404 {
					t.Errorf("the refused note is there: %s", a.Body)
				}
			},
		},
		lanetest.Scenario{
			Name: "a body past the route's limit", Method: "PUT", Path: "/v1/notes/b", As: identity.User, User: "u1",
			Body: `{"text":"` + strings.Repeat("x", 300) + `"}`, Status: 413,
		},
		lanetest.Scenario{
			Name: "anyone reads", Path: "/v1/notes/a", Status: 200, Contains: []string{`"hi"`},
			Headers: map[string]string{"Content-Type": "application/json", "Server-Timing": ""},
		},
		lanetest.Scenario{Name: "a text before a wildcard", Path: "/v1/%7Ea", Status: 200, JSON: map[string]any{"/id": "a"}},
		lanetest.Scenario{Name: "another text", Path: "/v1/-a", Status: 404},
		lanetest.Scenario{Name: "the text alone", Path: "/v1/~", Status: 404},
		lanetest.Scenario{Name: "what is not there", Path: "/v1/notes/zz", Status: 404, Code: "notes.gone"},
		lanetest.Scenario{Name: "a service is no admin", Path: "/v1/notes/admin", As: identity.Service, Status: 403, Absent: []string{"secret"}},
		lanetest.Scenario{Name: "an admin is", Path: "/v1/notes/admin", As: identity.Admin, Status: 200, Contains: []string{"secret page"}},
		lanetest.Scenario{
			Name: "a panic is ours and says nothing", Path: "/v1/notes/broken", Status: 500, Code: "internal",
			Absent: []string{"hunter2", "goroutine"},
			After: func(t *testing.T, _ *lanetest.Harness, a lanetest.Answer) {
				id := a.Header.Get("X-Request-Id")
				if text := log.String(); id == "" || !strings.Contains(text, "hunter2") || !strings.Contains(text, "request_id="+id) {
					t.Errorf("the log does not tell of the panic of request %q:\n%s", id, text)
				}
			},
		},
	)
}

func TestRestartKeepsWhatWasWritten(t *testing.T) {
	var made *notes
	h := lanetest.Start(t, notesModule(&made), lanetest.At(time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC)))
	h.Do(t, lanetest.Scenario{Method: "PUT", Path: "/v1/notes/a", As: identity.User, User: "u1", Body: `{"text":"hi"}`})
	first := made
	h.Restart()
	if !first.drained.Load() || !first.ended.Load() || made == first {
		t.Errorf("drained %v, ended %v, made anew %v", first.drained.Load(), first.ended.Load(), made != first)
	}
	h.Clock.Advance(48 * time.Hour)
	h.Run(t, lanetest.Scenario{Name: "read", Path: "/v1/notes/a", Status: 200, JSON: map[string]any{"/at": 1777897800}})
	second := made
	h.Crash()
	if second.drained.Load() || !second.ended.Load() {
		t.Errorf("a crash drained %v, ended %v", second.drained.Load(), second.ended.Load())
	}
}

// safeBuffer is a bytes.Buffer for many goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

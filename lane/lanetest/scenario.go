package lanetest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/platform/identity"
)

// Scenario is one request and everything that is expected of its answer, also what must not be in it.
type Scenario struct {
	Name   string
	Method string // default GET
	Path   string // with the query
	As     identity.Access
	User   string            // id of the user; for As: identity.User
	Header map[string]string // of the request; a body is application/json unless it says otherwise
	Body   string

	Status   int
	Contains []string          // texts that are in the answer's body
	Absent   []string          // texts that are neither in its body nor in its header
	Headers  map[string]string // the answer's; empty: must not be there
	JSON     map[string]any    // by JSON pointer: the value there; nil: null; Missing: nothing is there
	Code     string            // of the problem
	Fields   []string          // exactly these fields are named by the problem, in any order

	Before func(t *testing.T, h *Harness)           // what must be so first
	After  func(t *testing.T, h *Harness, a Answer) // what must be so then
}

// Missing in Scenario.JSON says that nothing is there.
var Missing = struct{ missing bool }{true}

// Answer is what came back, whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Run runs the scenarios one after the other, each as a subtest.
func (h *Harness) Run(t *testing.T, scenarios ...Scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			t.Helper()
			if s.Before != nil {
				s.Before(t, h)
			}
			a := h.Do(t, s)
			s.check(t, a)
			if s.After != nil {
				s.After(t, h, a)
			}
		})
	}
}

// Do sends the scenario's request and expects nothing.
func (h *Harness) Do(t testing.TB, s Scenario) Answer {
	t.Helper()
	method := s.Method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(t.Context(), method, h.URL+s.Path, strings.NewReader(s.Body))
	if err != nil {
		t.Fatal(err)
	}
	if s.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if key := h.credential(s); key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	for name, value := range s.Header {
		req.Header.Set(name, value)
	}
	res, err := h.Client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: body}
}

func (h *Harness) credential(s Scenario) string {
	switch s.As {
	case identity.Admin:
		return AdminKey
	case identity.Service:
		return ServiceKey
	case identity.User:
		return h.UserToken(s.User)
	}
	return ""
}

func (s Scenario) check(t *testing.T, a Answer) {
	t.Helper()
	if a.Status != s.Status {
		t.Errorf("status %d, want %d", a.Status, s.Status)
	}
	for _, text := range s.Contains {
		if !bytes.Contains(a.Body, []byte(text)) {
			t.Errorf("%q is not in the body", text)
		}
	}
	var head bytes.Buffer
	_ = a.Header.Write(&head) // a buffer takes everything
	for _, text := range s.Absent {
		if bytes.Contains(a.Body, []byte(text)) || bytes.Contains(head.Bytes(), []byte(text)) {
			t.Errorf("%q must not be in the answer", text)
		}
	}
	for name, want := range s.Headers {
		if got := strings.Join(a.Header.Values(name), ", "); got != want {
			t.Errorf("header %s is %q, want %q", name, got, want)
		}
	}
	s.checkJSON(t, a)
	if t.Failed() {
		t.Logf("%d\n%s\n%s", a.Status, head.String(), a.Body)
	}
}

func (s Scenario) checkJSON(t *testing.T, a Answer) {
	t.Helper()
	if s.JSON == nil && s.Code == "" && s.Fields == nil {
		return
	}
	got := a.JSON(t)
	for pointer, want := range s.JSON {
		value, ok := find(got, pointer)
		switch {
		case want == any(Missing) && ok:
			t.Errorf("%s must not be there, is %v", pointer, value)
		case want == any(Missing):
		case !ok:
			t.Errorf("%s is not there", pointer)
		default:
			if diff := cmp.Diff(normal(t, want), value); diff != "" {
				t.Errorf("%s (-want +got):\n%s", pointer, diff)
			}
		}
	}
	if s.Code != "" {
		if code, _ := find(got, "/code"); code != s.Code {
			t.Errorf("code %v, want %s", code, s.Code)
		}
	}
	if s.Fields != nil {
		s.checkFields(t, got)
	}
}

func (s Scenario) checkFields(t *testing.T, got any) {
	t.Helper()
	want := map[string]bool{}
	for _, f := range s.Fields {
		want[f] = true
	}
	named := map[string]bool{}
	errs, _ := find(got, "/errors")
	list, _ := errs.([]any)
	for _, e := range list {
		pointer, _ := find(e, "/pointer")
		text, _ := pointer.(string)
		named[text] = true
	}
	if diff := cmp.Diff(want, named); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

// JSON decodes the body; numbers are float64.
func (a Answer) JSON(t testing.TB) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(a.Body, &v); err != nil {
		t.Fatalf("the body is not JSON: %v\n%s", err, a.Body)
	}
	return v
}

// At is the value at a JSON pointer of the body; the test fails where there is none.
func (a Answer) At(t testing.TB, pointer string) any {
	t.Helper()
	v, ok := find(a.JSON(t), pointer)
	if !ok {
		t.Fatalf("%s is not there\n%s", pointer, a.Body)
	}
	return v
}

// normal is the value as JSON has it, so that int and float64, struct and map compare.
func normal(t testing.TB, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var n any
	if err := json.Unmarshal(b, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// find follows a JSON pointer (RFC 6901).
func find(v any, pointer string) (any, bool) {
	for pointer != "" {
		part, rest, more := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[part]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(at) {
				return nil, false
			}
			v = at[i]
		default:
			return nil, false
		}
		pointer = ""
		if more {
			pointer = "/" + rest
		}
	}
	return v, true
}

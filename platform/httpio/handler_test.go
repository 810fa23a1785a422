package httpio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
)

type appended struct{ text string }

func (a *appended) AppendJSON(b []byte) []byte { return strconv.AppendQuote(b, a.text) }

type notModified struct{}

func (notModified) Status() int { return http.StatusNotModified }

type number64 struct {
	X float64           `json:"x"`
	L []int             `json:"l"`
	M map[string]string `json:"m"`
	S string            `json:"s"`
}

func TestAnswers(t *testing.T) {
	errTeapot := fault.New(fault.Conflict, "shop.sold", "It is sold.").After(1500 * time.Millisecond)
	tests := map[string]struct {
		h      Handler
		status int
		body   string
		logged bool
	}{
		"nil":      {JSON(func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }), 204, "", false},
		"appended": {JSON(func(context.Context, *struct{}) (*appended, error) { return &appended{strings.Repeat("x", 9000)}, nil }), 200, `"` + strings.Repeat("x", 9000) + `"`, false},
		"no nulls, sorted, mended": {JSON(func(context.Context, *struct{}) (*number64, error) {
			return &number64{M: map[string]string{"b": "", "a": "<"}, S: "\xff"}, nil
		}), 200, `{"x":0,"l":[],"m":{"a":"<","b":""},"s":"` + "\uFFFD" + `"}`, false},
		"status":        {JSON(func(context.Context, *struct{}) (*created, error) { return &created{"7"}, nil }), 201, `{"id":"7"}`, false},
		"not modified":  {JSON(func(context.Context, *struct{}) (*notModified, error) { return &notModified{}, nil }), 304, "", false},
		"not encodable": {JSON(func(context.Context, *struct{}) (*number64, error) { return &number64{X: math.NaN()}, nil }), 500, "internal", true},
		"refusal":       {JSON(func(context.Context, *struct{}) (*struct{}, error) { return nil, fmt.Errorf("x: %w", errTeapot) }), 409, "shop.sold", false},
		"failure":       {JSON(func(context.Context, *struct{}) (*struct{}, error) { return nil, errors.New("secret") }), 500, "internal", true},
		"panic":         {JSON(func(context.Context, *struct{}) (*struct{}, error) { panic("secret") }), 500, "internal", true},
		"cause": {JSON(func(context.Context, *struct{}) (*struct{}, error) {
			return nil, fault.New(fault.Unavailable, "db.unavailable", "Later.").Because(errors.New("secret"))
		}), 503, "db.unavailable", true},
		"stream refusal": {HTTP(func(http.ResponseWriter, *http.Request) error { return errTeapot }), 409, "shop.sold", false},
		"stream failure": {HTTP(func(http.ResponseWriter, *http.Request) error { return errors.New("secret") }), 500, "internal", true},
		"stream panic":   {HTTP(func(http.ResponseWriter, *http.Request) error { panic("secret") }), 500, "internal", true},
		"stream limit": {HTTP(func(_ http.ResponseWriter, r *http.Request) error {
			_, err := io.Copy(io.Discard, r.Body)
			return err
		}), 413, "request.too_large", false},
		"stream": {HTTP(func(w http.ResponseWriter, _ *http.Request) error {
			_, err := io.WriteString(w, "page")
			return err
		}), 200, "page", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var logged []error
			h, err := Compile(tt.h, "POST /x", Options{BodyLimit: 4, Log: func(_ context.Context, err error) { logged = append(logged, err) }})
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest("POST", "/x", nil)
			if name == "stream limit" {
				r.Body = io.NopCloser(strings.NewReader("12345"))
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			body := w.Body.String()
			if w.Code != tt.status || !strings.Contains(body, tt.body) || tt.body == "" && body != "" {
				t.Errorf("%d %.300s, want %d %.300s", w.Code, body, tt.status, tt.body)
			}
			if strings.Contains(body, "secret") {
				t.Error("the answer tells what is wrong inside")
			}
			if (len(logged) > 0) != tt.logged {
				t.Errorf("logged %v", logged)
			}
			if n := w.Header().Get("Content-Length"); n != "" && n != strconv.Itoa(len(body)) {
				t.Errorf("Content-Length %s of %d bytes", n, len(body))
			}
			if strings.Contains(name, "panic") && !strings.Contains(logged[0].Error(), "handler_test.go") {
				t.Errorf("the log has no stack: %v", logged)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	w := ask(t, func(context.Context, *struct{}) (*created, error) { return &created{"7"}, nil }, "POST /x", "/x", "", nil)
	for name, want := range map[string]string{
		"Content-Type": "application/json", "X-Content-Type-Options": "nosniff", "Location": "/v1/books/7", "Content-Length": "10",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestContextIsTheRequests(t *testing.T) {
	var who identity.Caller
	ask(t, func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		who = identity.From(ctx)
		return nil, nil
	}, "GET /x", "/x", "", func(r *http.Request) {
		*r = *r.WithContext(identity.With(r.Context(), identity.Caller{Access: identity.User, ID: "u1"}))
	})
	if who.ID != "u1" {
		t.Errorf("caller %+v", who)
	}
}

// What was half written must not look whole: over a real connection the client sees it break.
func TestHalfWrittenIsAborted(t *testing.T) {
	for name, fn := range map[string]func(http.ResponseWriter, *http.Request) error{
		"error": func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			return errors.New("broke")
		},
		"panic": func(w http.ResponseWriter, _ *http.Request) error {
			w.(http.Flusher).Flush()
			panic("broke")
		},
		"abort": func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) },
	} {
		logged := make(chan error, 1)
		h, err := Compile(HTTP(fn), "GET /x", Options{Log: func(_ context.Context, err error) { logged <- err }})
		if err != nil {
			t.Fatal(err)
		}
		s := httptest.NewServer(h)
		res, err := s.Client().Get(s.URL + "/x")
		if err == nil {
			if _, err = io.ReadAll(res.Body); err == nil {
				t.Errorf("%s: the answer looks whole", name)
			}
			_ = res.Body.Close()
		}
		s.Close()
		if name != "abort" && len(logged) == 0 {
			t.Errorf("%s: not logged", name)
		}
	}
}

func TestGoneClientIsNotLogged(t *testing.T) {
	h, err := Compile(JSON(func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		return nil, fmt.Errorf("query: %w", ctx.Err())
	}),
		"GET /x", Options{Log: func(_ context.Context, err error) { t.Errorf("logged %v", err) }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/x", nil))
}

// Goldens of problems, headers included.
func TestProblems(t *testing.T) {
	var b strings.Builder
	for _, err := range []error{
		errMalformed.With(fault.Field{Pointer: "/a", Rule: "byte 3: ends too early"}), errInvalid, errMediaType, errBroken, tooLarge(1 << 20),
		fault.New(fault.Limited, "shop.busy", "Too many.").After(1500 * time.Millisecond), errors.New("secret"), context.DeadlineExceeded,
	} {
		w := httptest.NewRecorder()
		w.Header().Set(RequestIDHeader, "id-1")
		WriteProblem(w, err)
		fmt.Fprintf(&b, "%d %s retry=%q cache=%q\n%s\n\n", w.Code, w.Header().Get("Content-Type"), w.Header().Get("Retry-After"), w.Header().Get("Cache-Control"), w.Body)
	}
	golden(t, "problems.txt", []byte(b.String()))
}

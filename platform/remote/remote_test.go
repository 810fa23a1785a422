package remote_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/remote"
)

func server(t *testing.T) *remote.Hotlane {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer the-key" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("asked with %v", r.Header)
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.Copy(w, r.Body)
	})
	mux.HandleFunc("GET /refused", func(w http.ResponseWriter, _ *http.Request) {
		httpio.WriteProblem(w, fault.New(fault.Unauthorized, "a.b", "No.").With(fault.Field{Pointer: "/x", Rule: "must be y"}))
	})
	mux.HandleFunc("GET /strange", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	mux.HandleFunc("GET /others", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"error": "of another server"}`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	t.Setenv("HOTLANE_URL", s.URL)
	t.Setenv("HOTLANE_ADMIN_KEY", "the-key")
	return remote.New()
}

func TestItIsAsked(t *testing.T) {
	var out struct{ Word string }
	if err := server(t).JSON(t.Context(), "POST", "/echo", map[string]string{"Word": "hi"}, &out); err != nil || out.Word != "hi" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestRefusalsAreToldInItsWords(t *testing.T) {
	h := server(t)
	for path, want := range map[string]string{
		"/refused": "No.\n  /x must be y\n  the admin key is read from HOTLANE_ADMIN_KEY (a.b)",
		"/strange": "502 Bad Gateway",
		"/others":  "answered 403 Forbidden",
	} {
		if err := h.JSON(t.Context(), "GET", path, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestWhereIsAFlag(t *testing.T) {
	h := server(t)
	h.Hint = ", or do without"
	if err := h.Flags("x", io.Discard).Parse([]string{"-url", "http://127.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	err := h.JSON(t.Context(), "GET", "/", nil, nil)
	if err == nil || !strings.Contains(err.Error(), "no Hotlane answers at http://127.0.0.1:1; name it with -url, or do without") {
		t.Errorf("%v", err)
	}
}

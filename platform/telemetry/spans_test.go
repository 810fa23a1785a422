package telemetry_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// TestTracing has a collector of its own and looks for what must have arrived there; the spans are Protobuf, the texts in them are
// readable.
func TestTracing(t *testing.T) {
	var mu sync.Mutex
	var received []byte
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Error(r.URL.Path, err)
		}
		mu.Lock()
		defer mu.Unlock()
		received = append(received, body...)
	}))
	defer collector.Close()

	cfg := telemetry.DefaultConfig()
	cfg.Tracing.Endpoint, cfg.Tracing.Ratio = collector.URL+"/v1/traces", 0
	tel, err := telemetry.New(cfg, telemetry.Options{Out: io.Discard, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" // the example of W3C Trace Context
	h := tel.Route("POST /v1/x", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		telemetry.Observe(r.Context(), telemetry.Query, "SELECT 'a statement'", time.Millisecond)
		up := http.Header{}
		telemetry.Propagate(r.Context(), up)
		w.Header().Set("X-Up", up.Get("Traceparent"))
		w.WriteHeader(http.StatusBadGateway)
	}))
	r := httptest.NewRequest("POST", "/v1/x", nil)
	r.Header.Set("Traceparent", parent)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	up := w.Header().Get("X-Up")
	if !strings.HasPrefix(up, parent[:36]) || up == parent || !strings.HasSuffix(up, "-01") {
		t.Errorf("the upstream gets traceparent %q, want the same trace and another span", up)
	}
	serve(h, "POST", "/v1/unsampled")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := tel.Close(ctx); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, text := range []string{"POST /v1/x", "SELECT 'a statement'", "hotlane", "Bad Gateway"} {
		if !bytes.Contains(received, []byte(text)) {
			t.Errorf("the collector has not got %q", text)
		}
	}
	if bytes.Contains(received, []byte("/v1/unsampled")) {
		t.Error("ratio 0 traces only what the client traces")
	}
}

func TestPropagateWithoutTracing(t *testing.T) {
	h := http.Header{"Traceparent": {"from the client"}}
	telemetry.Propagate(t.Context(), h)
	if h.Get("Traceparent") != "from the client" {
		t.Error("what the client sent must be passed on")
	}
}

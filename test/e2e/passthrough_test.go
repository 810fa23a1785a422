package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
)

// backend is an old backend that tells what it was asked, and an endpoint that ends when it is told to.
type backend struct {
	*httptest.Server
	begun, release chan struct{}
}

func newBackend(t *testing.T) *backend {
	t.Helper()
	b := &backend{begun: make(chan struct{}, 1), release: make(chan struct{})}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			b.begun <- struct{}{}
			<-b.release
		}
		w.Header().Set("X-Old", "yes")
		w.WriteHeader(http.StatusAccepted)
		_ = json.NewEncoder(w).Encode(map[string]string{
			"method": r.Method, "uri": r.RequestURI, "host": r.Host, "for": r.Header.Get("X-Forwarded-For"), "id": r.Header.Get("X-Request-Id"),
		})
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *backend) config() string {
	return "edge: {default: old, upstreams: {old: {urls: [\"" + b.URL + "\"]}}}\n"
}

func TestPassThrough(t *testing.T) {
	old := newBackend(t)
	p := start(t, site(t, old.config()), "serve")
	a := p.do("DELETE", "/api//legacy%2Fpath?p=1;q=2&r=%zz", "", "")
	var saw map[string]string
	if err := json.Unmarshal([]byte(a.body), &saw); err != nil {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a.status != http.StatusAccepted || a.header.Get("X-Old") != "yes" {
		t.Errorf("the answer has been changed: %d %v", a.status, a.header)
	}
	if saw["method"] != "DELETE" || saw["uri"] != "/api//legacy%2Fpath?p=1;q=2&r=%zz" || saw["for"] != "127.0.0.1" {
		t.Errorf("the backend saw %v", saw)
	}
	if id := a.header.Get("X-Request-Id"); id == "" || saw["id"] != id {
		t.Errorf("request id %q to the backend, %q to the client", saw["id"], id)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.err)
	}
}

func TestWithoutUpstreamItIsAProblem(t *testing.T) {
	p := start(t, site(t, ""), "serve")
	a := p.do("GET", "/api/anything", "", "")
	var problem struct {
		Status    int    `json:"status"`
		Code      string `json:"code"`
		RequestID string `json:"request_id"`
	}
	if err := json.Unmarshal([]byte(a.body), &problem); err != nil {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a.status != 404 || problem.Status != 404 || problem.Code == "" || problem.RequestID != a.header.Get("X-Request-Id") ||
		a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v\n%s", a.status, a.header, a.body)
	}
}

func TestADeadUpstreamIsABadGateway(t *testing.T) {
	old := newBackend(t)
	config := old.config()
	old.Close()
	p := start(t, site(t, config), "serve")
	if a := p.do("GET", "/", "", ""); a.status != 502 || strings.Contains(a.body, "connection refused") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestStopFinishesASlowRequest(t *testing.T) {
	old := newBackend(t)
	p := start(t, site(t, old.config()), "serve")
	got := make(chan answer, 1)
	go func() { got <- p.do("GET", "/slow", "", "") }()
	<-old.begun
	p.signal(syscall.SIGTERM)
	p.until("it has begun to stop", func() bool { return strings.Contains(p.err.String(), `"stopping"`) })
	close(old.release)
	if a := <-got; a.status != http.StatusAccepted || !strings.Contains(a.body, "/slow") {
		t.Errorf("the request under way was answered %d %s", a.status, a.body)
	}
	if <-p.done; p.cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("exit code %d\n%s", p.cmd.ProcessState.ExitCode(), p.err)
	}
}

func TestASecondSignalStopsAtOnce(t *testing.T) {
	old := newBackend(t)
	defer close(old.release)
	p := start(t, site(t, old.config()), "serve")
	go func() { // is cut off
		if res, err := http.Get(p.url + "/slow"); err == nil {
			_ = res.Body.Close()
		}
	}()
	<-old.begun
	p.signal(syscall.SIGTERM)
	p.until("it has begun to stop", func() bool { return strings.Contains(p.err.String(), `"stopping"`) })
	p.signal(syscall.SIGTERM)
	<-p.done
	if state := p.cmd.ProcessState; state.Success() {
		t.Errorf("it ended well although it was forced to: %s", state)
	}
}

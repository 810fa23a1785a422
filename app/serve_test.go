package app

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/fault"
)

const keysFile = `
identity: {admin_key: the-admin-key-of-the-test, service_key: the-service-key-of-the-test}
shutdown: {grace: 0s}
`

func TestServe(t *testing.T) {
	g := newGreetings()
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "old "+r.RequestURI)
	}))
	defer old.Close()
	file := write(t, "hotlane.yaml", keysFile+"edge: {default: old, upstreams: {old: {urls: [\""+old.URL+"\"]}}}\n")
	s := start(t, g.modules, "--config", file, "--data", filepath.Join(t.TempDir(), "data"), "serve")
	bearer := []string{"Authorization", "Bearer the-service-key-of-the-test"}
	for _, c := range []struct {
		path   string
		header []string
		status int
		body   string
	}{
		{"/v1/greetings/you", nil, 200, `"hello you"`},
		{"/api/legacy?a=1;b", nil, 200, "old /api/legacy?a=1;b"},
		{"/_hotlane/health", nil, 200, "ok"},
		{"/_hotlane/ready", nil, 200, "ready"},
		{"/_hotlane/metrics", nil, 401, "identity.needed"},
		{"/_hotlane/metrics", bearer, 200, `hotlane_http_requests_total{method="GET",route="/v1/greetings/{name}",status="2xx"} 1`},
		{"/_hotlane/metrics", bearer, 200, `hotlane_edge_requests_total{status="2xx",target="upstream:old"} 1`},
		{"/_hotlane/openapi.json", nil, 200, `"/v1/greetings/{name}"`},
		{"/_hotlane/docs", nil, 200, "/v1/greetings/{name}"},
		{"/_hotlane/docs", []string{"Accept-Language", "ko-KR,en"}, 200, "API 설명"},
		{"/_hotlane/login?next=%2Fx%22%3E", nil, 200, `name="next" value="/x&#34;&gt;"`},
		{"/_hotlane/login?failed=1", []string{"Accept-Language", "ko"}, 200, "관리자 키가 아닙니다"},
		{"/_hotlane/components", nil, 401, "identity.needed"},
		{"/_hotlane/nothing", nil, 404, "hotlane.not_found"},
	} {
		if status, body := s.get(c.path, c.header...); status != c.status || !strings.Contains(body, c.body) {
			t.Errorf("%s: %d, want %d with %q:\n%s", c.path, status, c.status, c.body, body)
		}
	}
	s.stop()
	if code := <-s.code; code != ExitOK {
		t.Errorf("exit code %d: %s", code, s.err)
	}
	if got := g.history(); got != "start drain ran" {
		t.Errorf("the lane saw %q", got)
	}
	s.logged("serving", map[string]any{"address": strings.TrimPrefix(s.url, "http://"), "version": Version()})
	if strings.Contains(s.err.String(), "the-admin-key") {
		t.Error("a key was logged")
	}
}

// logged finds the line of the log with this message, and looks at some of its attributes.
func (s *served) logged(message string, attrs map[string]any) {
	s.t.Helper()
	for line := range strings.Lines(s.err.String()) {
		var found map[string]any
		if json.Unmarshal([]byte(line), &found) != nil || found["msg"] != message {
			continue
		}
		for name, want := range attrs {
			if found[name] != want {
				s.t.Errorf("the line %s has %s %v, want %v", message, name, found[name], want)
			}
		}
		return
	}
	s.t.Errorf("%q was not logged:\n%s", message, s.err)
}

func TestKeysArePrintedOnce(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	file := write(t, "hotlane.yaml", "shutdown: {grace: 0s}\n")
	keys := regexp.MustCompile(`hl_(admin|service)_\S+`)
	for round, want := range []int{2, 0} {
		s := start(t, newGreetings().modules, "--config", file, "--data", data, "serve")
		if found := keys.FindAllString(s.err.String(), -1); len(found) != want {
			t.Errorf("start %d printed %v", round+1, found)
		}
		s.stop()
		<-s.code
	}
}

func TestLoginOpensAdminPages(t *testing.T) {
	s := start(t, newGreetings().modules, "--config", write(t, "c.yaml", keysFile), "--data", t.TempDir(), "serve")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	login := func(key string) *http.Response {
		form := url.Values{"key": {key}, "next": {"/v1/greetings/x"}}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/_hotlane/login", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Accept", "text/html")
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res
	}
	if res := login("wrong"); res.StatusCode != 303 || !strings.Contains(res.Header.Get("Location"), "failed=1") || len(res.Cookies()) > 0 {
		t.Errorf("a wrong key: %d to %s", res.StatusCode, res.Header.Get("Location"))
	}
	res := login("the-admin-key-of-the-test")
	if res.StatusCode != 303 || res.Header.Get("Location") != "/v1/greetings/x" || len(res.Cookies()) != 1 {
		t.Fatalf("the right key: %d to %s", res.StatusCode, res.Header.Get("Location"))
	}
	cookie := res.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode {
		t.Errorf("the cookie is open: %v", cookie)
	}
	if status, _ := s.get("/_hotlane/metrics", "Cookie", cookie.Name+"="+cookie.Value); status != 200 {
		t.Errorf("with the cookie: %d", status)
	}
}

func TestReadySaysWhyNot(t *testing.T) {
	g := newGreetings()
	s := start(t, g.modules, "--data", t.TempDir(), "--config", write(t, "c.yaml", keysFile), "serve")
	for _, c := range []struct {
		name         string
		err          error
		want, absent string
	}{
		{"a refusal explains itself", fault.New(fault.Unavailable, "greetings.busy", "The words are being learned."), "The words are being learned.", ""},
		{"what is internal stays inside", errors.New("disk /secret/path is gone"), "cannot serve just now", "secret"},
	} {
		g.ready.Store(&c.err)
		status, body := s.get("/_hotlane/ready")
		if status != 503 || !strings.Contains(body, c.want) || c.absent != "" && strings.Contains(body, c.absent) {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
	g.ready.Store(nil)
	if status, body := s.get("/_hotlane/ready"); status != 200 {
		t.Errorf("ready again: %d %s", status, body)
	}
}

func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	for path, want := range map[string]string{"/v1/slow": "finished", "/v1/stream": "come back"} {
		g := newGreetings()
		s := start(t, g.modules, "--data", t.TempDir(), "--config", write(t, "c.yaml", keysFile), "serve")
		got := make(chan string, 1)
		go func() {
			_, body := s.get(path)
			got <- body
		}()
		<-g.slow
		s.stop()
		until(t, "it has begun to stop", func() bool { return strings.Contains(s.err.String(), `"stopping"`) })
		close(g.release)
		if body := <-got; body != want {
			t.Errorf("%s was answered %q, want %q", path, body, want)
		}
		if code := <-s.code; code != ExitOK {
			t.Errorf("exit code %d", code)
		}
	}
}

func TestWhatFailsAtTheStartSaysWhatAndWhere(t *testing.T) {
	g := newGreetings()
	g.startErr = errors.New("the dictionary is torn")
	code, _, errs := call(t, g.modules, "--data", t.TempDir(), "--config", write(t, "c.yaml", keysFile), "serve", "--listen", "127.0.0.1:0")
	if code != ExitFailure || !strings.Contains(errs, "hotlane: lane greetings: start: the dictionary is torn") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

func TestALaneThatFailsStopsTheProgram(t *testing.T) {
	g := newGreetings()
	s := start(t, g.modules, "--data", t.TempDir(), "--config", write(t, "c.yaml", keysFile), "serve")
	g.runErr <- errors.New("out of words")
	if code := <-s.code; code != ExitFailure || !strings.Contains(s.err.String(), "lane greetings: run: out of words") {
		t.Errorf("exit code %d: %s", code, s.err)
	}
}

func TestOnlySelectedLanesAreServed(t *testing.T) {
	g := newGreetings()
	old := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer old.Close()
	file := write(t, "c.yaml", keysFile+"edge:\n  default: old\n  upstreams: {old: {urls: [\""+old.URL+"\"]}}\n"+
		"  routes: [{match: /v1/greetings/, lane: greetings}]\n")
	s := start(t, g.modules, "--data", t.TempDir(), "--config", file, "serve", "--lanes", "idle")
	if status, body := s.get("/v1/greetings/you"); status != 404 {
		t.Errorf("what a rule keeps to a lane that is not selected: %d %s", status, body)
	}
	if status, _ := s.get("/v1/slow"); status != 200 {
		t.Errorf("a lane's path where the lane is not selected is the upstream's: %d", status)
	}
	s.stop()
	<-s.code
	if got := g.history(); got != "" {
		t.Errorf("it was made to %q", got)
	}
}

// TestOurCredentialsStayHere looks at the bytes that the old backend gets.
func TestOurCredentialsStayHere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan string, 1)
	go func() {
		defer close(got)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		var head strings.Builder
		for r := bufio.NewReader(c); ; {
			line, err := r.ReadString('\n')
			if head.WriteString(line); err != nil || line == "\r\n" {
				break
			}
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
		got <- head.String()
	}()
	file := write(t, "c.yaml", keysFile+"edge: {default: old, upstreams: {old: {urls: [\"http://"+l.Addr().String()+"\"]}}}\n")
	s := start(t, newGreetings().modules, "--config", file, "--data", t.TempDir(), "serve")
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = io.WriteString(c, "GET /old HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: sessionid=\"q;r\" ; hotlane=secret;b\r\n"+
		"Cookie: __Host-hotlane=secret\r\nAuthorization: Bearer the-admin-key-of-the-test\r\nX-Api-Key: of-the-old-backend\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(answer), "ok") {
		t.Fatalf("%s, %v", answer, err)
	}
	head := <-got
	for _, line := range []string{"\r\nCookie: sessionid=\"q;r\" ;b\r\n", "\r\nX-Api-Key: of-the-old-backend\r\n"} {
		if !strings.Contains(head, line) {
			t.Errorf("%q did not arrive:\n%s", line, head)
		}
	}
	for _, ours := range []string{"hotlane=", "Authorization", "the-admin-key"} {
		if strings.Contains(head, ours) {
			t.Errorf("%q arrived:\n%s", ours, head)
		}
	}
}

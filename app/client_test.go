package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestClient(t *testing.T) {
	for _, c := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"192.0.2.1:99", nil, "192.0.2.1"},
		{"[2001:db8::1%eth0]:99", nil, "2001:db8::1"},
		{"[::ffff:192.0.2.1]:99", nil, "192.0.2.1"},
		{"10.0.0.1:99", []string{"203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1:99", []string{"203.0.113.9, 198.51.100.2"}, "198.51.100.2"},
		{"10.0.0.1:99", []string{"203.0.113.9", "198.51.100.7 , 198.51.100.2"}, "198.51.100.2"},
		{"10.0.0.1:99", []string{"unknown"}, "invalid IP"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header["X-Forwarded-For"] = c.forwarded
		if got := client(r).String(); got != c.want {
			t.Errorf("%s, %v: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

func TestTrustedProxiesSpeakForTheClient(t *testing.T) {
	for _, c := range []struct {
		trusted string
		secure  bool
	}{{"[]", false}, {"[127.0.0.0/8]", true}} {
		file := write(t, "c.yaml", keysFile+"edge: {trusted_proxies: "+c.trusted+"}\n")
		s := start(t, newGreetings().modules, "--config", file, "--data", t.TempDir(), "serve")
		_, body := s.get("/_hotlane/docs", "X-Forwarded-Proto", "https")
		if got := strings.Contains(body, "https://127.0.0.1"); got != c.secure {
			t.Errorf("trusted %s: the client is on TLS: %v", c.trusted, got)
		}
		s.stop()
		<-s.code
	}
}

package edge

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/platform/httpio"
)

func TestTargetArrivesByteForByte(t *testing.T) {
	rec := startRecorder(t)
	addr := startEdge(t, configFor(rec.addr))
	for _, target := range []string{
		"/?p=1;q=2&r=%zz", "/a?", "/a??b=?", "/a?%", "/a?b=c%20d+e&&=&b", "/a?q=한글", "/a?x=\"<>^`{|}\\'",
		"/a%2Fb", "/a%2fb/%61", "//", "//a//b/", "/a/../b/./c", "/..", "/a;b=c/d", "/a b"[:2] + "%20b", "/한글/검색", "/a\"<>^`{|}\\b",
		"/%E0%A4%A", "/a:b@c!$&'()*+,=~", "/[a]", "/a%00b", "//a%2F//b?%zz", "/http://b/c",
	} {
		t.Run(target, func(t *testing.T) {
			res, _ := exchange(t, addr, "GET "+target+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
			requests, broken, _ := rec.take()
			if target == "/%E0%A4%A" { // not an escape
				if res.StatusCode != 400 || len(requests) > 0 {
					t.Fatalf("status %d, the upstream got %v", res.StatusCode, requests)
				}
				return
			}
			if res.StatusCode != 200 || len(requests) != 1 || len(broken) > 0 {
				t.Fatalf("status %d, the upstream got %v, broken %v", res.StatusCode, requests, broken)
			}
			if got := requests[0].target; got != target {
				t.Errorf("the upstream got %q", got)
			}
		})
	}
}

func TestOtherFormsOfTheTarget(t *testing.T) {
	rec := startRecorder(t)
	addr := startEdge(t, configFor(rec.addr))
	for sent, want := range map[string]string{
		"GET http://a/b?c":  "/b?c",
		"GET http://a":      "/",
		"GET http://a?c=%z": "/?c=%z",
		"GET HTTP://a//b":   "//b",
		"OPTIONS *":         "*",
	} {
		res, _ := exchange(t, addr, sent+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		requests, _, _ := rec.take()
		if res.StatusCode != 200 || len(requests) != 1 || requests[0].target != want {
			t.Errorf("%s: status %d, the upstream got %v", sent, res.StatusCode, requests)
		}
	}
}

// pass sends one request with these header lines through and returns the ones that arrive, by lower-case name.
func pass(t *testing.T, cfg Config, rec *recorder, lines string) map[string][]string {
	t.Helper()
	addr := startEdge(t, cfg)
	if res, body := exchange(t, addr, "GET / HTTP/1.1\r\nHost: Shop.example:8080\r\n"+lines+"\r\n"); res.StatusCode != 200 {
		t.Fatal(res.Status, body)
	}
	requests, broken, _ := rec.take()
	if len(requests) != 1 || len(broken) > 0 {
		t.Fatalf("the upstream got %v, broken %v", requests, broken)
	}
	got := map[string][]string{}
	for _, l := range requests[0].lines {
		name, value, _ := strings.Cut(l, ":")
		name = strings.ToLower(name)
		got[name] = append(got[name], strings.TrimSpace(value))
	}
	if id := got["x-request-id"]; len(id) != 1 || len(id[0]) < 8 {
		t.Errorf("X-Request-Id %q", id)
	}
	return got
}

func TestNothingIsInjectedButWhoAsked(t *testing.T) {
	rec := startRecorder(t)
	got := pass(t, configFor(rec.addr), rec, "")
	delete(got, "x-request-id")
	want := map[string][]string{
		"host":              {"Shop.example:8080"},
		"x-forwarded-for":   {"127.0.0.1"},
		"x-forwarded-host":  {"Shop.example:8080"},
		"x-forwarded-proto": {"http"},
		"x-real-ip":         {"127.0.0.1"},
		"forwarded":         {`for=127.0.0.1;host="Shop.example:8080";proto=http`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

const spoofed = "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 5.6.7.8\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\n" +
	"X-Forwarded-Port: 443\r\nX-Real-Ip: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\nX-Request-Id: chosen-by-client\r\n" +
	"X_Forwarded_For: 1.2.3.4\r\nx-user_id: 1\r\nCookie: a_b=c\r\nCookie: d=e\r\n"

func TestWhatAClientSaysAboutItselfIsReplaced(t *testing.T) {
	rec := startRecorder(t)
	for name, lines := range map[string]string{
		"plain":               spoofed,
		"named by Connection": spoofed + "Connection: X-Forwarded-For, X-Real-Ip, X-Request-Id, Forwarded\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			got := pass(t, configFor(rec.addr), rec, lines)
			if got["x-request-id"][0] == "chosen-by-client" {
				t.Error("the client chose the request's id")
			}
			delete(got, "x-request-id")
			want := map[string][]string{
				"host":              {"Shop.example:8080"},
				"cookie":            {"a_b=c", "d=e"},
				"x-forwarded-for":   {"127.0.0.1"},
				"x-forwarded-host":  {"Shop.example:8080"},
				"x-forwarded-proto": {"http"},
				"x-real-ip":         {"127.0.0.1"},
				"forwarded":         {`for=127.0.0.1;host="Shop.example:8080";proto=http`},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestATrustedProxyMaySayWhoAsked(t *testing.T) {
	rec := startRecorder(t)
	cfg := configFor(rec.addr)
	cfg.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	got := pass(t, cfg, rec, spoofed)
	want := map[string][]string{
		"host":              {"Shop.example:8080"},
		"cookie":            {"a_b=c", "d=e"},
		"x-forwarded-for":   {"1.2.3.4, 5.6.7.8, 127.0.0.1"},
		"x-forwarded-host":  {"evil"},
		"x-forwarded-proto": {"https"},
		"x-forwarded-port":  {"443"},
		"x-real-ip":         {"1.2.3.4"},
		"forwarded":         {`for=1.2.3.4, for=127.0.0.1;host="Shop.example:8080";proto=http`},
		"x-request-id":      {"chosen-by-client"},
		"x_forwarded_for":   {"1.2.3.4"},
		"x-user_id":         {"1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHopByHopHeadersGoBothWays(t *testing.T) {
	rec := startRecorder(t)
	rec.reply = func(seen) string {
		return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n" +
			"Proxy-Authenticate: Basic\r\nX-Request-Id: theirs\r\nX-End: 2\r\nX_under: 3\r\n\r\nok"
	}
	got := pass(t, configFor(rec.addr), rec, "Connection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: gzip\r\n"+
		"Trailer: X\r\nProxy-Authorization: a\r\nProxy-Connection: close\r\nX-End: 2\r\n")
	for _, name := range []string{"connection", "x-hop", "keep-alive", "te", "trailer", "proxy-authorization", "proxy-connection"} {
		if got[name] != nil {
			t.Errorf("%s: %q arrived", name, got[name])
		}
	}
	if len(got["x-end"]) != 1 {
		t.Error("an end-to-end header is gone")
	}
	res, _ := exchange(t, startEdge(t, configFor(rec.addr)), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	for _, name := range []string{"X-Hop", "Keep-Alive", "Proxy-Authenticate", "Connection"} {
		if v := res.Header.Values(name); v != nil {
			t.Errorf("the answer has %s: %q", name, v)
		}
	}
	if res.Header.Get("X-End") != "2" || res.Header.Get("X_under") != "3" {
		t.Error("an end-to-end header of the answer is gone")
	}
	if ids := res.Header.Values("X-Request-Id"); len(ids) != 1 || ids[0] == "theirs" {
		t.Errorf("the answer's X-Request-Id: %q", ids)
	}
}

func TestCompressionIsTheirsAlone(t *testing.T) {
	rec := startRecorder(t)
	rec.reply = func(seen) string {
		return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00x"
	}
	addr := startEdge(t, configFor(rec.addr))
	res, body := exchange(t, addr, "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip;q=1, br\r\n\r\n")
	if res.Header.Get("Content-Encoding") != "gzip" || body != "\x1f\x8b\x08\x00x" {
		t.Errorf("%q %q", res.Header, body)
	}
	requests, _, _ := rec.take()
	if got := requests[0].values("Accept-Encoding"); len(got) != 1 || got[0] != "gzip;q=1, br" {
		t.Errorf("Accept-Encoding %q", got)
	}
}

func TestBodiesKeepTheirFraming(t *testing.T) {
	rec := startRecorder(t)
	addr := startEdge(t, configFor(rec.addr))
	for name, tc := range map[string]struct{ send, length, coding, body string }{
		"length":  {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na\x00c", "3", "", "a\x00c"},
		"chunked": {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\na\r\n2\r\nbc\r\n0\r\nX: y\r\n\r\n", "", "chunked", "abc"},
		"empty":   {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "0", "", ""},
		"get":     {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", "2", "", "ab"},
		"delete":  {"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if res, _ := exchange(t, addr, tc.send); res.StatusCode != 200 {
				t.Fatal(res.Status)
			}
			requests, broken, _ := rec.take()
			if len(requests) != 1 || len(broken) > 0 {
				t.Fatalf("the upstream got %v, broken %v", requests, broken)
			}
			got := requests[0]
			if l := strings.Join(got.values("Content-Length"), "|"); l != tc.length {
				t.Errorf("Content-Length %q", l)
			}
			if c := strings.Join(got.values("Transfer-Encoding"), "|"); c != tc.coding {
				t.Errorf("Transfer-Encoding %q", c)
			}
			if got.body != tc.body {
				t.Errorf("body %q", got.body)
			}
		})
	}
}

func TestHeadHasNoBodyAndInterimAnswersPass(t *testing.T) {
	rec := startRecorder(t)
	rec.reply = func(s seen) string {
		if s.method == "HEAD" {
			return "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"
		}
		return "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + plainReply
	}
	addr := startEdge(t, configFor(rec.addr))
	c := dial(t, addr)
	c.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
	if res, _ := c.answer("HEAD"); res.ContentLength != 1234 {
		t.Errorf("Content-Length %d", res.ContentLength)
	}
	c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	res, _ := c.answer("GET")
	if res.StatusCode != 103 || res.Header.Get("Link") == "" {
		t.Errorf("interim %d %v", res.StatusCode, res.Header)
	}
	if res, body := c.answer("GET"); res.StatusCode != 200 || body != "ok" || res.Header.Get("X-Request-Id") == "" {
		t.Errorf("final %d %v %q", res.StatusCode, res.Header, body)
	}
}

func TestADeadUpstreamIs502WithTheRequestsID(t *testing.T) {
	dead := startRaw(t, func(c net.Conn) {}) // takes the connection and closes it
	for name, addr := range map[string]string{"nothing listens": "127.0.0.1:1", "closes at once": dead} {
		t.Run(name, func(t *testing.T) {
			res, body := exchange(t, startEdge(t, configFor(addr)), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			checkProblem(t, res, body, http.StatusBadGateway, "edge.upstream_dead")
		})
	}
}

func checkProblem(t *testing.T, res *http.Response, body string, status int, code string) {
	t.Helper()
	var p httpio.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	id := res.Header.Get("X-Request-Id")
	if res.StatusCode != status || p.Code != code || p.RequestID != id || id == "" || res.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("status %d, header %v, problem %+v", res.StatusCode, res.Header, p)
	}
}

func TestABodyThatWaitsForLeaveIsAskedFor(t *testing.T) {
	up := startRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for line := ""; line != "\r\n"; {
			var err error
			if line, err = r.ReadString('\n'); err != nil {
				return
			}
		}
		_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		body, _ := readN(r, 5)
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	})
	c := dial(t, startEdge(t, configFor(up)))
	c.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
	if res, _ := c.answer("PUT"); res.StatusCode != 100 {
		t.Fatal(res.Status)
	}
	c.send("hello")
	if res, body := c.answer("PUT"); res.StatusCode != 200 || body != "hello" {
		t.Fatal(res.Status, body)
	}
}

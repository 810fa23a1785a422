package socket

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

func TestHandshakeRefusals(t *testing.T) {
	_, _, addr := startEcho(t, Options{Origins: []string{"https://app.example", "https://*.wide.example"}})
	for name, tc := range map[string]struct {
		old, new string // in a good handshake
		status   int
		code     string
		pointer  string
	}{
		"no upgrade":           {"Upgrade: websocket\r\n", "", 400, "socket.handshake", "header:Upgrade"},
		"other protocol":       {"Upgrade: websocket", "Upgrade: h2c", 400, "socket.handshake", "header:Upgrade"},
		"connection stays":     {"Connection: Upgrade", "Connection: keep-alive", 400, "socket.handshake", "header:Connection"},
		"POST":                 {"GET", "POST", 400, "socket.handshake", "request"},
		"HTTP/1.0":             {"HTTP/1.1", "HTTP/1.0", 400, "socket.handshake", "request"},
		"old version":          {"Version: 13", "Version: 8", 400, "socket.handshake", "header:Sec-WebSocket-Version"},
		"no key":               {"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400, "socket.handshake", "header:Sec-WebSocket-Key"},
		"short key":            {"dGhlIHNhbXBsZSBub25jZQ==", "dGhl", 400, "socket.handshake", "header:Sec-WebSocket-Key"},
		"two keys":             {"Host: a\r\n", "Host: a\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 400, "socket.handshake", "header:Sec-WebSocket-Key"},
		"foreign page":         {"Host: a\r\n", "Host: a\r\nOrigin: https://evil.example\r\n", 403, "socket.origin", ""},
		"page without TLS":     {"Host: a\r\n", "Host: a\r\nOrigin: http://app.example\r\n", 403, "socket.origin", ""},
		"page of a name alike": {"Host: a\r\n", "Host: a\r\nOrigin: https://evilwide.example\r\n", 403, "socket.origin", ""},
		"the wide name itself": {"Host: a\r\n", "Host: a\r\nOrigin: https://wide.example\r\n", 403, "socket.origin", ""},
		"page of no origin":    {"Host: a\r\n", "Host: a\r\nOrigin: null\r\n", 403, "socket.origin", ""},
		"two origins":          {"Host: a\r\n", "Host: a\r\nOrigin: https://app.example\r\nOrigin: https://app.example\r\n", 403, "socket.origin", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := dialRaw(t, addr)
			c.send(strings.Replace(handshake, tc.old, tc.new, 1) + "\r\n")
			res, err := http.ReadResponse(c.r, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			var p struct {
				Code   string
				Errors []struct{ Pointer string }
			}
			if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != tc.status || p.Code != tc.code || tc.pointer != "" && p.Errors[0].Pointer != tc.pointer {
				t.Errorf("%s %+v", res.Status, p)
			}
			if res.Header.Get("Sec-WebSocket-Version") != "13" || res.Header.Get("Content-Type") != "application/problem+json" {
				t.Error(res.Header)
			}
		})
	}
}

func TestOriginsThatMayConnect(t *testing.T) {
	for name, tc := range map[string]struct {
		allowed []string
		origin  string
		want    bool
	}{
		"no page":                 {nil, "", true},
		"no page, with a list":    {[]string{"https://app.example"}, "", true},
		"the same host":           {nil, "https://Here.example:8443", true},
		"the same host, no port":  {nil, "https://here.example", false},
		"another host":            {nil, "https://there.example", false},
		"listed":                  {[]string{"https://b.example", "https://app.example"}, "https://APP.example", true},
		"the same host, unlisted": {[]string{"https://app.example"}, "https://here.example:8443", false},
		"under a wide name":       {[]string{"https://*.app.example"}, "https://a.b.app.example", true},
		"with a port":             {[]string{"http://localhost:3000"}, "http://localhost:3000", true},
		"with another port":       {[]string{"http://localhost:3000"}, "http://localhost:3001", false},
		"anything":                {[]string{"*"}, "https://there.example", true},
		"anything, no origin":     {[]string{"*"}, "null", true},
		"nonsense":                {nil, "%zz", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "https://here.example:8443/", nil)
			if tc.origin != "" {
				r.Header.Set("Origin", tc.origin)
			}
			if got := (&Options{Origins: tc.allowed}).mayConnect(r); got != tc.want {
				t.Error(got)
			}
		})
	}
}

func TestTheClientsFirstProtocolThatIsSpokenIsTaken(t *testing.T) {
	protocols := make(chan string, 1)
	e := &echo{}
	_, addr := serve(t, Options{Protocols: []string{"json", "protobuf"}}, func(c *Conn, _ *http.Request) {
		protocols <- c.Protocol()
		c.Serve(e, false)
	})
	for offered, want := range map[string]string{
		"": "", "soap": "", "json": "json", "soap, protobuf,json": "protobuf", "JSON": "",
		"soap\r\nSec-WebSocket-Protocol: json": "json",
	} {
		head := []string{"Sec-WebSocket-Protocol: " + offered}
		if offered == "" {
			head = nil
		}
		_, res := dialFor(t, addr, "", head...)
		if got := res.Header.Get("Sec-WebSocket-Protocol"); got != want || <-protocols != want {
			t.Errorf("%q: %q", offered, got)
		}
		if res.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" { // RFC 6455, section 1.3
			t.Error(res.Header)
		}
	}
}

func TestNothingThatCameWithTheHandshakeIsLost(t *testing.T) {
	_, _, addr := startEcho(t, Options{})
	first := masked(text, "first")
	for _, cut := range []int{0, 1, 3, len(first)} {
		c, res := dialFor(t, addr, first[:cut])
		if res.StatusCode != 101 {
			t.Fatal(res.Status)
		}
		c.send(first[cut:])
		c.want(ws.OpText, "first")
		c.send(masked(text, "second"))
		c.want(ws.OpText, "second")
	}
}

package edge

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/httpio"
)

// Behind each of these stands a request that must not reach the upstream on its own.
const hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"

func TestWhatTwoReadersCouldReadDifferentlyNeverReachesTheUpstream(t *testing.T) {
	rec := startRecorder(t)
	addr := startEdge(t, configFor(rec.addr))
	const post = "POST / HTTP/1.1\r\nHost: a\r\n"
	for name, head := range map[string]string{
		"CL.TE":                   post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"TE.CL":                   post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
		"differing lengths":       post + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
		"equal lengths":           post + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
		"listed lengths":          post + "Content-Length: 0, 0\r\n\r\n",
		"signed length":           post + "Content-Length: +0\r\n\r\n",
		"TE gzip, chunked":        post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"TE twice":                post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
		"TE with a vertical tab":  post + "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
		"TE folded":               post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
		"TE with space":           post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
		"TE in HTTP/1.0":          "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"bare LF":                 "GET / HTTP/1.1\nHost: a\n\n",
		"bare LF in the head":     "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
		"bare CR":                 "GET / HTTP/1.1\r\nHost: a\r\nX: b\rContent-Length: 5\r\n\r\n",
		"obs-fold":                "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n",
		"space before colon":      "GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n",
		"NUL":                     "GET / HTTP/1.1\r\nHost: a\r\nX: b\x00c\r\n\r\n",
		"two hosts":               "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"no host":                 "GET / HTTP/1.1\r\n\r\n",
		"foreign absolute target": "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"CONNECT":                 "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n",
		"h2c":                     "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
		"h2c without Connection":  "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n",
		"h2 prior knowledge":      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"HTTP/0.9":                "GET /\r\n",
		"HTTP/1.2":                "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
		"fragment":                "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n",
		"the stand-in":            refusedRequest,
		"bad escape":              "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
		"head too large":          "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", 70<<10) + "\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, addr)
			c.send(head + hidden)
			res, _ := c.answer("POST")
			if res.StatusCode != 400 {
				t.Errorf("status %d", res.StatusCode)
			}
			c.mustBeClosed()
			if requests, broken, cut := rec.take(); len(requests)+len(broken)+cut > 0 {
				t.Errorf("the upstream got %v, broken %v, cut %d", requests, broken, cut)
			}
		})
	}
}

// What net/http would refuse in its own words is refused as all else is.
func TestRefusalsAreProblems(t *testing.T) {
	addr := startEdge(t, configFor("127.0.0.1:1"))
	for head, rule := range map[string]string{
		"GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n":                                                  "each % in the path",
		"GET /a%2 HTTP/1.1\r\nHost: a\r\n\r\n":                                                   "each % in the path",
		"GET /a HTTP/1.1\r\nHost: a\r\nExpect: foo\r\n\r\n":                                      "100-continue",
		"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue, foo\r\n\r\nx": "100-continue",
	} {
		c := dial(t, addr)
		c.send(head)
		res, body := c.answer("GET")
		checkProblem(t, res, body, 400, "edge.malformed")
		if !strings.Contains(body, rule) {
			t.Errorf("%q: %s", head, body)
		}
		c.mustBeClosed()
	}
}

func TestRefusalExplainsItself(t *testing.T) {
	var seen records
	addr := startEdgeWith(t, configFor("127.0.0.1:1"), Deps{Metrics: &seen})
	c := dial(t, addr)
	c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
	res, body := c.answer("POST")
	c.mustBeClosed()
	var p httpio.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatal(err)
	}
	id := res.Header.Get("X-Request-Id")
	if p.Code != "edge.malformed" || len(p.Errors) != 1 || !strings.Contains(p.Errors[0].Rule, "both Content-Length") || p.RequestID != id || id == "" {
		t.Errorf("problem %+v, id %q", p, id)
	}
	eventually(t, "the refusal is counted", func() bool { return len(seen.list()) == 1 })
	if r := seen.list()[0]; r.Status != 400 || r.Target != "refused" || r.ID != id {
		t.Errorf("record %+v", r)
	}
}

// A body whose framing breaks behind a good head has let the head through already: the upstream's connection is cut.
func TestBodyThatBreaksOffAbortsTheUpstreamConnection(t *testing.T) {
	const chunked = "POST /broken HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
	for name, tc := range map[string]struct {
		bytes string
		leave bool
	}{
		"bad chunk size":           {bytes: chunked + "zz\r\nhello\r\n0\r\n\r\n"},
		"bare LF after chunk size": {bytes: chunked + "5\nhello\r\n0\r\n\r\n"},
		"bare LF in an extension":  {bytes: chunked + "5;x\ny\r\nhello\r\n0\r\n\r\n"},
		"chunk longer than said":   {bytes: chunked + "1\r\nhello\r\n0\r\n\r\n"},
		"overflowing chunk size":   {bytes: chunked + "ffffffffffffffffff\r\nhello\r\n0\r\n\r\n"},
		"forbidden trailer":        {bytes: chunked + "0\r\nContent-Length: 4\r\n\r\n"},
		"left in a chunk":          {bytes: chunked + "5\r\nhe", leave: true},
		"left in a length":         {bytes: "POST /broken HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello", leave: true},
	} {
		t.Run(name, func(t *testing.T) {
			rec := startRecorder(t)
			addr := startEdge(t, configFor(rec.addr))
			if res, _ := exchange(t, addr, "GET /before HTTP/1.1\r\nHost: a\r\n\r\n"); res.StatusCode != 200 {
				t.Fatal(res.Status)
			}
			c := dial(t, addr)
			c.send(tc.bytes)
			if tc.leave {
				_ = c.Close()
			} else {
				c.send(hidden)
				if res, _ := c.answer("POST"); res.StatusCode != 400 {
					t.Errorf("status %d", res.StatusCode)
				}
				c.mustBeClosed()
			}
			eventually(t, "the upstream sees the request cut", func() bool {
				rec.mu.Lock()
				defer rec.mu.Unlock()
				return rec.cut == 1
			})
			if res, _ := exchange(t, addr, "GET /after HTTP/1.1\r\nHost: a\r\n\r\n"); res.StatusCode != 200 {
				t.Fatal(res.Status)
			}
			requests, broken, _ := rec.take()
			if len(requests) != 2 || requests[0].target != "/before" || requests[1].target != "/after" || len(broken) > 0 {
				t.Errorf("the upstream got %v, broken %v", requests, broken)
			}
			if rec.conns < 2 {
				t.Errorf("the upstream connection was used again")
			}
		})
	}
}

func TestPipelinedRequestsAreAnsweredInOrderUpToTheBadOne(t *testing.T) {
	rec := startRecorder(t)
	addr := startEdge(t, configFor(rec.addr))
	c := dial(t, addr)
	c.send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: a\r\n\r\n" +
		"GET /3 HTTP/1.1\nHost: a\r\n\r\n" + hidden)
	for _, want := range []int{200, 200, 400} {
		if res, _ := c.answer("GET"); res.StatusCode != want {
			t.Fatalf("status %d, want %d", res.StatusCode, want)
		}
	}
	c.mustBeClosed()
	requests, broken, _ := rec.take()
	if len(requests) != 2 || requests[0].target != "/1" || requests[0].body != "abc" || requests[1].target != "/2" || len(broken) > 0 {
		t.Errorf("the upstream got %v, broken %v", requests, broken)
	}
}

func TestRequestThatComesByteByByte(t *testing.T) {
	rec := startRecorder(t)
	addr := startEdge(t, configFor(rec.addr))
	c := dial(t, addr)
	const request = "POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n"
	for range 2 {
		for i := range len(request) {
			c.send(request[i : i+1])
		}
		if res, body := c.answer("POST"); res.StatusCode != 200 || body != "ok" {
			t.Fatal(res.Status, body)
		}
	}
	requests, broken, _ := rec.take()
	if len(requests) != 2 || requests[1].body != "abc" || len(broken) > 0 {
		t.Errorf("the upstream got %v, broken %v", requests, broken)
	}
}

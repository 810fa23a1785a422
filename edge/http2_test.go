package edge

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// certificate writes a self-signed one for the test.
func certificate(t *testing.T) TLS {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	files := TLS{Cert: filepath.Join(t.TempDir(), "cert.pem"), Key: filepath.Join(t.TempDir(), "key.pem")}
	for name, block := range map[string]*pem.Block{
		files.Cert: {Type: "CERTIFICATE", Bytes: der}, files.Key: {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func startTLS(t *testing.T, upstream string) string {
	t.Helper()
	cfg := configFor(upstream)
	cfg.TLS = certificate(t)
	return startEdge(t, cfg)
}

func dialTLS(t *testing.T, addr, protocol string) *client {
	t.Helper()
	c := dial(t, addr)
	secure := tls.Client(c.Conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protocol}})
	if err := secure.Handshake(); err != nil {
		t.Fatal(err)
	}
	c.Conn = secure
	c.r.Reset(secure)
	return c
}

func TestHTTP1InsideTLSIsLookedAtAsWell(t *testing.T) {
	rec := startRecorder(t)
	addr := startTLS(t, rec.addr)
	c := dialTLS(t, addr, "http/1.1")
	c.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
	if res, _ := c.answer("GET"); res.StatusCode != 200 {
		t.Fatal(res.Status)
	}
	requests, _, _ := rec.take()
	if got := requests[0].values("X-Forwarded-Proto"); len(got) != 1 || got[0] != "https" {
		t.Errorf("X-Forwarded-Proto %q", got)
	}
	c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden)
	if res, _ := c.answer("GET"); res.StatusCode != 400 {
		t.Error(res.Status)
	}
	c.mustBeClosed()
	if requests, broken, _ := rec.take(); len(requests)+len(broken) > 0 {
		t.Errorf("the upstream got %v, broken %v", requests, broken)
	}
}

func TestWebSocketInsideTLS(t *testing.T) {
	c := dialTLS(t, startTLS(t, startFrames(t)), "http/1.1")
	c.send(handshake)
	openSocket(t, c)
	c.send(maskedHello)
	expect(t, c, hello)
}

// frames is a raw HTTP/2 connection.
type frames struct {
	t      *testing.T
	framer *http2.Framer
	block  bytes.Buffer
	enc    *hpack.Encoder
}

func dialFrames(t *testing.T, addr string) *frames {
	t.Helper()
	c := dialTLS(t, addr, "h2")
	if got := c.Conn.(*tls.Conn).ConnectionState().NegotiatedProtocol; got != "h2" {
		t.Fatalf("negotiated %q", got)
	}
	c.send(http2.ClientPreface)
	f := &frames{t: t, framer: http2.NewFramer(c.Conn, c.r)}
	f.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	f.framer.AllowIllegalWrites = true
	f.enc = hpack.NewEncoder(&f.block)
	if err := f.framer.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return f
}

// request sends one on stream 1 and returns the status that comes: "reset" or "gone" when none does.
func (f *frames) request(body string, pairs ...string) string {
	f.t.Helper()
	f.block.Reset()
	for i := 0; i < len(pairs); i += 2 {
		_ = f.enc.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	err := f.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: 1, BlockFragment: f.block.Bytes(), EndHeaders: true, EndStream: body == "",
	})
	if err == nil && body != "" {
		err = f.framer.WriteData(1, true, []byte(body))
	}
	if err != nil {
		f.t.Fatal(err)
	}
	for {
		frame, err := f.framer.ReadFrame()
		if err != nil {
			return "gone"
		}
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			return frame.PseudoValue("status")
		case *http2.RSTStreamFrame:
			return "reset"
		case *http2.GoAwayFrame:
			if frame.ErrCode != http2.ErrCodeNo {
				return "gone"
			}
		}
	}
}

func TestHTTP2RequestsReachTheUpstreamWellFormedOrNotAtAll(t *testing.T) {
	base := func(method, path string, more ...string) []string {
		return append([]string{":method", method, ":scheme", "https", ":authority", "a", ":path", path}, more...)
	}
	for name, tc := range map[string]struct {
		pairs  []string
		body   string
		passes bool
	}{
		"get":                 {pairs: base("GET", "/a%2Fb//c?p=1;q=2&r=%zz"), passes: true},
		"post":                {pairs: base("POST", "/"), body: "hello", passes: true},
		"post with a length":  {pairs: base("POST", "/", "content-length", "5"), body: "hello", passes: true},
		"CONNECT":             {pairs: []string{":method", "CONNECT", ":authority", "a:443"}},
		"extended CONNECT":    {pairs: base("CONNECT", "/", ":protocol", "websocket")},
		"space in the path":   {pairs: base("GET", "/ HTTP/1.1")},
		"fragment":            {pairs: base("GET", "/a#b")},
		"CR LF in the path":   {pairs: base("GET", "/ HTTP/1.1\r\nX: y")},
		"no slash":            {pairs: base("GET", "a")},
		"space in the method": {pairs: base("GET / HTTP/1.1", "/")},
		"odd method":          {pairs: base("|", "/")},
		"odd authority":       {pairs: []string{":method", "GET", ":scheme", "https", ":authority", "a/b", ":path", "/"}},
		"CR LF in a value":    {pairs: base("GET", "/", "x", "a\r\nb: c")},
		"NUL in a value":      {pairs: base("GET", "/", "x", "a\x00")},
		"colon in a name":     {pairs: base("GET", "/", "x:y", "a")},
		"capital in a name":   {pairs: base("GET", "/", "X", "a")},
		"transfer-encoding":   {pairs: base("POST", "/", "transfer-encoding", "chunked"), body: "0\r\n\r\n"},
		"upgrade":             {pairs: base("GET", "/", "upgrade", "h2c", "connection", "upgrade")},
		"length too short":    {pairs: base("POST", "/", "content-length", "3"), body: "hello"},
		"length is no number": {pairs: base("POST", "/", "content-length", "abc"), body: "hello"},
		"differing lengths":   {pairs: base("POST", "/", "content-length", "5", "content-length", "6"), body: "hello"},
	} {
		t.Run(name, func(t *testing.T) {
			rec := startRecorder(t)
			status := dialFrames(t, startTLS(t, rec.addr)).request(tc.body, tc.pairs...)
			requests, broken, _ := rec.take()
			if tc.passes {
				if status != "200" || len(requests) != 1 || len(broken) > 0 || requests[0].body != tc.body || requests[0].target != tc.pairs[7] {
					t.Errorf("status %s, the upstream got %v, broken %v", status, requests, broken)
				}
				return
			}
			if status != "400" && status != "reset" && status != "gone" {
				t.Errorf("status %s", status)
			}
			if len(requests)+len(broken) > 0 {
				t.Errorf("the upstream got %v, broken %v", requests, broken)
			}
		})
	}
}

func TestASlowBodyTimesOutOverHTTP2(t *testing.T) {
	rec := startRecorder(t)
	cfg := configFor(rec.addr)
	cfg.TLS = certificate(t)
	cfg.BodyTimeout = 50 * time.Millisecond
	addr := startEdge(t, cfg)
	var protocols http.Protocols
	protocols.SetHTTP2(true)
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, Protocols: &protocols}
	defer transport.CloseIdleConnections()
	r, w := io.Pipe()
	defer w.Close()
	req, err := http.NewRequest("POST", "https://"+addr+"/", r)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(w, "hello") }() // and no more
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.ProtoMajor != 2 {
		t.Fatal(res.Proto)
	}
	b, _ := io.ReadAll(res.Body)
	checkProblem(t, res, string(b), http.StatusBadRequest, "edge.body_slow")
}

func TestAStalledHandshakeHoldsNobodyUp(t *testing.T) {
	rec := startRecorder(t)
	addr := startTLS(t, rec.addr)
	stalled := dial(t, addr)
	stalled.send("\x16\x03\x01")
	c := dialTLS(t, addr, "http/1.1")
	c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if res, _ := c.answer("GET"); res.StatusCode != 200 {
		t.Error(res.Status)
	}
}

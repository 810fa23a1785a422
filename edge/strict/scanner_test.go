package strict_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/edge/strict"
)

const maxHead = 8 << 10

func scan(b string) (int, error) {
	s := strict.New(maxHead)
	return s.Scan([]byte(b))
}

func TestGoodRequestsAreApprovedWhole(t *testing.T) {
	for name, b := range map[string]string{
		"get":                "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"http/1.0":           "GET / HTTP/1.0\r\n\r\n",
		"length":             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
		"length in spaces":   "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \t3 \r\n\r\nabc",
		"pipelined":          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\naGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
		"chunked":            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
		"coding in capital":  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
		"chunk extension":    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b;c=\"d\"\r\nx\r\n0\r\n\r\n",
		"trailer":            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 1\r\n\r\n",
		"odd target":         "GET //a/%2F/../b?p=1;q=2&r=%zz&s=\"<>^`{|}\\ HTTP/1.1\r\nHost: a\r\n\r\n",
		"raw utf-8":          "GET /검색?q=한글 HTTP/1.1\r\nHost: a\r\n\r\n",
		"options *":          "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
		"absolute":           "GET http://a:80/b?c HTTP/1.1\r\nHost: a:80\r\n\r\n",
		"ipv6 host":          "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
		"empty value":        "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n",
		"other upgrade word": "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n",
		"upgrade alone":      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			if n, err := scan(b); n != len(b) || err != nil {
				t.Fatalf("approved %d of %d bytes, error %v", n, len(b), err)
			}
		})
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	const post = "POST / HTTP/1.1\r\nHost: a\r\n"
	const chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
	for _, tc := range []struct {
		name, bytes string
		want        strict.Refusal
	}{
		{"length and coding", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", strict.LengthAndCoding},
		{"coding and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", strict.LengthAndCoding},
		{"differing lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", strict.BadLength},
		{"equal lengths", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", strict.BadLength},
		{"listed lengths", post + "Content-Length: 3, 3\r\n\r\n", strict.BadLength},
		{"signed length", post + "Content-Length: +3\r\n\r\n", strict.BadLength},
		{"negative length", post + "Content-Length: -3\r\n\r\n", strict.BadLength},
		{"hex length", post + "Content-Length: 0x3\r\n\r\n", strict.BadLength},
		{"empty length", post + "Content-Length:\r\n\r\n", strict.BadLength},
		{"huge length", post + "Content-Length: 9999999999999999999\r\n\r\n", strict.BadLength},
		{"two codings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", strict.BadCoding},
		{"coding twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", strict.BadCoding},
		{"identity", post + "Transfer-Encoding: identity\r\n\r\n", strict.BadCoding},
		{"dressed coding", post + "Transfer-Encoding: \x0bchunked\r\n\r\n", strict.BadFieldValue},
		{"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", strict.BadCoding},
		{"bare LF", "GET / HTTP/1.1\nHost: a\n\n", strict.BareLF},
		{"bare LF, unfinished", "GET / HTTP/1.1\n", strict.BareLF},
		{"bare LF in a header", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", strict.BareLF},
		{"bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\nX: b\r\n\r\n", strict.BareLF},
		{"bare CR", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", strict.BadFieldValue},
		{"NUL", "GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n", strict.BadFieldValue},
		{"NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\x00: b\r\n\r\n", strict.BadFieldName},
		{"folded", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", strict.FoldedLine},
		{"folded first", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", strict.FoldedLine},
		{"space before colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", strict.BadFieldName},
		{"no colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", strict.BadFieldName},
		{"no name", "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", strict.BadFieldName},
		{"no host", "GET / HTTP/1.1\r\n\r\n", strict.BadHost},
		{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", strict.BadHost},
		{"host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", strict.BadHost},
		{"host with a user", "GET / HTTP/1.1\r\nHost: u@b\r\n\r\n", strict.BadHost},
		{"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", strict.BadHost},
		{"foreign target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", strict.ForeignTarget},
		{"other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", strict.BadTarget},
		{"no slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", strict.BadTarget},
		{"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", strict.BadTarget},
		{"get *", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", strict.BadTarget},
		{"control in target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", strict.BadTarget},
		{"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", strict.BadVersion},
		{"tab", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", strict.BadRequestLine},
		{"http/0.9", "GET /\r\n\r\n", strict.BadRequestLine},
		{"http/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", strict.BadVersion},
		{"http/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", strict.BadVersion},
		{"lower version", "GET / http/1.1\r\nHost: a\r\n\r\n", strict.BadVersion},
		{"method", "G|T / HTTP/1.1\r\nHost: a\r\n\r\n", strict.BadMethod},
		{"the stand-in's method", "| / HTTP/1.1\r\nHost: a\r\n\r\n", strict.BadMethod},
		{"connect", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", strict.Connect},
		{"empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", strict.BadRequestLine},
		{"tls", "\x16\x03\x01\x02", strict.BadRequestLine},
		{"h2c", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n", strict.BadUpgrade},
		{"h2c alone", "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n", strict.BadUpgrade},
		{"h2c beside", "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket, h2c\r\n\r\n", strict.BadUpgrade},
		{"upgraded post", post + "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n", strict.BadUpgrade},
		{"upgrade with a body", "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\na", strict.BadUpgrade},
		{"head too large", "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", maxHead) + "\r\n\r\n", strict.HeadTooLarge},
		{"head without end", "GET /" + strings.Repeat("a", maxHead), strict.HeadTooLarge},
		{"chunk size", chunked + "g\r\n", strict.BadChunkSize},
		{"no chunk size", chunked + "\r\n", strict.BadChunkSize},
		{"negative chunk size", chunked + "-1\r\n", strict.BadChunkSize},
		{"0x chunk size", chunked + "0x1\r\n", strict.BadChunkSize},
		{"chunk size in a space", chunked + "1 \r\na\r\n", strict.BadChunkSize},
		{"chunk size too long", chunked + "0000000000000001\r\n", strict.BadChunkSize},
		{"bare LF after a chunk size", chunked + "1\na\r\n", strict.BareLF},
		{"bare LF in an extension", chunked + "1;a\nb\r\n", strict.BareLF},
		{"control in an extension", chunked + "1;a\x01\r\n", strict.BadChunkLine},
		{"long extension", chunked + "1;" + strings.Repeat("a", 300), strict.BadChunkLine},
		{"chunk longer than said", chunked + "1\r\nab\r\n", strict.BadChunkEnd},
		{"bare LF after a chunk", chunked + "1\r\na\n", strict.BadChunkEnd},
		{"bare LF after the trailers", chunked + "0\r\nX: y\n\n", strict.BareLF},
		{"forbidden trailer", chunked + "0\r\nContent-Length: 3\r\n\r\n", strict.ForbiddenTrailer},
		{"long trailers", chunked + "0\r\n" + strings.Repeat("X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 300), strict.TrailersTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := scan(tc.bytes); !errors.Is(err, tc.want) {
				t.Fatalf("error %v, want %v", err, tc.want)
			}
		})
	}
}

func TestUpgradeWithholdsUntilTunnel(t *testing.T) {
	const head = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n"
	s := strict.New(maxHead)
	if n, err := s.Scan([]byte(head + "\x81\x00")); n != len(head) || err != nil || !s.Upgrading() {
		t.Fatalf("approved %d, error %v", n, err)
	}
	s.Tunnel()
	if n, err := s.Scan([]byte("\x81\x00\n")); n != 3 || err != nil {
		t.Fatalf("approved %d, error %v", n, err)
	}
}

// inPieces feeds b as a connection would: what is not approved comes again with more behind it.
func inPieces(b []byte, cut func(left int) int) (approved []byte, err error) {
	s := strict.New(maxHead)
	var held []byte
	for len(b) > 0 {
		n := cut(len(b))
		held = append(held, b[:n]...)
		b = b[n:]
		good, err := s.Scan(held)
		approved = append(approved, held[:good]...)
		if held = held[good:]; err != nil {
			return approved, err
		}
	}
	return approved, nil
}

var words = []string{
	"GET / HTTP/1.1\r\n", "POST /a HTTP/1.1\r\n", "Host: a\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "\r\n",
	"hello", "5\r\nhello\r\n", "0\r\n\r\n", "X: y\r\n", "\n", " ", "Upgrade: websocket\r\nConnection: upgrade\r\n", "0\r\nX: y\r\n\r\n", "\x00",
	"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
}

func TestHowBytesAreCutMakesNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 12).Draw(t, "words"), ""))
		whole, wholeErr := inPieces(b, func(left int) int { return left })
		cut, cutErr := inPieces(b, func(left int) int { return rapid.IntRange(1, left).Draw(t, "cut") })
		checkSame(t, whole, cut, wholeErr, cutErr)
	})
}

func checkSame(t interface{ Fatalf(string, ...any) }, whole, cut []byte, wholeErr, cutErr error) {
	if (wholeErr == nil) != (cutErr == nil) {
		t.Fatalf("whole: %v, in pieces: %v", wholeErr, cutErr)
	}
	if string(whole) != string(cut) {
		t.Fatalf("approved whole %q, in pieces %q", whole, cut)
	}
}

func FuzzScanner(f *testing.F) {
	for _, w := range words {
		f.Add([]byte(w), uint8(3))
	}
	f.Add([]byte("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a\r\nhello\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, step uint8) {
		if len(b) > 4<<10 {
			return
		}
		whole, wholeErr := inPieces(b, func(left int) int { return left })
		cut, cutErr := inPieces(b, func(left int) int { return min(left, int(step)+1) })
		checkSame(t, whole, cut, wholeErr, cutErr)
	})
}

const typical = "POST /v1/allocations HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: LockScreen/5.2.0 (Android 15; SM-S921N)\r\n" +
	"Accept: application/json\r\nAccept-Encoding: gzip\r\nAccept-Language: ko-KR,ko;q=0.9,en;q=0.8\r\n" +
	"Authorization: Bearer 4f1c2a9b8d7e6f504f1c2a9b8d7e6f50\r\nContent-Type: application/json\r\nContent-Length: 16\r\n" +
	"X-App-Version: 5.2.0\r\nConnection: keep-alive\r\n\r\n{\"placements\":1}"

func TestScanAllocatesNothing(t *testing.T) {
	b := []byte(typical)
	s := strict.New(maxHead)
	if n := testing.AllocsPerRun(100, func() { _, _ = s.Scan(b) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func BenchmarkScan(b *testing.B) {
	request := []byte(typical)
	s := strict.New(maxHead)
	b.SetBytes(int64(len(request)))
	for b.Loop() {
		if n, err := s.Scan(request); n != len(request) || err != nil {
			b.Fatal(n, err)
		}
	}
}

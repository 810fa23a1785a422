package socket

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

// compressedSizes are Autobahn's: bytes of a message, and of the frames that it comes in (0: one). Of each it sends a thousand; here a
// few do, since none depends on the one before it: contexts are not taken over.
var compressedSizes = [][2]int{
	{16, 0},
	{64, 0},
	{256, 0},
	{1024, 0},
	{4096, 0},
	{8192, 0},
	{16384, 0},
	{32768, 0},
	{65536, 0},
	{131072, 0},
	{8192, 256},
	{16384, 256},
	{32768, 256},
	{65536, 256},
	{131072, 256},
	{131072, 1024},
	{131072, 4096},
	{131072, 32768},
}

const ofEach = 3

// samples stand for Autobahn's files: prose, a bitmap, a PDF, JSON, HTML.
func samples() []sample {
	r := rand.New(rand.NewPCG(12, 13))
	var prose, page strings.Builder
	words := strings.Fields("Habe nun ach Philosophie Juristerei und Medizin Und leider auch Theologie Durchaus studiert mit heißem Bemühn")
	for prose.Len() < 200_000 {
		w := words[r.IntN(len(words))]
		prose.WriteString(w + " ")
		fmt.Fprintf(&page, "<p class=\"w%d\">%s</p>\n", r.IntN(9), w)
	}
	bitmap, pdf := make([]byte, 200_000), make([]byte, 200_000)
	for i := range bitmap {
		bitmap[i], pdf[i] = byte(i%512/3+r.IntN(5)), byte(r.Uint32())
	}
	var list []map[string]any
	for i := range 4000 {
		list = append(list, map[string]any{"id": i, "name": words[r.IntN(len(words))], "at": r.Float64()})
	}
	data, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return []sample{
		{true, prose.String()}, {true, string(bitmap)}, {true, string(pdf)}, {false, string(data)}, {false, strings.ReplaceAll(page.String(), "\n", " ")},
	}
}

type sample struct {
	binary bool
	p      string
}

// part is n bytes of the sample, valid UTF-8 if it is text.
func (s sample) part(i, n int) string {
	from := i * 997 % (len(s.p) - n)
	if s.binary {
		return s.p[from : from+n]
	}
	return strings.ToValidUTF8(s.p[from:from+n], "?")
}

// squeeze compresses as a client does.
func squeeze(t testing.TB, level int, p string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, p)
	_ = w.Flush()
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

func expand(t testing.TB, p string) string {
	t.Helper()
	b, err := io.ReadAll(flate.NewReader(strings.NewReader(p + tail)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// squeezed makes the frames of a compressed message.
func squeezed(t testing.TB, op byte, p string, fragment int) string {
	t.Helper()
	frames := fragments(op, squeeze(t, flate.DefaultCompression, p), fragment)
	first := []byte(frames[0])
	first[0] |= 0x40
	frames[0] = string(first)
	return strings.Join(frames, "")
}

// message reads one, inflated.
func (c *client) message() (ws.OpCode, string, bool) {
	c.t.Helper()
	g, err := c.frame()
	if err != nil || !g.fin || g.rsv&3 != 0 {
		c.t.Fatalf("%v %v", g, err)
	}
	if g.rsv == 4 {
		return g.op, expand(c.t, g.p), true
	}
	return g.op, g.p, false
}

func dialOffer(t *testing.T, addr, offer string, binary bool) (*client, string) {
	t.Helper()
	c := dialRaw(t, addr)
	head := handshake
	if binary {
		head = strings.Replace(head, "/ws", "/ws?binary", 1)
	}
	c.send(head + "Sec-WebSocket-Extensions: " + offer + "\r\n\r\n")
	res, err := http.ReadResponse(c.r, nil)
	if err != nil || res.StatusCode != 101 {
		t.Fatal(res, err)
	}
	return c, res.Header.Get("Sec-Websocket-Extensions")
}

func (c *client) exchangeSamples(s sample, size, fragment int, compressed bool) {
	c.t.Helper()
	op := byte(1)
	if s.binary {
		op = 2
	}
	rounds := ofEach
	if raceEnabled {
		rounds = 1
	}
	for i := range rounds {
		p := s.part(i, size)
		if compressed {
			c.send(squeezed(c.t, op, p, fragment))
		} else {
			c.send(strings.Join(fragments(op, p, fragment), ""))
		}
		got, back, small := c.message()
		if byte(got) != op || back != p {
			c.t.Fatalf("message %d: opcode %d, %d bytes, want %d", i, got, len(back), len(p))
		}
		if small && (!compressed || len(p) < compressFrom) {
			c.t.Errorf("%d bytes came compressed", len(p))
		}
	}
}

func TestAutobahn12Compression(t *testing.T) {
	addr := startAutobahn(t, Options{Compress: true, MaxMessage: 1 << 18})
	for i, s := range samples() {
		for j, size := range compressedSizes {
			t.Run(fmt.Sprintf("12.%d.%d", i+1, j+1), func(t *testing.T) {
				c, agreed := dialOffer(t, addr, "permessage-deflate", s.binary)
				if agreed == "" {
					t.Fatal("no compression")
				}
				c.exchangeSamples(s, size[0], size[1], true)
			})
		}
	}
}

// 13: offers with parameters. A smaller window of the server's is not kept, so an offer that asks for one is declined; a client may
// always have a smaller one, or forget its own.
func TestAutobahn13Offers(t *testing.T) {
	addr := startAutobahn(t, Options{Compress: true, MaxMessage: 1 << 18})
	const ours = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
	json := samples()[3]
	for i, tc := range []struct{ offer, agreed string }{
		{"permessage-deflate", ours},
		{"permessage-deflate; server_no_context_takeover", ours},
		{"permessage-deflate; server_max_window_bits=9", ""},
		{"permessage-deflate; server_max_window_bits=15", ours},
		{"permessage-deflate; server_no_context_takeover; server_max_window_bits=9", ""},
		{"permessage-deflate; server_no_context_takeover; server_max_window_bits=15", ours},
		{"permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate; server_no_context_takeover, permessage-deflate", ours},
	} {
		for j, size := range compressedSizes {
			t.Run(fmt.Sprintf("13.%d.%d", i+1, j+1), func(t *testing.T) {
				c, agreed := dialOffer(t, addr, tc.offer, false)
				if agreed != tc.agreed {
					t.Fatalf("agreed on %q, want %q", agreed, tc.agreed)
				}
				c.exchangeSamples(json, size[0], size[1], agreed != "")
			})
		}
	}
}

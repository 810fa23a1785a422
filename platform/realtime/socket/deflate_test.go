package socket

import (
	"compress/flate"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gobwas/ws"
)

func TestWhatIsOfferedOfCompression(t *testing.T) {
	for offer, want := range map[string]bool{
		"permessage-deflate; client_max_window_bits":                                 true, // browsers
		"permessage-deflate; client_max_window_bits=9; client_no_context_takeover":   true,
		"permessage-deflate; server_max_window_bits=10, permessage-deflate":          true,
		"x-webkit-deflate-frame, permessage-deflate":                                 true,
		"permessage-deflate; server_max_window_bits=8":                               false,
		"permessage-deflate; server_max_window_bits":                                 false,
		"permessage-deflate; server_max_window_bits=16":                              false,
		"permessage-deflate; client_max_window_bits=7":                               false,
		"permessage-deflate; server_no_context_takeover=1":                           false,
		"permessage-deflate; what_is_this":                                           false,
		"permessage-deflate; server_no_context_takeover; server_no_context_takeover": false,
		"x-webkit-deflate-frame":                                                     false,
		"permessage-deflate; server_max_window_bits=\"15":                            false,
		"": false,
	} {
		if got := acceptsDeflate([]string{offer}); got != want {
			t.Errorf("%q: %v", offer, got)
		}
	}
}

func TestCompressedMessagesThatBreakTheRules(t *testing.T) {
	const limit = 64 << 10
	addr := startAutobahn(t, Options{Compress: true, MaxMessage: limit})
	bomb := strings.Repeat("\x00", 100<<20) // 100 MiB in 100 KiB
	small := squeeze(t, flate.BestCompression, "hello")
	rsv1 := func(op byte, fin bool, p string) string {
		b := []byte(f(op, fin, p))
		b[0] |= 0x40
		return string(b)
	}
	for name, tc := range map[string]struct {
		send string
		code int
	}{
		"inflates to more than the limit":            {rsv1(2, true, squeeze(t, flate.BestCompression, bomb[:limit+1])), 1009},
		"is a bomb":                                  {rsv1(2, true, squeeze(t, flate.BestCompression, bomb[:60<<20])), 1009},
		"is over the limit before it is inflated":    {rsv1(2, true, squeeze(t, flate.BestCompression, bomb)), 1009},
		"is not deflated":                            {rsv1(2, true, "this is not deflated"), 1007},
		"ends early":                                 {rsv1(2, true, small[:3]), 1007},
		"is not UTF-8":                               {rsv1(1, true, squeeze(t, flate.BestCompression, "\xff\xfe")), 1007},
		"ends within a rune":                         {rsv1(1, true, squeeze(t, flate.BestCompression, "\xe2\x82")), 1007},
		"a later frame says that it is compressed":   {f(1, false, "a") + rsv1(0, true, "b"), 1002},
		"a control frame says that it is compressed": {rsv1(9, true, ""), 1002},
		"another reserved bit is set":                {rsv(5, 1, small), 1002},
	} {
		t.Run(name, func(t *testing.T) {
			c, agreed := dialOffer(t, addr, "permessage-deflate", false)
			if agreed == "" {
				t.Fatal("no compression")
			}
			c.send(tc.send)
			if got, code := c.hear(1, 0); len(got) > 0 || code != tc.code {
				t.Errorf("got %.100q, closed with %d", got, code)
			}
		})
	}
}

// RFC 7692, section 7.2.3: the examples.
func TestCompressedMessagesOfTheRFC(t *testing.T) {
	addr := startAutobahn(t, Options{Compress: true})
	for name, p := range map[string]string{
		"one block":              "\xf2\x48\xcd\xc9\xc9\x07\x00",
		"a block without coding": "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00",
		"a final block":          "\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
		"two blocks":             "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := dialOffer(t, addr, "permessage-deflate", false)
			frame := []byte(f(1, true, p))
			frame[0] |= 0x40
			c.send(string(frame))
			c.want(ws.OpText, "Hello")
		})
	}
}

// Big messages are compressed one by one; a batch of small ones never is.
func TestOnlyBigMessagesAreCompressed(t *testing.T) {
	conns := make(chan *Conn, 1)
	_, addr := serve(t, Options{Compress: true, Coalesce: never}, func(c *Conn, _ *http.Request) {
		c.Serve(&echo{}, false)
		conns <- c
	})
	client, _ := dialOffer(t, addr, "permessage-deflate", false)
	c := <-conns
	settle(c, client)
	big := strings.Repeat("big ", compressFrom)
	for range 100 {
		c.Send([]byte("a small message of many"))
	}
	c.SendShared([]byte(big))
	c.Send([]byte("small"))
	c.Flush()
	for i, want := range []struct {
		p          string
		compressed bool
	}{
		{strings.TrimSuffix(strings.Repeat("a small message of many\n", 100), "\n"), false}, {big, true}, {"small", false},
	} {
		if op, p, compressed := client.message(); op != ws.OpText || p != want.p || compressed != want.compressed {
			t.Errorf("%d: opcode %d, %d bytes, compressed %v", i, op, len(p), compressed)
		}
	}
}

// There are never more deflaters and inflaters than slots, however many use them.
func TestFlatersAreBounded(t *testing.T) {
	made := 0
	var mu sync.Mutex
	p := newPool(func() int {
		mu.Lock()
		defer mu.Unlock()
		made++
		return made
	})
	var running sync.WaitGroup
	for range 100 {
		running.Go(func() {
			for range 10 {
				p.with(func(int) {})
			}
		})
	}
	running.Wait()
	if made == 0 || made > maxFlaters {
		t.Errorf("%d were made", made)
	}
}

// What is sent to many is compressed once, and each message as itself.
func TestASharedMessageIsCompressedOnce(t *testing.T) {
	s := newDeflaters()
	var all [][]byte
	for i := range 3 * lastShared {
		all = append(all, []byte(strings.Repeat(string(rune('a'+i)), 2000)))
	}
	for _, p := range all {
		first := s.shared(p)
		for range 3 {
			if z := s.shared(p); &z[0] != &first[0] {
				t.Fatal("compressed again")
			}
		}
		if got := expand(t, string(first)); got != string(p) {
			t.Fatalf("%.20q", got)
		}
	}
	part := all[0][:1500]
	if got := expand(t, string(s.shared(part))); got != string(part) {
		t.Errorf("%d bytes", len(got))
	}
}

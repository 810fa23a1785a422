package socket

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gobwas/ws"
)

// The cases of the Autobahn test suite for WebSocket servers, by its numbers, against a real connection.

// autobahn is one case: what is sent, and what must come back.
type autobahn struct {
	id     string
	send   []string // frames, or parts of them
	chop   int      // bytes of one write; 0: all at once, -1: each of send by itself
	want   []string // messages and pongs, in order
	code   int      // the server's close frame has; 0: 1000, in answer to the client's that is sent last
	deaf   bool     // the client sends no close frame of its own: send has it
	after  int      // so many of want must have come before the rest of send, from here on, is sent
	resume []string
}

const greeting = "Hello, world!"

func msg(p string) string    { return "text " + p }
func bin(p string) string    { return "binary " + p }
func ponged(p string) string { return "pong " + p }

// f makes a frame: opcode, whether it is the last of its message, payload.
func f(op byte, fin bool, p string) string {
	if fin {
		op |= final
	}
	return masked(op, p)
}

func rsv(bits, op byte, p string) string { return masked(final|bits<<4|op, p) }

func times(n int, s string) string { return strings.Repeat(s, n) }

func startAutobahn(t *testing.T, o Options) string {
	t.Helper()
	e := &echo{}
	_, addr := serve(t, o, func(c *Conn, r *http.Request) { c.Serve(e, r.URL.RawQuery == "binary") })
	return addr
}

// run plays a case.
func (a autobahn) run(t *testing.T, addr string) {
	binaryOut := slices.ContainsFunc(a.want, func(w string) bool { return strings.HasPrefix(w, "binary ") })
	c := dialPath(t, addr, binaryOut)
	c.play(a.chop, a.send)
	got, code := c.hear(len(a.want), a.after)
	if a.resume != nil {
		c.play(a.chop, a.resume)
		var more []string
		more, code = c.hear(len(a.want)-len(got), 0)
		got = append(got, more...)
	}
	want := a.code
	if want == 0 {
		want = 1000
	}
	if a.code == 0 && !a.deaf {
		c.send(f(8, true, closeFor(1000, "")))
	}
	if code == 0 {
		var more []string
		more, code = c.hear(1<<30, 0)
		got = append(got, more...)
	}
	if !slices.Equal(got, a.want) {
		t.Errorf("got %.300q, want %.300q", got, a.want)
	}
	if code != want {
		t.Errorf("closed with %d, want %d", code, want)
	}
	if g, err := c.frame(); err == nil {
		t.Errorf("after the close frame came %v", g)
	}
}

func dialPath(t testing.TB, addr string, binaryOut bool) *client {
	t.Helper()
	c := dialRaw(t, addr)
	head := handshake
	if binaryOut {
		head = strings.Replace(head, "/ws", "/ws?binary", 1)
	}
	c.send(head + "\r\n")
	if res, err := http.ReadResponse(c.r, nil); err != nil || res.StatusCode != 101 {
		t.Fatal(res, err)
	}
	return c
}

func (c *client) play(chop int, send []string) {
	all := []string{strings.Join(send, "")}
	if chop < 0 {
		all = send
	}
	for _, s := range all {
		for len(s) > 0 {
			n := len(s)
			if chop > 0 {
				n = min(n, chop)
			}
			if _, err := c.Write([]byte(s[:n])); err != nil {
				return // the server need not read to the end what it refused at the beginning
			}
			s = s[n:]
		}
	}
}

// hear reads until a close frame, whose code it gives, or until so many messages and pongs came: enough, or first if that is less.
// Text messages that came in one frame are taken apart, binary ones put together.
func (c *client) hear(enough, first int) (got []string, code int) {
	c.t.Helper()
	if first > 0 {
		enough = first
	}
	for len(got) < enough {
		g, err := c.frame()
		if err != nil {
			c.t.Errorf("instead of a close frame came %v, after %.300q", err, got)
			return got, -1
		}
		if !g.fin || g.rsv != 0 {
			c.t.Errorf("a frame with fin %v, reserved bits %d", g.fin, g.rsv)
		}
		switch g.op {
		case ws.OpText:
			for p := range strings.SplitSeq(g.p, "\n") {
				got = append(got, msg(p))
			}
		case ws.OpBinary:
			got = append(got, bin(g.p))
		case ws.OpPong:
			got = append(got, ponged(g.p))
		case ws.OpClose:
			code, _, err := readClose([]byte(g.p))
			if err != nil {
				c.t.Errorf("close frame %q: %v", g.p, err)
			}
			return got, code
		default:
			c.t.Errorf("unexpected %v", g)
		}
	}
	return got, 0
}

func runAll(t *testing.T, addr string, cases []autobahn) {
	t.Helper()
	ids := map[string]bool{}
	for _, a := range cases {
		if ids[a.id] {
			t.Errorf("two cases %s", a.id)
		}
		ids[a.id] = true
		t.Run(a.id, func(t *testing.T) { a.run(t, addr) })
	}
}

func TestAutobahn1Framing(t *testing.T) {
	var cases []autobahn
	for kind, p := range []string{"*", "\xfe"} {
		op, wrap := byte(kind+1), msg
		if kind == 1 {
			wrap = bin
		}
		for i, n := range []int{0, 125, 126, 127, 128, 65535, 65536, 65536} {
			a := autobahn{id: fmt.Sprintf("1.%d.%d", kind+1, i+1), send: []string{f(op, true, times(n, p))}, want: []string{wrap(times(n, p))}}
			if i == 7 {
				a.chop = 997
			}
			cases = append(cases, a)
		}
	}
	runAll(t, startAutobahn(t, Options{}), cases)
}

func TestAutobahn2Pings(t *testing.T) {
	odd := "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
	var ten, pongs []string
	for i := range 10 {
		p := fmt.Sprintf("payload-%d", i)
		ten, pongs = append(ten, f(9, true, p)), append(pongs, ponged(p))
	}
	runAll(t, startAutobahn(t, Options{}), []autobahn{
		{id: "2.1", send: []string{f(9, true, "")}, want: []string{ponged("")}},
		{id: "2.2", send: []string{f(9, true, greeting)}, want: []string{ponged(greeting)}},
		{id: "2.3", send: []string{f(9, true, odd)}, want: []string{ponged(odd)}},
		{id: "2.4", send: []string{f(9, true, times(125, "\xfe"))}, want: []string{ponged(times(125, "\xfe"))}},
		{id: "2.5", send: []string{f(9, true, times(126, "\xfe"))}, code: 1002},
		{id: "2.6", send: []string{f(9, true, times(125, "\xfe"))}, chop: 1, want: []string{ponged(times(125, "\xfe"))}},
		{id: "2.7", send: []string{f(10, true, "")}},
		{id: "2.8", send: []string{f(10, true, "unsolicited pong payload")}},
		{id: "2.9", send: []string{f(10, true, "unsolicited pong payload"), f(9, true, "ping payload")}, want: []string{ponged("ping payload")}},
		{id: "2.10", send: ten, want: pongs},
		{id: "2.11", send: ten, chop: 1, want: pongs},
	})
}

func TestAutobahn3ReservedBits(t *testing.T) {
	hello, ping := f(1, true, greeting), f(9, true, "")
	one := []string{msg(greeting)}
	runAll(t, startAutobahn(t, Options{}), []autobahn{
		{id: "3.1", send: []string{rsv(1, 1, greeting)}, code: 1002},
		{id: "3.2", send: []string{hello, rsv(2, 1, greeting), ping}, want: one, code: 1002},
		{id: "3.3", send: []string{hello, rsv(3, 1, greeting), ping}, chop: -1, want: one, code: 1002},
		{id: "3.4", send: []string{hello, rsv(4, 1, greeting), ping}, chop: 1, want: one, code: 1002},
		{id: "3.5", send: []string{rsv(5, 2, "\x00\xff\xfe\xfd\xfc\xfb\x00\xff")}, code: 1002},
		{id: "3.6", send: []string{rsv(6, 9, greeting)}, code: 1002},
		{id: "3.7", send: []string{rsv(7, 8, "")}, code: 1002},
	})
}

func TestAutobahn4ReservedOpcodes(t *testing.T) {
	hello, ping := f(1, true, greeting), f(9, true, "")
	var cases []autobahn
	for group, base := range []byte{3, 11} {
		add := func(i int, a autobahn) {
			a.id, a.code = fmt.Sprintf("4.%d.%d", group+1, i), 1002
			cases = append(cases, a)
		}
		one := []string{msg(greeting)}
		add(1, autobahn{send: []string{f(base, true, "")}})
		add(2, autobahn{send: []string{f(base+1, true, "reserved opcode payload")}})
		add(3, autobahn{send: []string{hello, f(base+2, true, ""), ping}, want: one})
		add(4, autobahn{send: []string{hello, f(base+3, true, greeting), ping}, want: one})
		add(5, autobahn{send: []string{hello, f(base+4, true, greeting), ping}, chop: 1, want: one})
	}
	runAll(t, startAutobahn(t, Options{}), cases)
}

func TestAutobahn5Fragmentation(t *testing.T) {
	const a, b, p, n = "fragment1", "fragment2", "ping payload", "non-continuation payload"
	two := []string{f(1, false, a), f(0, true, b)}
	between := []string{f(1, false, a), f(9, true, p), f(0, true, b)}
	twice := func(fin bool) []string {
		one := []string{f(0, fin, a), f(1, false, b), f(0, true, "fragment3")}
		return append(one, one...)
	}
	five := autobahn{
		send: []string{f(1, false, a), f(0, false, b), f(9, true, "pongme 1!")}, after: 1,
		resume: []string{f(0, false, "fragment3"), f(0, false, "fragment4"), f(9, true, "pongme 2!"), f(0, true, "fragment5")},
		want:   []string{ponged("pongme 1!"), ponged("pongme 2!"), msg("fragment1fragment2fragment3fragment4fragment5")},
	}
	cases := []autobahn{
		{id: "5.1", send: []string{f(9, false, a), f(0, true, b)}, code: 1002},
		{id: "5.2", send: []string{f(10, false, a), f(0, true, b)}, code: 1002},
		{id: "5.15", send: append(two[:2:2], f(0, false, "fragment3"), f(1, true, "fragment4")), want: []string{msg(a + b)}, code: 1002},
		{id: "5.16", send: twice(false), code: 1002},
		{id: "5.17", send: twice(true), code: 1002},
		{id: "5.18", send: []string{f(1, false, a), f(1, true, b)}, code: 1002},
	}
	for i, chop := range []int{0, -1, 1} {
		cases = append(cases,
			autobahn{id: fmt.Sprintf("5.%d", 3+i), send: two, chop: chop, want: []string{msg(a + b)}},
			autobahn{id: fmt.Sprintf("5.%d", 6+i), send: between, chop: chop, want: []string{ponged(p), msg(a + b)}},
			autobahn{id: fmt.Sprintf("5.%d", 9+i), send: []string{f(0, true, n), f(1, true, greeting)}, chop: chop, code: 1002},
			autobahn{id: fmt.Sprintf("5.%d", 12+i), send: []string{f(0, false, n), f(1, true, greeting)}, chop: chop, code: 1002},
		)
	}
	for i, chop := range []int{0, -1} {
		five.id, five.chop = fmt.Sprintf("5.%d", 19+i), chop
		cases = append(cases, five)
	}
	runAll(t, startAutobahn(t, Options{}), cases)
}

func TestAutobahn7Closing(t *testing.T) {
	normal := f(8, true, closeFor(1000, ""))
	reason := func(p string) string { return f(8, true, "\x03\xe8"+p) }
	long := times(1<<18/10, "BAsd7&jh23")
	cases := []autobahn{
		{id: "7.1.1", send: []string{f(1, true, greeting)}, want: []string{msg(greeting)}},
		{id: "7.1.2", send: []string{normal, f(8, true, "")}, deaf: true},
		{id: "7.1.3", send: []string{normal, f(9, true, "")}, deaf: true},
		{id: "7.1.4", send: []string{normal, f(1, true, greeting)}, deaf: true},
		{id: "7.1.5", send: []string{f(1, false, "fragment1"), normal, f(0, true, "fragment2")}, deaf: true},
		{id: "7.1.6", send: []string{f(1, true, long), f(1, true, greeting), normal, f(9, true, "")}, deaf: true, want: []string{msg(long), msg(greeting)}},
		{id: "7.3.1", send: []string{f(8, true, "")}, deaf: true, code: noCode},
		{id: "7.3.2", send: []string{f(8, true, "a")}, code: 1002},
		{id: "7.3.3", send: []string{normal}, deaf: true},
		{id: "7.3.4", send: []string{reason(greeting)}, deaf: true},
		{id: "7.3.5", send: []string{reason(times(123, "*"))}, deaf: true},
		{id: "7.3.6", send: []string{reason(times(124, "*"))}, code: 1002},
		{id: "7.5.1", send: []string{reason("\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64\x69\x74\x65\x64")}, code: 1007},
		{id: "7.13.1", send: []string{f(8, true, closeFor(5000, ""))}, code: 1002},
		{id: "7.13.2", send: []string{f(8, true, closeFor(65535, ""))}, code: 1002},
	}
	for i, code := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		cases = append(cases, autobahn{id: fmt.Sprintf("7.7.%d", i+1), send: []string{f(8, true, closeFor(code, ""))}, deaf: true, code: code})
	}
	for i, code := range []int{0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999} {
		p := string([]byte{byte(code >> 8), byte(code)})
		cases = append(cases, autobahn{id: fmt.Sprintf("7.9.%d", i+1), send: []string{f(8, true, p)}, code: 1002})
	}
	runAll(t, startAutobahn(t, Options{MaxMessage: 1 << 18}), cases)
}

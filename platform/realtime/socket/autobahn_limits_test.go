package socket

import (
	"fmt"
	"strings"
	"testing"
)

// Autobahn's own messages have up to 16 MiB, a thousand times a message of any lane. They are sent twice: to a group that takes them,
// and to one with the limit that there is by default, 64 KiB, which refuses what is longer.
const autobahnLimit = 16 << 20

// ofSize is a case that sends a message of n bytes in frames of fragment bytes (0: one), chopped.
func ofSize(id string, op byte, n, fragment, chop int) autobahn {
	wrap, p := msg, times(n/10+1, "BAsd7&jh23")[:n]
	if op == 2 {
		wrap, p = bin, times(n/10+1, "\x00\xfe\x23\xfa\xf0\x80\xff\x01\x02\x03")[:n]
	}
	return autobahn{id: id, send: fragments(op, p, fragment), chop: chop, want: []string{wrap(p)}}
}

func fragments(op byte, p string, size int) []string {
	if size == 0 {
		return []string{f(op, true, p)}
	}
	var frames []string
	for len(p) > size {
		frames = append(frames, f(op, false, p[:size]))
		op, p = 0, p[size:]
	}
	return append(frames, f(op, true, p))
}

func limitCases() (cases []autobahn) {
	const k, m = 1 << 10, 1 << 20
	for op := range byte(2) {
		for i, n := range []int{64 * k, 256 * k, m, 4 * m, 8 * m, 16 * m} {
			cases = append(cases, ofSize(fmt.Sprintf("9.%d.%d", 1+op, i+1), op+1, n, 0, 0))
		}
		for i, fragment := range []int{64, 256, k, 4 * k, 16 * k, 64 * k, 256 * k, m, 4 * m} {
			cases = append(cases, ofSize(fmt.Sprintf("9.%d.%d", 3+op, i+1), op+1, 4*m, fragment, 0))
		}
		for i, chop := range []int{64, 128, 256, 512, k, 2 * k} {
			cases = append(cases, ofSize(fmt.Sprintf("9.%d.%d", 5+op, i+1), op+1, m, 0, chop))
		}
	}
	return append(cases, ofSize("10.1.1", 1, 65536, 1300, 0))
}

func TestAutobahn9And10Limits(t *testing.T) {
	runAll(t, startAutobahn(t, Options{MaxMessage: autobahnLimit, Queue: 2 * autobahnLimit}), limitCases())
}

func TestAutobahn9And10LimitsOfOurOwn(t *testing.T) {
	cases := limitCases()
	refused := 0
	for i := range cases {
		if a := &cases[i]; len(a.want[0]) > 65536+len("binary ") {
			a.want, a.code = nil, 1009
			refused++
		}
	}
	if refused != len(cases)-3 { // 9.1.1, 9.2.1 and 10.1.1 have 64 KiB
		t.Fatalf("%d of %d are to be refused", refused, len(cases))
	}
	runAll(t, startAutobahn(t, Options{}), cases)
}

// 9.7 and 9.8: a thousand messages of each size, there and back, one after the other.
func TestAutobahn9RoundTrips(t *testing.T) {
	addr := startAutobahn(t, Options{})
	for op := range byte(2) {
		for i, n := range []int{0, 16, 64, 256, 1024, 4096, 16384} {
			t.Run(fmt.Sprintf("9.%d.%d", 7+op, i+1), func(t *testing.T) {
				a := ofSize("", op+1, n, 0, 0)
				c := dialPath(t, addr, op == 1)
				rounds := 1000
				if raceEnabled {
					rounds = 50
				}
				for range rounds {
					c.play(0, a.send)
					g, err := c.frame()
					if err != nil || byte(g.op) != op+1 || !strings.HasSuffix(a.want[0], g.p) || len(g.p) != n {
						t.Fatal(g, err)
					}
				}
			})
		}
	}
}

// 9.9: a message that never ends is refused when it is over the limit.
func TestAutobahn9Endless(t *testing.T) {
	c := dialPath(t, startAutobahn(t, Options{}), false)
	p := times(4096, "*")
	c.play(0, []string{f(1, false, p)})
	for range 16 {
		c.play(0, []string{f(0, false, p)})
	}
	if _, code := c.hear(1, 0); code != 1009 {
		t.Errorf("closed with %d", code)
	}
}

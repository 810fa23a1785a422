package socket

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// events is a sink that remembers.
type events []string

func (e *events) message(binary bool, p []byte) error {
	*e = append(*e, "message "+strconv.FormatBool(binary)+" "+string(p))
	return nil
}

func (e *events) ping(p []byte) error {
	*e = append(*e, "ping "+string(p))
	return nil
}

func (e *events) closed(code int, reason string) error {
	*e = append(*e, "close "+strconv.Itoa(code)+" "+reason)
	return errHeard
}

// readStrictly reads a client's frames as RFC 6455 has them, all at once and nothing else. It shares no code with the decoder: it is
// what that is held against. bad: they break the rules.
func readStrictly(b []byte, limit int, deflate bool) (e events, bad bool) {
	var message []byte
	var op byte
	var squeezed bool
	for {
		if len(b) < 2 {
			return e, false
		}
		first, second := b[0], b[1]
		b = b[2:]
		n := uint64(second & 127)
		switch n {
		case 126:
			if len(b) < 2 {
				return e, false
			}
			n, b = uint64(binary.BigEndian.Uint16(b)), b[2:]
			if n < 126 {
				return e, true
			}
		case 127:
			if len(b) < 8 {
				return e, false
			}
			n, b = binary.BigEndian.Uint64(b), b[8:]
			if n < 65536 || n >= 1<<63 {
				return e, true
			}
		}
		if second < 128 {
			return e, true
		}
		if len(b) < 4 {
			return e, false
		}
		mask := b[:4]
		b = b[4:]
		fin, rsv1, code := first >= 128, first&64 != 0, first&15
		if first&48 != 0 || rsv1 && (!deflate || code != 1 && code != 2) {
			return e, true
		}
		switch code {
		case 8, 9, 10:
			if !fin || n > 125 {
				return e, true
			}
		case 1, 2:
			if op != 0 {
				return e, true
			}
			op, squeezed = code, rsv1
		case 0:
			if op == 0 {
				return e, true
			}
		default:
			return e, true
		}
		if code < 8 && n > uint64(limit-len(message)) {
			return e, true
		}
		if uint64(len(b)) < n {
			return e, false
		}
		p := make([]byte, n)
		for i := range p {
			p[i] = b[i] ^ mask[i%4]
		}
		b = b[n:]
		switch {
		case code == 9:
			_ = e.ping(p)
		case code == 8:
			return closeStrictly(e, p)
		case code < 3:
			if message = append(message, p...); !fin {
				continue
			}
			if squeezed {
				message, bad = inflateStrictly(message, limit)
			}
			if bad || op == 1 && !utf8.Valid(message) {
				return e, true
			}
			_ = e.message(op == 2, message)
			message, op = nil, 0
		}
	}
}

func closeStrictly(e events, p []byte) (events, bool) {
	if len(p) == 0 {
		_ = e.closed(1005, "")
		return e, false
	}
	if len(p) == 1 || !utf8.Valid(p[2:]) {
		return e, true
	}
	switch code := int(p[0])<<8 | int(p[1]); {
	case code < 1000, code == 1004, code == 1005, code == 1006, code > 1014 && code < 3000, code > 4999:
		return e, true
	default:
		_ = e.closed(code, string(p[2:]))
		return e, false
	}
}

// inflateStrictly takes one block sequence after the other, until nothing is left.
func inflateStrictly(p []byte, limit int) ([]byte, bool) {
	in := bytes.NewReader(append(p[:len(p):len(p)], "\x00\x00\xff\xff\x01\x00\x00\xff\xff"...))
	var out []byte
	for streams := 0; in.Len() > 0; streams++ {
		if streams > 8 {
			return nil, true
		}
		more, err := io.ReadAll(io.LimitReader(flate.NewReader(in), int64(limit+1-len(out))))
		if err != nil {
			return nil, true
		}
		if out = append(out, more...); len(out) > limit {
			return nil, true
		}
	}
	return out, false
}

// FuzzFrames: however the bytes come, the decoder hands on exactly what a strict reader of all of them would; where the bytes break
// the rules it may stop sooner, and never later.
func FuzzFrames(f_ *testing.F) {
	const limit = 1 << 12
	for _, s := range []string{
		f(1, true, "hello"), f(1, false, "he") + f(9, true, "ping") + f(0, true, "llo"), f(2, true, times(300, "x")),
		f(1, true, "\xe2\x82"), f(1, false, "\xe2") + f(0, true, "\x82\xac"), f(8, true, closeFor(1000, "bye")), f(8, true, "x"),
		rsv(4, 1, "\xf2\x48\xcd\xc9\xc9\x07\x00"), rsv(4, 1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), rsv(2, 1, "x"), "\x81\x05hello",
		f(2, true, times(limit, "x")) + f(2, true, times(limit+1, "x")), "\x81\xfe\x00\x05\x00\x00\x00\x00hello", f(0, true, "x"),
		f(1, false, "\xff") + f(9, true, ""), f(3, true, ""), f(9, false, ""), strings.Repeat(f(1, true, "many"), 10),
	} {
		f_.Add([]byte(s), []byte{1, 5, 0, 200}, true)
		f_.Add([]byte(s), []byte{}, false)
	}
	flaters := newInflaters()
	f_.Fuzz(func(t *testing.T, b, cuts []byte, deflate bool) {
		want, bad := readStrictly(b, limit, deflate)
		d := decoder{limit: limit}
		if deflate {
			d.inflate = flaters
		}
		var got events
		err := feedIn(&d, bytes.Clone(b), cuts, &got)
		var v *violation
		switch {
		case err == errHeard, err == nil:
			if bad || !reflect.DeepEqual(got, want) {
				t.Fatalf("got %.500q, want %.500q, breaks the rules: %v", got, want, bad)
			}
		case !errors.As(err, &v) || !sendable(v.code):
			t.Fatal(err)
		case !bad && v != errUTF8 && v != errIdleFrames:
			t.Fatalf("%v, of what is well-formed", err)
		default:
			if len(got) > len(want) || !reflect.DeepEqual(append(events{}, got...), append(events{}, want[:len(got)]...)) {
				t.Fatalf("got %.500q, want the beginning of %.500q", got, want)
			}
		}
	})
}

// feedIn feeds the bytes in pieces as long as the cuts say, in turn.
func feedIn(d *decoder, b, cuts []byte, to *events) error {
	for i := 0; len(b) > 0; i++ {
		n := len(b)
		if len(cuts) > 0 {
			n = min(n, int(cuts[i%len(cuts)])+1)
		}
		if err := d.feed(b[:n:n], to); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

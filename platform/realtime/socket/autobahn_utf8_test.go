package socket

import (
	"fmt"
	"testing"
	"unicode/utf8"
)

// sequences are the byte sequences of Autobahn's cases 6.5 to 6.22, after Markus Kuhn's UTF-8 decoder stress test. Which of them are
// well-formed is written down, not computed.
func sequences() [][]sequence {
	yes := func(all ...string) (s []sequence) {
		for _, p := range all {
			s = append(s, sequence{p, true})
		}
		return s
	}
	no := func(all ...string) (s []sequence) {
		for _, p := range all {
			s = append(s, sequence{p, false})
		}
		return s
	}
	const kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"
	whole := map[int]bool{2: true, 5: true, 7: true, 9: true, 11: true}
	var prefixes []sequence
	for i := 1; i <= len(kosme); i++ {
		prefixes = append(prefixes, sequence{kosme[:i], whole[i]})
	}
	var continuations string
	for b := 0x80; b < 0xbf; b++ {
		continuations += string([]byte{byte(b)})
	}
	var lonely []sequence
	for _, r := range [][2]int{{0xc0, 0xdf}, {0xe0, 0xef}, {0xf0, 0xf7}, {0xf8, 0xfb}, {0xfc, 0xfd}} {
		var s string
		for b := r[0]; b < r[1]; b++ {
			s += string([]byte{byte(b), ' '})
		}
		lonely = append(lonely, sequence{s, false})
	}
	cut := []string{
		"\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
		"\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf",
	}
	var joined string
	for _, s := range cut {
		joined += s
	}
	nonCharacters := yes("\xef\xbf\xbe", "\xef\xbf\xbf")
	for _, p := range []string{"\xf0\x9f", "\xf0\xaf", "\xf0\xbf", "\xf1\x8f", "\xf1\x9f", "\xf1\xaf", "\xf1\xbf", "\xf2\x8f", "\xf2\x9f", "\xf2\xaf", "\xf2\xbf", "\xf3\x8f", "\xf3\x9f", "\xf3\xaf", "\xf3\xbf", "\xf4\x8f"} {
		nonCharacters = append(nonCharacters, yes(p+"\xbf\xbe", p+"\xbf\xbf")...)
	}
	return [][]sequence{
		yes("hello\x24world", "hello\xc2\xa2world", "hello\xe2\x82\xacworld", "hello\xf0\xa4\xad\xa2world", kosme),
		prefixes,
		yes("\x00", "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"),
		no("\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"),
		yes("\x7f", "\xdf\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"),
		no("\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"),
		append(yes("\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf"), no("\xf4\x90\x80\x80")...),
		no("\x80", "\xbf", "\x80\xbf", "\x80\xbf\x80", "\x80\xbf\x80\xbf", "\x80\xbf\x80\xbf\x80", "\x80\xbf\x80\xbf\x80\xbf", continuations),
		lonely,
		no(cut...),
		no(joined),
		no("\xfe", "\xff", "\xfe\xfe\xff\xff"),
		no("\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", "\xfc\x80\x80\x80\x80\xaf"),
		no("\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf"),
		no("\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80"),
		no("\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf"),
		no("\xed\xa0\x80\xed\xb0\x80", "\xed\xa0\x80\xed\xbf\xbf", "\xed\xad\xbf\xed\xb0\x80", "\xed\xad\xbf\xed\xbf\xbf",
			"\xed\xae\x80\xed\xb0\x80", "\xed\xae\x80\xed\xbf\xbf", "\xed\xaf\xbf\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf"),
		nonCharacters,
		yes("\xef\xbf\xb9", "\xef\xbf\xba", "\xef\xbf\xbb", "\xef\xbf\xbc", "\xef\xbf\xbd", "\xef\xbf\xbe", "\xef\xbf\xbf"),
	}
}

type sequence struct {
	p  string
	ok bool
}

// bytewise makes a text message with a frame for each byte.
func bytewise(p string) (frames []string) {
	for i := range len(p) {
		op := byte(0)
		if i == 0 {
			op = 1
		}
		frames = append(frames, f(op, i == len(p)-1, p[i:i+1]))
	}
	return frames
}

func TestAutobahn6UTF8(t *testing.T) {
	const kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"
	const bad = kosme + "\xed\xa0\x80edited"
	const far = kosme + "\xf4\x90\x80\x80edited" // wrong from byte 12 on, counted from 0
	const soft = "Hello-µ@ßöäüàá-UTF-8!!"
	still := f(9, true, "still here")
	inFrame := f(1, true, far)
	head := len(inFrame) - len(far)
	cases := []autobahn{
		{id: "6.1.1", send: []string{f(1, true, "")}, want: []string{msg("")}},
		{id: "6.1.2", send: []string{f(1, false, ""), f(0, false, ""), f(0, true, "")}, want: []string{msg("")}},
		{id: "6.1.3", send: []string{f(1, false, ""), f(0, false, "middle frame payload"), f(0, true, "")}, want: []string{msg("middle frame payload")}},
		{id: "6.2.1", send: []string{f(1, true, soft)}, want: []string{msg(soft)}},
		{id: "6.2.2", send: []string{f(1, false, "Hello-µ@ßöä"), f(0, true, "üàá-UTF-8!!")}, want: []string{msg(soft)}},
		{id: "6.2.3", send: bytewise(soft), want: []string{msg(soft)}},
		{id: "6.2.4", send: bytewise(kosme), want: []string{msg(kosme)}},
		{id: "6.3.1", send: []string{f(1, true, bad)}, code: 1007},
		{id: "6.3.2", send: bytewise(bad), code: 1007},
		// What makes it wrong is refused when it comes, not at the end: the third part is never sent.
		{id: "6.4.1", send: []string{f(1, false, kosme), still}, after: 1, resume: []string{f(0, false, "\xf4\x90\x80\x80")}, want: []string{ponged("still here")}, code: 1007},
		{id: "6.4.2", send: []string{f(1, false, far[:12]), still}, after: 1, resume: []string{f(0, false, far[12:13])}, want: []string{ponged("still here")}, code: 1007},
		{id: "6.4.3", send: []string{inFrame[:head+len(kosme)], inFrame[head+len(kosme) : head+len(kosme)+4]}, chop: -1, code: 1007},
		{id: "6.4.4", send: []string{inFrame[:head+12], inFrame[head+12 : head+13]}, chop: -1, code: 1007},
	}
	for group, all := range sequences() {
		for i, s := range all {
			a := autobahn{id: fmt.Sprintf("6.%d.%d", group+5, i+1), send: []string{f(1, true, s.p)}, code: 1007}
			if s.ok {
				a.code, a.want = 0, []string{msg(s.p)}
			}
			cases = append(cases, a)
		}
	}
	runAll(t, startAutobahn(t, Options{}), cases)
}

// However a text is cut, it is found out as soon as it can be, and not before.
func TestWholeRunesFindsOutInTime(t *testing.T) {
	for _, group := range sequences() {
		for _, s := range group {
			for i := range len(s.p) + 1 {
				p := []byte(s.p[:i])
				n, ok := wholeRunes(p)
				possible := becomesText(p)
				if ok != possible || ok && (!utf8.Valid(p[:n]) || len(p)-n > 3) {
					t.Errorf("%q: %d %v, can become text: %v", p, n, ok, possible)
				}
			}
		}
	}
}

// becomesText tries whether bytes can be added so that p is UTF-8.
func becomesText(p []byte) bool {
	if utf8.Valid(p) {
		return true
	}
	edges := []byte{0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf}
	more := [][]byte{nil}
	for range 3 {
		var longer [][]byte
		for _, m := range more {
			for _, b := range edges {
				one := append(append([]byte(nil), m...), b)
				if utf8.Valid(append(append([]byte(nil), p...), one...)) {
					return true
				}
				longer = append(longer, one)
			}
		}
		more = longer
	}
	return false
}

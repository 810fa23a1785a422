package strict

import "bytes"

// set has true for each byte that it contains.
type set [256]bool

func setOf(members string, more ...[2]int) *set {
	var s set
	for i := range len(members) {
		s[members[i]] = true
	}
	for _, r := range more {
		for c := r[0]; c <= r[1]; c++ {
			s[c] = true
		}
	}
	return &s
}

var (
	digit = [2]int{'0', '9'}
	lower = [2]int{'a', 'z'}
	upper = [2]int{'A', 'Z'}

	tokenByte  = setOf("!#$%&'*+-.^_`|~", digit, lower, upper) // RFC 9110, section 5.6.2
	methodByte = setOf("-_", digit, lower, upper)              // fewer than a token: what methods are made of
	valueByte  = setOf("\t", [2]int{' ', '~'}, [2]int{0x80, 0xff})
	hostByte   = setOf("-._~!$&'()*+,;=%:[]", digit, lower, upper) // RFC 3986, section 3.2.2
	hexByte    = setOf("", digit, [2]int{'a', 'f'}, [2]int{'A', 'F'})
	targetByte = targetBytes()
)

// targetBytes are all visible ones except #, and those of raw UTF-8, which clients do send: they cannot change the framing.
func targetBytes() *set {
	s := setOf("", [2]int{'!', '~'}, [2]int{0x80, 0xff})
	s['#'] = false
	return s
}

// equalFold compares with an ASCII text in lower case.
func equalFold(b []byte, text string) bool {
	if len(b) != len(text) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != text[i] {
			return false
		}
	}
	return true
}

// trim removes the white space that may stand around a field's value.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

func hasToken(list []byte, token string) bool {
	for len(list) > 0 {
		one, rest, _ := bytes.Cut(list, []byte(","))
		if equalFold(trim(one), token) {
			return true
		}
		list = rest
	}
	return false
}

// digits reads 1*18DIGIT.
func digits(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

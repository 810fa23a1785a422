package socket

import "unicode/utf8"

// wholeRunes says how many bytes of p are whole runes. What is behind them is the beginning of one, of at most three bytes; false:
// it cannot become one.
func wholeRunes(p []byte) (int, bool) {
	if utf8.Valid(p) {
		return len(p), true
	}
	for i := len(p) - 1; i >= 0 && i >= len(p)-3; i-- {
		if utf8.RuneStart(p[i]) {
			return i, !utf8.FullRune(p[i:]) && utf8.Valid(p[:i])
		}
	}
	return 0, false
}

package board

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// line checks a text of one line.
func (r *rules) line(s, pointer string, most int, rule string) {
	r.check(!blank(s) && countUpTo(s, most+1) <= most && clean(s, false), pointer, rule)
}

// countUpTo counts characters, and stops at most.
func countUpTo(s string, most int) int {
	if len(s) < most {
		return len(s) // as many bytes are fewer still in characters: good enough to compare with a limit
	}
	return min(utf8.RuneCountInString(s), most)
}

// clean says that nothing in a text does anything to what is around it.
func clean(s string, lines bool) bool {
	for _, c := range s {
		switch {
		case c == '\n' || c == '\t':
			if !lines {
				return false
			}
		case c < 0x20, c >= 0x7f && c <= 0x9f, c == 0x2028, c == 0x2029: // control characters, and separators of lines
			return false
		case c >= 0x202a && c <= 0x202e, c >= 0x2066 && c <= 0x2069: // embeddings, overrides and isolates of direction
			return false
		}
	}
	return true
}

// plain makes the line ends of a text line feeds.
func plain(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// blank says that there is nothing to be seen in a text.
func blank(s string) bool { return !strings.ContainsFunc(s, visible) }

func visible(c rune) bool {
	const emptyBraille = 0x2800
	return !unicode.IsSpace(c) && c != emptyBraille && !unicode.In(c, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// noteID says whether a text is n and 8 to 24 letters and digits.
func noteID(s string) bool { return len(s) >= 9 && len(s) <= 25 && s[0] == 'n' && letters(s[1:], "") }

// letters says whether a text has nothing but letters of ASCII, digits and those of beside.
func letters(s, beside string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(beside, c) >= 0) {
			return false
		}
	}
	return true
}

// imageName says whether a text is of the form of a kept image's name; whether it is one, who keeps images knows.
func imageName(s string) bool {
	return len(s) >= 7 && len(s) <= 100 && letters(s, ".") && strings.Count(s, ".") == 3
}

// CheckName is the rule that the name of somebody who writes breaks; empty: none.
func CheckName(name string) string {
	var r rules
	r.line(name, "", MaxName, "must be 1 to 40 characters on one line")
	for _, one := range r.broken {
		return one.Text
	}
	return ""
}

// CheckText says whether a text of several lines has at most so many characters and does nothing to what is around it.
func CheckText(text string, most int) bool {
	return countUpTo(text, most+1) <= most && clean(plain(text), true)
}

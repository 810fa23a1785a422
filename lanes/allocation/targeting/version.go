package targeting

import (
	"cmp"
	"strconv"
	"strings"
)

// VersionValue is a version: up to four numeric parts, and a prerelease. Missing parts are 0.
type VersionValue struct {
	Parts [4]uint64
	Pre   string // without the dash; "" is a release
}

// ParseVersion reads "5.2.1", "v5.2", "10.0.19041.1", "5.2.0-beta.2+build". Build metadata is dropped.
func ParseVersion(s string) (VersionValue, bool) {
	var v VersionValue
	if len(s) > MaxValue {
		return v, false
	}
	if len(s) > 1 && s[0] == 'v' {
		s = s[1:]
	}
	s, build, plus := strings.Cut(s, "+")
	if plus && !versionTail(build) {
		return v, false
	}
	s, pre, dash := strings.Cut(s, "-")
	if dash && !versionTail(pre) {
		return v, false
	}
	v.Pre = pre
	for i := 0; ; i++ {
		part, rest, more := strings.Cut(s, ".")
		n, ok := decimal(part)
		if !ok || i == len(v.Parts) {
			return VersionValue{}, false
		}
		v.Parts[i] = n
		if !more {
			return v, true
		}
		s = rest
	}
}

// versionTail: dot-separated, non-empty identifiers of [0-9A-Za-z-].
func versionTail(s string) bool {
	last := byte('.')
	for i := 0; i < len(s); i++ {
		c := s[i]
		ok := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '.' && last != '.'
		if !ok {
			return false
		}
		last = c
	}
	return last != '.'
}

// decimal reads up to 18 digits without allocating an error.
func decimal(s string) (uint64, bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	var n uint64
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + uint64(s[i]-'0')
	}
	return n, true
}

// String is the shortest form with at least three parts.
func (v VersionValue) String() string {
	b := strconv.AppendUint(nil, v.Parts[0], 10)
	for i := 1; i < len(v.Parts); i++ {
		if i < 3 || v.Parts[i] != 0 {
			b = strconv.AppendUint(append(b, '.'), v.Parts[i], 10)
		}
	}
	if v.Pre != "" {
		b = append(append(b, '-'), v.Pre...)
	}
	return string(b)
}

// Compare orders versions as Semantic Versioning 2.0.0 §11 does.
func (v VersionValue) Compare(w VersionValue) int {
	for i := range v.Parts {
		if c := cmp.Compare(v.Parts[i], w.Parts[i]); c != 0 {
			return c
		}
	}
	switch {
	case v.Pre == w.Pre:
		return 0
	case v.Pre == "":
		return 1
	case w.Pre == "":
		return -1
	}
	return comparePre(v.Pre, w.Pre)
}

func comparePre(a, b string) int {
	for {
		x, restA, moreA := strings.Cut(a, ".")
		y, restB, moreB := strings.Cut(b, ".")
		if c := compareIdentifier(x, y); c != 0 {
			return c
		}
		if !moreA || !moreB {
			switch {
			case moreA:
				return 1
			case moreB:
				return -1
			}
			return 0
		}
		a, b = restA, restB
	}
}

func compareIdentifier(a, b string) int {
	numA, numB := digits(a), digits(b)
	switch {
	case numA && numB:
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		if c := cmp.Compare(len(a), len(b)); c != 0 {
			return c
		}
	case numA:
		return -1
	case numB:
		return 1
	}
	return strings.Compare(a, b)
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

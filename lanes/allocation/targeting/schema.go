package targeting

import (
	"slices"
	"strings"
)

// Schema says which attributes exist and what they hold. Names that begin with "kv." need no entry: they are Text.
type Schema map[string]Kind

// Kind finds an attribute.
func (s Schema) Kind(name string) (Kind, bool) {
	if strings.HasPrefix(name, "kv.") && len(name) > len("kv.") {
		return Text, true
	}
	k, ok := s[name]
	return k, ok
}

// unknown is the rule that an unknown name breaks.
func (s Schema) unknown(name string) string {
	names := make([]string, 0, len(s)+1)
	for n := range s {
		names = append(names, n)
	}
	slices.Sort(names)
	if len(names) > 40 {
		names = append(names[:40], "…")
	}
	names = append(names, "kv.*")
	return `unknown attribute "` + clip(name) + `"; known are ` + strings.Join(names, ", ")
}

// ValidName says whether an attribute may be called so: [a-z][a-z0-9_.]*, at most 64 bytes.
func ValidName(s string) bool {
	if s == "" || len(s) > MaxName || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !nameByte(s[i]) {
			return false
		}
	}
	return true
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.'
}

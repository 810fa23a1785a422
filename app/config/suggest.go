package config

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
)

func (l *loader) unknown(n ast.Node, pointer, name string, known []string) {
	l.add(n, child(pointer, name), "%s", unknownText(name, known))
}

func unknownText(name string, known []string) string {
	if s := suggest(name, known); s != "" {
		return "unknown field; did you mean " + s + "?"
	}
	if len(known) == 0 {
		return "unknown field; none is allowed here"
	}
	return "unknown field; known are " + strings.Join(known, ", ")
}

// suggest is the known name that is nearest, if it is near enough to be what was meant.
func suggest(name string, known []string) string {
	plain := func(s string) string { return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s)) }
	best, least := "", len(name)/3+2
	for _, k := range known {
		if d := distance(plain(name), plain(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

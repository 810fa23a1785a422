package profiles

import (
	"net/http"
	"strings"
	"testing"
)

// hot makes a question that memory answers, as its endpoint does.
func hot(t testing.TB) func() {
	web := newSocial()
	web.put(7, "ada", `,"x":"`+strings.Repeat("x", 2000)+`"`)
	n := startNode(t, web, nil)
	b, h := make([]byte, 0, 4096), http.Header{}
	return func() {
		a, err := n.in.one(t.Context(), ReadIn{Source: "people"}, byUsername, "ada")
		if err != nil {
			t.Fatal(err)
		}
		a.Headers(h)
		b = a.AppendJSON(b[:0])
	}
}

// TestAKnownProfileCostsLittle bounds the allocations of the path that carries the load; none grows with the document.
func TestAKnownProfileCostsLittle(t *testing.T) {
	ask := hot(t)
	ask()
	if allocs := testing.AllocsPerRun(1000, ask); allocs > 9 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkKnownProfile(b *testing.B) {
	ask := hot(b)
	b.ReportAllocs()
	for b.Loop() {
		ask()
	}
}

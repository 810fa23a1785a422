package targeting

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var exprEqual = cmp.AllowUnexported(Expr{})

func TestTextAndJSONReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := genExpr(4).Draw(t, "expr")
		fromText, err := ParseText(e.Text(), testSchema)
		if err != nil {
			t.Fatalf("%s: %v", e.Text(), err)
		}
		if d := cmp.Diff(e, fromText, exprEqual); d != "" {
			t.Fatalf("text %s: %s", e.Text(), d)
		}
		fromJSON, err := ParseJSON(e.JSON(), testSchema)
		if err != nil {
			t.Fatalf("%s: %v", e.JSON(), err)
		}
		if d := cmp.Diff(e, fromJSON, exprEqual); d != "" {
			t.Fatalf("JSON %s: %s", e.JSON(), d)
		}
	})
}

func TestExpansionMeansTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := genExpr(4).Draw(t, "expr")
		conjunctions, err := e.Conjunctions()
		if err != nil {
			t.Skip("too large")
		}
		for range 8 {
			r := genRequest().Draw(t, "request")
			want, got := e.Eval(r), false
			for _, c := range conjunctions {
				got = got || c.Eval(r)
			}
			if got != want {
				t.Fatalf("%s is %v, its expansion %v is %v for %+v", e, want, conjunctions, got, r.Attrs)
			}
			if why := e.Why(r); (len(why) == 0) != want {
				t.Fatalf("%s is %v, but why says %q", e, want, why)
			}
			if want && len(e.Problems()) > 0 {
				t.Fatalf("%s holds for %+v, but is reported: %v", e, r.Attrs, e.Problems())
			}
		}
	})
}

func TestNotIsTheOpposite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, r := genExpr(3).Draw(t, "expr"), genRequest().Draw(t, "request")
		if Not(e).Eval(r) == e.Eval(r) {
			t.Fatalf("%s and its opposite agree", e)
		}
	})
}

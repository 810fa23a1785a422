package targeting

import (
	"pgregory.net/rapid"
)

var testSchema = Schema{
	"os": Text, "country": Text, "segment": Text, "age": Number, "score": Number,
	"app_version": Version, "installed": Date, "location": Geo,
}

// genExpr draws an expression through the text of the constructors that the parsers use.
func genExpr(depth int) *rapid.Generator[*Expr] {
	return rapid.Custom(func(t *rapid.T) *Expr {
		shape := 0
		if depth > 0 {
			shape = rapid.IntRange(0, 5).Draw(t, "shape")
		}
		switch shape {
		case 1, 2:
			return And(rapid.SliceOfN(genExpr(depth-1), 1, 3).Draw(t, "and")...)
		case 3, 4:
			return Or(rapid.SliceOfN(genExpr(depth-1), 1, 3).Draw(t, "or")...)
		case 5:
			return Not(genExpr(depth-1).Draw(t, "not"))
		}
		return genLeaf(t)
	})
}

func genLeaf(t *rapid.T) *Expr {
	text := rapid.SampledFrom([]string{"", "a", "b", "ab", "abc", "it's", "한국", "\"x\"", "a\n\\"})
	texts := rapid.SliceOfN(rapid.Map(text, func(s string) literal { return literal{text: s} }), 1, 4)
	attr := rapid.SampledFrom([]string{"os", "country", "segment", "kv.x"}).Draw(t, "attr")
	var e *Expr
	var rule string
	switch rapid.IntRange(0, 7).Draw(t, "leaf") {
	case 0:
		e = True()
	case 1:
		e, rule = buildPrefix(attr, Text, []literal{{text: rapid.SampledFrom([]string{"a", "ab", "한"}).Draw(t, "prefix")}})
	case 2:
		e = buildExists(attr, Text)
	case 3:
		lat, lon := rapid.Float64Range(37, 38).Draw(t, "lat"), rapid.Float64Range(126, 128).Draw(t, "lon")
		e, rule = buildWithin("location", Geo, lat, lon, rapid.Float64Range(1, 60_000).Draw(t, "metres"))
	case 4, 5:
		e, rule = genOrdered(t)
	default:
		e, rule = buildIn(attr, Text, texts.Draw(t, "values"))
	}
	if rule != "" {
		t.Fatalf("generator: %s", rule)
	}
	if rapid.Bool().Draw(t, "negate") {
		return Not(e)
	}
	return e
}

func genOrdered(t *rapid.T) (*Expr, string) {
	attr := rapid.SampledFrom([]string{"age", "score", "app_version", "installed"}).Draw(t, "ordered")
	kind, _ := testSchema.Kind(attr)
	a, b := genOrderedValue(kind).Draw(t, "a"), genOrderedValue(kind).Draw(t, "b")
	if rapid.Bool().Draw(t, "between") {
		return buildBetween(attr, kind, a, b)
	}
	return buildCompare(attr, kind, comparison(rapid.IntRange(0, 4).Draw(t, "relation")), a)
}

func genOrderedValue(kind Kind) *rapid.Generator[literal] {
	switch kind {
	case Number:
		return rapid.Map(rapid.SampledFrom([]float64{-1e300, -2.5, 0, 1, 2, 3, 1e15, 1e-9}), func(f float64) literal {
			return literal{number: f, isNum: true}
		})
	case Version:
		return rapid.Map(rapid.SampledFrom([]string{"1", "1.2", "1.10", "1.10.0-beta.2", "1.10.0-beta.11", "v2.0.0.7"}), textLiteral)
	}
	return rapid.Map(rapid.SampledFrom([]string{
		"2026-01-01", "2026-01-02", "2026-01-02T00:00:00Z", "2026-01-01T12:00:00+09:00", "1969-12-31", "9998-12-31",
	}), textLiteral)
}

func textLiteral(s string) literal { return literal{text: s} }

func genRequest() *rapid.Generator[*Request] {
	return rapid.Custom(func(t *rapid.T) *Request {
		r := new(Request)
		text := rapid.SampledFrom([]string{"", "a", "b", "ab", "abc", "it's", "한국", "zz", "1.2", "2026-01-01"})
		for _, name := range []string{"os", "country", "segment", "kv.x", "age", "score", "app_version", "installed", "location"} {
			kind, _ := testSchema.Kind(name)
			form := rapid.IntRange(0, 5).Draw(t, name)
			switch {
			case form == 0:
			case form == 1: // perhaps the wrong form
				r.AddText(name, text.Draw(t, "text"))
			case form == 2:
				r.AddList(name, rapid.SliceOfN(text, 0, 3).Draw(t, "list"))
			case kind == Number:
				r.AddNumber(name, rapid.SampledFrom([]float64{-3, 0, 1, 1.5, 2, 3, 4}).Draw(t, "number"))
			case kind == Geo:
				r.AddPoint(name, rapid.Float64Range(37, 38).Draw(t, "lat"), rapid.Float64Range(126, 128).Draw(t, "lon"))
			case kind == Text:
				r.AddText(name, text.Draw(t, "text"))
			default:
				r.AddText(name, genOrderedValue(kind).Draw(t, "ordered").text)
			}
		}
		return r
	})
}

package engine

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// Small worlds: few names and values, so that rules and requests meet.
var (
	textNames  = []string{"os", "country", "segment", "kv.a", "kv.b", "~placement"}
	textValues = []string{"a", "b", "ab", "c", "d", "e", "f"}
	versions   = []string{"1", "1.2", "1.2.0-beta", "2.0", "3"}
	dates      = []string{"2026-01-01", "2026-01-02", "2026-01-02T12:00:00Z", "2026-02-01"}
)

func genPredicate() *rapid.Generator[targeting.Predicate] {
	return rapid.Custom(func(t *rapid.T) targeting.Predicate {
		p := targeting.Predicate{Not: rapid.IntRange(0, 3).Draw(t, "not") == 0}
		switch rapid.IntRange(0, 11).Draw(t, "kind") {
		case 0:
			p.Attr, p.Kind = "age", targeting.Number
			genRange(t, &p)
		case 1:
			p.Attr, p.Kind = "app_version", targeting.Version
			genRange(t, &p)
		case 2:
			p.Attr, p.Kind = "installed", targeting.Date
			genRange(t, &p)
		case 3:
			p.Attr, p.Kind, p.Op = "location", targeting.Geo, targeting.Within
			p.Circle = &targeting.Circle{Lat: 37.5, Lon: 127, Meters: rapid.Float64Range(1000, 60_000).Draw(t, "metres")}
		case 4:
			name := rapid.SampledFrom([]string{"os", "age", "location", "kv.a"}).Draw(t, "name")
			kinds := map[string]targeting.Kind{"age": targeting.Number, "location": targeting.Geo}
			p.Attr, p.Kind, p.Op = name, kinds[name], targeting.Exists
		case 5:
			p.Attr, p.Op = rapid.SampledFrom(textNames).Draw(t, "name"), targeting.Prefix
			p.Values = []string{rapid.SampledFrom([]string{"a", "ab", "c"}).Draw(t, "prefix")}
		default:
			not := p.Not
			name := rapid.SampledFrom(textNames).Draw(t, "name")
			p = targeting.OneOf(name, rapid.SliceOfN(rapid.SampledFrom(textValues), 0, 4).Draw(t, "values")...)
			p.Not = not
		}
		return p
	})
}

func genRange(t *rapid.T, p *targeting.Predicate) {
	p.Op, p.Ends = targeting.Range, new(targeting.Ends)
	ends := rapid.IntRange(1, 3).Draw(t, "ends")
	if ends&1 != 0 {
		p.Lo = genBound(t, p.Kind)
	}
	if ends&2 != 0 {
		p.Hi = genBound(t, p.Kind)
	}
}

func genBound(t *rapid.T, kind targeting.Kind) targeting.Bound {
	b := targeting.Bound{Set: true, Inclusive: rapid.Bool().Draw(t, "inclusive")}
	switch kind {
	case targeting.Number:
		b.Number = float64(rapid.IntRange(0, 5).Draw(t, "number"))
	case targeting.Version:
		b.Version, _ = targeting.ParseVersion(rapid.SampledFrom(versions).Draw(t, "version"))
	default:
		seconds, _, _ := targeting.ParseDate(rapid.SampledFrom(dates).Draw(t, "date"))
		b.Number = float64(seconds)
	}
	return b
}

func genItem() *rapid.Generator[Item] {
	return rapid.Custom(func(t *rapid.T) Item {
		rule := rapid.SliceOfN(rapid.Map(rapid.SliceOfN(genPredicate(), 0, 5), func(p []targeting.Predicate) targeting.Conjunction {
			return p
		}), 0, 3)
		return Item{
			Rules:  rule.Draw(t, "rules"),
			Static: float64(rapid.IntRange(0, 40).Draw(t, "static")),
			Topic:  int32(rapid.IntRange(-1, 4).Draw(t, "topic")),
		}
	})
}

func genRequest() *rapid.Generator[*targeting.Request] {
	return rapid.Custom(func(t *rapid.T) *targeting.Request {
		r := new(targeting.Request)
		for _, name := range textNames {
			switch rapid.IntRange(0, 4).Draw(t, name) {
			case 0:
			case 1:
				r.AddList(name, rapid.SliceOfN(rapid.SampledFrom(textValues), 0, 4).Draw(t, "list"))
			default:
				r.AddText(name, rapid.SampledFrom(append(textValues, "zz")).Draw(t, "text"))
			}
		}
		for _, name := range []string{"age", "app_version", "installed", "location"} {
			if rapid.IntRange(0, 4).Draw(t, name) == 0 {
				continue
			}
			genValue(t, r, name)
		}
		return r
	})
}

func genValue(t *rapid.T, r *targeting.Request, name string) {
	if rapid.IntRange(0, 9).Draw(t, "wrong") == 0 {
		r.AddText(name, "nonsense")
		return
	}
	switch name {
	case "age":
		r.AddNumber(name, float64(rapid.IntRange(-1, 12).Draw(t, "age"))/2)
	case "app_version":
		r.AddText(name, rapid.SampledFrom(append(versions, "2.0.0.1")).Draw(t, "version"))
	case "installed":
		r.AddText(name, rapid.SampledFrom(append(dates, "2027-01-01")).Draw(t, "date"))
	default:
		r.AddPoint(name, rapid.Float64Range(37, 38).Draw(t, "lat"), rapid.Float64Range(126.5, 127.5).Draw(t, "lon"))
	}
}

// tunings force each way of finding a conjunction.
func tunings() map[string]tuning {
	rows, anchors, mixed, tight := standard, standard, standard, standard
	rows.minShare, rows.rowShare = 1<<30, 1<<30
	lists := standard
	lists.rowShare = 1
	anchors.maxDense, anchors.maxReserve = 0, 0
	mixed.maxDense, mixed.rowShare = 3, 4
	tight.maxCuts, tight.maxPosts = 2, -1<<30
	return map[string]tuning{"standard": standard, "rows": rows, "anchors": anchors, "mixed": mixed, "tight": tight, "lists": lists}
}

func describe(r *targeting.Request) string { return fmt.Sprintf("%+v", r.Attrs) }

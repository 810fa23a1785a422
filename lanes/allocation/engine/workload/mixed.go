package workload

import (
	"fmt"
	"math/rand/v2"

	"github.com/hotlane/hotlane/lanes/allocation/engine"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

const (
	mixedSegments  = 20_000
	mixedCountries = 50
)

// Mixed makes items as a lock-screen app has them: all name placements, most a system and countries, many an age or a
// version, one in five one to three of 20,000 segments, one in ten a place, one in twenty a key-value of its own.
func Mixed(n int, seed uint64) []engine.Item {
	rng := rand.New(rand.NewPCG(seed, 3))
	items := make([]engine.Item, n)
	for i := range items {
		items[i] = engine.Item{
			Rules:  []targeting.Conjunction{mixedRule(rng, i)},
			Static: 1 - float64(i)/float64(n), Topic: int32(i % 16),
		}
	}
	return items
}

func mixedRule(rng *rand.Rand, i int) targeting.Conjunction {
	c := targeting.Conjunction{targeting.OneOf("~placement", fmt.Sprintf("p%d", rng.IntN(8)))}
	maybe := func(share float64, p func() targeting.Predicate) {
		if rng.Float64() < share {
			c = append(c, p())
		}
	}
	bound := func(b targeting.Bound) targeting.Bound {
		b.Set, b.Inclusive = true, true
		return b
	}
	maybe(0.6, func() targeting.Predicate { return targeting.OneOf("os", []string{"android", "ios"}[rng.IntN(2)]) })
	maybe(0.7, func() targeting.Predicate { return targeting.OneOf("country", country(rng), country(rng)) })
	maybe(0.1, func() targeting.Predicate {
		p := targeting.OneOf("country", country(rng))
		p.Not = true
		return p
	})
	maybe(0.4, func() targeting.Predicate {
		from := 10 + 5*rng.IntN(8)
		return targeting.Predicate{
			Attr: "age", Kind: targeting.Number, Op: targeting.Range,
			Ends: &targeting.Ends{Lo: bound(targeting.Bound{Number: float64(from)}), Hi: bound(targeting.Bound{Number: float64(from + 14)})},
		}
	})
	maybe(0.3, func() targeting.Predicate {
		v := targeting.VersionValue{Parts: [4]uint64{uint64(1 + rng.IntN(6)), uint64(rng.IntN(20))}}
		return targeting.Predicate{
			Attr: "app_version", Kind: targeting.Version, Op: targeting.Range, Ends: &targeting.Ends{Lo: bound(targeting.Bound{Version: v})},
		}
	})
	maybe(0.2, func() targeting.Predicate {
		return targeting.OneOf("segment", segment(rng), segment(rng), segment(rng))
	})
	maybe(0.1, func() targeting.Predicate {
		return targeting.Predicate{
			Attr: "location", Kind: targeting.Geo, Op: targeting.Within,
			Circle: &targeting.Circle{Lat: 33 + 5*rng.Float64(), Lon: 126 + 3*rng.Float64(), Meters: 5000},
		}
	})
	maybe(0.05, func() targeting.Predicate { return targeting.OneOf(fmt.Sprintf("kv.k%d", i%2000), "on") })
	return c
}

func country(rng *rand.Rand) string {
	return fmt.Sprintf("c%02d", int(mixedCountries*rng.Float64()*rng.Float64()))
}

func segment(rng *rand.Rand) string { return fmt.Sprintf("s%05d", rng.IntN(mixedSegments)) }

// MixedRequests makes requests that go with Mixed: 20 segments each, a place, and one key-value.
func MixedRequests(n int, seed uint64) []*targeting.Request {
	rng := rand.New(rand.NewPCG(seed, 4))
	out := make([]*targeting.Request, n)
	for i := range out {
		r := new(targeting.Request)
		r.AddText("~placement", fmt.Sprintf("p%d", rng.IntN(8)))
		r.AddText("os", []string{"android", "ios"}[rng.IntN(2)])
		r.AddText("country", country(rng))
		r.AddNumber("age", float64(10+rng.IntN(50)))
		r.AddText("app_version", fmt.Sprintf("%d.%d.1", 1+rng.IntN(6), rng.IntN(20)))
		segments := make([]string, 20)
		for j := range segments {
			segments[j] = segment(rng)
		}
		r.AddList("segment", segments)
		r.AddPoint("location", 33+5*rng.Float64(), 126+3*rng.Float64())
		r.AddText(fmt.Sprintf("kv.k%d", rng.IntN(2000)), "on")
		out[i] = r
	}
	return out
}

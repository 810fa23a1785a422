// Package workload makes items and requests modelled on those of "Indexing Boolean Expressions" (Whang et al., VLDB 2009),
// for tests and benchmarks: the same seed gives the same workload.
//
// The shape that is meant: 1.63 conjunctions an expression (163,000 over 100,000), 3.65 predicates a conjunction, one in ten
// of them NOT IN, values drawn from a Zipf distribution. These numbers come from the task that the figures answer; they were not
// compared with the paper's table. All else is our own choice, and a figure from another system is to be set beside ours with
// that in mind: 20 attributes of 100 values (400 at the rare rate), of which a request has 95%, at most one NOT IN a
// conjunction, and so many values in a predicate that the wanted share of items matches.
package workload

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/hotlane/hotlane/lanes/allocation/engine"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// Shape is what a workload looks like.
type Shape struct {
	Items        int
	Conjunctions float64 // an item, on average, 1 to 2
	Predicates   float64 // a conjunction, on average
	NotIn        float64 // share of predicates that are NOT IN
	Attributes   int     // names
	Values       int     // values of an attribute
	SetSize      float64 // values that an IN names, on average, at least 1
	Skew         float64 // Zipf exponent of values
	Present      float64 // share of attributes that a request has
	Seed         uint64
}

// Rate is a share of items that match a request, on average.
type Rate float64

// The rates for which Table1 is calibrated.
const (
	Rare   Rate = 0.0003
	Some   Rate = 0.01
	Common Rate = 0.1
)

// Table1 is the paper's shape over that many items. Rates other than the three count as the nearest one above.
func Table1(items int, rate Rate, seed uint64) Shape {
	s := Shape{
		Items: items, Conjunctions: 1.63, Predicates: 3.65, NotIn: 0.1,
		Attributes: 20, Values: 100, SetSize: 24, Skew: 1, Present: 0.95, Seed: seed,
	}
	switch {
	case rate <= Rare:
		s.Values, s.SetSize = 400, 1
	case rate <= Some:
		s.SetSize = 4
	}
	return s
}

// generator draws the parts. It is not for concurrent use.
type generator struct {
	Shape
	rng   *rand.Rand
	zipf  []float64 // cumulative
	texts []string
	names []string
}

func newGenerator(s Shape, stream uint64) *generator {
	g := &generator{Shape: s, rng: rand.New(rand.NewPCG(s.Seed, stream))}
	sum := 0.0
	for v := range s.Values {
		sum += 1 / math.Pow(float64(v+1), s.Skew)
		g.zipf = append(g.zipf, sum)
		g.texts = append(g.texts, fmt.Sprintf("v%03d", v))
	}
	for a := range s.Attributes {
		g.names = append(g.names, fmt.Sprintf("a%02d", a))
	}
	return g
}

func (g *generator) value() string {
	x := g.rng.Float64() * g.zipf[len(g.zipf)-1]
	i, _ := slices.BinarySearch(g.zipf, x)
	return g.texts[min(i, len(g.texts)-1)]
}

// about draws a whole number with the given mean: the two next to it.
func (g *generator) about(mean float64) int {
	n := int(mean)
	if g.rng.Float64() < mean-float64(n) {
		n++
	}
	return n
}

// Items makes the items in rank order. Static falls from 1 to 0; topics are 0 to 15.
func Items(s Shape) []engine.Item {
	g := newGenerator(s, 1)
	items := make([]engine.Item, s.Items)
	for i := range items {
		rules := make([]targeting.Conjunction, g.about(s.Conjunctions))
		for r := range rules {
			rules[r] = g.conjunction()
		}
		items[i] = engine.Item{Rules: rules, Static: 1 - float64(i)/float64(s.Items), Topic: int32(i % 16)}
	}
	return items
}

func (g *generator) conjunction() targeting.Conjunction {
	n := min(g.Attributes, max(1, g.about(g.Predicates))) // over distinct attributes
	c := make(targeting.Conjunction, 0, n)
	not := -1 // at most one a conjunction, or else those of NOT IN alone decide the rate
	if g.rng.Float64() < g.NotIn*g.Predicates {
		not = g.rng.IntN(n)
	}
	for i, a := range g.rng.Perm(g.Attributes)[:n] {
		size := g.about(1 + g.rng.Float64()*2*(g.SetSize-1))
		values := make([]string, 0, size)
		for range size {
			values = append(values, g.value())
		}
		p := targeting.OneOf(g.names[a], values...)
		p.Not = i == not
		c = append(c, p)
	}
	return c
}

// Requests makes requests that go with the items of the same shape.
func Requests(s Shape, n int) []*targeting.Request {
	g := newGenerator(s, 2)
	out := make([]*targeting.Request, n)
	for i := range out {
		out[i] = new(targeting.Request)
		for _, name := range g.names {
			if g.rng.Float64() < s.Present {
				out[i].AddText(name, g.value())
			}
		}
	}
	return out
}

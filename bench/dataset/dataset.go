// Package dataset makes what the benchmarks run on: a catalogue of line items with targeting, caps and budgets, and the
// requests that go with it. The same size and seed give the same bytes.
package dataset

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// Placement is the id of the placement that everything shows in: one ad, then three pieces of content.
const Placement = "lock"

// Users is from how many the requests come.
const Users = 100_000

// attribute is one that targeting and requests use, its values from the most common to the rarest.
type attribute struct {
	name   string
	values []string
}

// Catalogue writes so many line items as NDJSON for the import, parents first: three in ten are ads, and every hundredth
// is a house ad; the rest is content. Ads have a daily budget, a campaign with a budget, and a cap or two.
func Catalogue(w io.Writer, items int, seed uint64) error {
	g := &generator{out: bufio.NewWriter(w), rng: rand.New(rand.NewPCG(seed, 1)), attributes: attributes()}
	advertisers := max(20, items/50)
	for i := range advertisers {
		g.line(`{"thing":"advertiser","id":"a%d","name":"Advertiser %d"}`, i, i)
	}
	g.line(`{"thing":"placement","id":%q,"name":"Lock screen","slots":4,"mix":[{"kind":"ad","count":1},{"kind":"content","count":3}]}`, Placement)
	campaigns := max(20, items/10)
	for i := range campaigns {
		g.line(`{"thing":"campaign","id":"c%d","advertiser":"a%d","name":"Campaign %d","total_budget_micros":900000000000000,"caps":[{"count":20,"window":"24h"}]}`, i, i%advertisers, i)
	}
	for i := range items {
		g.item(i, campaigns)
		g.creative(i)
	}
	if g.err != nil {
		return g.err
	}
	return g.out.Flush()
}

type generator struct {
	out        *bufio.Writer
	rng        *rand.Rand
	attributes []attribute
	err        error
}

func (g *generator) line(format string, args ...any) {
	if g.err == nil {
		_, g.err = fmt.Fprintf(g.out, format+"\n", args...)
	}
}

func (g *generator) item(i, campaigns int) {
	targeting, err := json.Marshal(g.targeting())
	if err != nil {
		g.err = err
		return
	}
	switch {
	case i%100 == 99:
		g.line(`{"thing":"line_item","id":"i%d","name":"House %d","tier":"house"}`, i, i)
	case i%10 < 3:
		bid := []string{"cpm", "cpm", "fixed", "cpc"}[g.rng.IntN(4)]
		micros := map[string]int{"cpm": 1_000_000, "fixed": 1_000, "cpc": 200_000}[bid] * (1 + g.rng.IntN(40))
		g.line(`{"thing":"line_item","id":"i%d","campaign":"c%d","name":"Ad %d","tier":%q,"bid_type":%q,"bid_micros":%d,`+
			`"daily_budget_micros":90000000000000,"caps":[{"count":3,"window":"24h"},{"count":10,"window":"7d"}],"targeting":%s}`,
			i, g.rng.IntN(campaigns), i, []string{"sponsorship", "standard", "network"}[min(2, i%20/5)], bid, micros, targeting)
	default:
		g.line(`{"thing":"line_item","id":"i%d","name":"Story %d","kind":"content","score":%.3f,"topic":"t%d","caps":[{"count":1,"window":"12h"}],"targeting":%s}`,
			i, i, 1+g.rng.Float64()*99, i%16, targeting)
	}
}

// targeting is an AND of three to four predicates on average, one in ten of them a NOT IN (the shape of VLDB 2009, Table 1).
func (g *generator) targeting() string {
	n := 3
	if g.rng.Float64() < 0.65 {
		n = 4
	}
	parts := make([]string, 0, n)
	for _, a := range g.rng.Perm(len(g.attributes))[:n] {
		parts = append(parts, g.predicate(g.attributes[a]))
	}
	return strings.Join(parts, " AND ")
}

func (g *generator) predicate(a attribute) string {
	switch a.name {
	case "age":
		low := 13 + g.rng.IntN(30)
		return fmt.Sprintf("age BETWEEN %d AND %d", low, low+8+g.rng.IntN(25))
	case "app_version":
		return "app_version >= '" + pick(g.rng, a.values) + "'"
	}
	values := make([]string, 0, 4)
	for range 1 + g.rng.IntN(max(1, min(4, len(a.values)-1))) {
		values = append(values, "'"+pick(g.rng, a.values)+"'")
	}
	op := " IN ("
	if g.rng.IntN(10) == 0 {
		op = " NOT IN ("
	}
	return a.name + op + strings.Join(values, ",") + ")"
}

func (g *generator) creative(i int) {
	for n := range 1 + i%2 {
		g.line(`{"thing":"creative","id":"r%d-%d","line_item":"i%d","title":"What to read at the %dth stop of line %d","image":"https://img.example/%d/%d.webp","landing":"https://go.example/%d?c=%d","weight":%d,"extra":{"call_to_action":"Learn more","ratio":1.91}}`,
			i, n, i, i%30, i%9, i, n, i, n, 1+n)
	}
}

// pick prefers the first values, as Zipf's law has it.
func pick(rng *rand.Rand, values []string) string {
	return values[int(float64(len(values))*rng.Float64()*rng.Float64())]
}

// Bodies are bodies of POST /v1/allocations, each of a user of his own among Users.
func Bodies(n int, seed uint64) [][]byte {
	rng := rand.New(rand.NewPCG(seed, 2))
	known := attributes()
	bodies := make([][]byte, n)
	for i := range bodies {
		bodies[i] = body(rng, known)
	}
	return bodies
}

func body(rng *rand.Rand, known []attribute) []byte {
	b := fmt.Appendf(nil, `{"placements":[{"id":%q,"count":4}],"user":{"id":"u%06d","attributes":{`, Placement, rng.IntN(Users))
	b = fmt.Appendf(b, `"age":%d,"gender":%q`, 13+rng.IntN(60), pick(rng, []string{"f", "m"}))
	b = fmt.Appendf(b, `,"interests":[%q,%q]}},"attributes":{`, pick(rng, interests()), pick(rng, interests()))
	first := true
	for _, a := range known {
		if a.name == "age" || a.name == "gender" || a.name == "interests" || rng.IntN(20) == 0 {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = fmt.Appendf(b, "%q:%q", a.name, pick(rng, a.values))
	}
	return append(b, "}}"...)
}

func attributes() []attribute {
	return []attribute{
		{"country", strings.Fields("KR JP US TW VN TH DE FR GB BR")},
		{"region", numbered("r", 40)},
		{"city", numbered("city", 200)},
		{"language", strings.Fields("ko en ja zh vi th de fr")},
		{"os", strings.Fields("android ios")},
		{"app_version", strings.Fields("4.8.0 4.9.0 5.0.0 5.1.0 5.1.3 5.2.0 5.10.0 6.0.0")},
		{"device", numbered("galaxy-s", 60)},
		{"carrier", strings.Fields("SKT KT LGU MVNO")},
		{"network", strings.Fields("wifi 5g lte")},
		{"gender", strings.Fields("f m")},
		{"age", nil},
		{"interests", interests()},
		{"kv.cohort", numbered("k", 50)},
		{"kv.plan", strings.Fields("free basic plus pro")},
	}
}

func interests() []string {
	return strings.Fields("cafe food beauty fashion travel game finance health pet book music sport car home parenting study")
}

func numbered(prefix string, n int) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return values
}

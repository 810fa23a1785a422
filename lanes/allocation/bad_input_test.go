package allocation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/lanes/allocation"
	"github.com/hotlane/hotlane/platform/identity"
)

// module is the lane with its config changed.
func module(change func(*allocation.Config)) lane.Module {
	cfg := allocation.DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	return lane.Module{Name: "allocation", Config: &cfg, New: func(d lane.Deps) (lane.Lane, error) { return allocation.New(cfg, d) }}
}

const shop = `{"thing":"advertiser","id":"a","name":"A"}
{"thing":"campaign","id":"c","advertiser":"a","name":"C"}
{"thing":"line_item","id":"l","campaign":"c","bid_micros":1000000,"targeting":"os IN ('android')"}
{"thing":"creative","id":"x","line_item":"l","title":"t","landing":"https://example.com/x"}
{"thing":"line_item","id":"news","kind":"content","score":1}
{"thing":"creative","id":"n","line_item":"news","title":"n"}
{"thing":"line_item","id":"house","tier":"house"}
{"thing":"creative","id":"h","line_item":"house","title":"h","landing":"/app"}
{"thing":"placement","id":"p","slots":3,"mix":[{"kind":"ad","count":1},{"kind":"content","count":1}]}
`

// importThings imports and waits until decisions see it.
func importThings(t *testing.T, h *lanetest.Harness, ndjson string) {
	t.Helper()
	a := h.Do(t, lanetest.Scenario{
		Method: "POST", Path: "/v1/allocation/import", As: identity.Admin, Body: ndjson, Header: map[string]string{"Content-Type": "application/x-ndjson"},
	})
	if a.Status != 200 {
		t.Fatalf("import: %d %s", a.Status, a.Body)
	}
	eventually(t, "decisions see the import", func() bool {
		return h.Do(t, lanetest.Scenario{Method: "POST", Path: "/v1/allocations", Body: `{"placements":[{"id":"p"}]}`}).Status == 200
	})
}

// stored is everything that a refused request must leave as it was.
func stored(t *testing.T, h *lanetest.Harness) string {
	t.Helper()
	var b strings.Builder
	for _, path := range []string{"audit?limit=1000", "advertisers", "campaigns", "line_items", "creatives", "placements"} {
		a := h.Do(t, lanetest.Scenario{Path: "/v1/allocation/" + path, As: identity.Admin})
		if a.Status != 200 {
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
		b.Write(a.Body)
	}
	return b.String()
}

type badInput struct {
	name   string
	method string // POST
	path   string
	media  string // application/json
	body   string
	status int
	fields []string // each is named, with a rule
}

const (
	lineItems = "/v1/allocation/line_items"
	campaigns = "/v1/allocation/campaigns"
	creatives = "/v1/allocation/creatives"
	decisions = "/v1/allocations"
	bulk      = "/v1/allocation/import"
)

func lineItem(more string) string {
	return `{"id":"new","campaign":"c","bid_micros":1000` + more + `}`
}

func deep(open, middle, end string, n int) string {
	return strings.Repeat(open, n) + middle + strings.Repeat(end, n)
}

func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"a%d":1`, i)
	}
	return `{"placements":[{"id":"p"}],"attributes":{` + b.String() + `}}`
}

// badInputs are the lines of the requirement, each at every way in that it may come by.
func badInputs() []badInput {
	list := []badInput{
		{name: "malformed JSON", path: decisions, body: `{"placements":[{"id":"p"`, status: 400},
		{name: "malformed JSON of a thing", path: lineItems, body: `{"id":"new",`, status: 400},
		{name: "two values", path: campaigns, body: `{"id":"new","advertiser":"a","name":"n"} {}`, status: 400},
		{name: "no body", path: decisions, status: 422, fields: []string{""}},
		{name: "a body of another type", path: decisions, body: `[]`, status: 422},
		{name: "one name twice", path: campaigns, body: `{"id":"new","id":"new","advertiser":"a","name":"n"}`, status: 400},
		{name: "unknown field", path: decisions, body: `{"placements":[{"id":"p","slots":2}]}`, status: 422, fields: []string{"/placements/0/slots"}},
		{name: "unknown field of a thing", path: lineItems, body: lineItem(`,"bids":1`), status: 422, fields: []string{"/bids"}},
		{name: "10 MiB", path: decisions, body: `{"placements":[{"id":"p"}],"user":{"id":"` + strings.Repeat("x", 10<<20) + `"}}`, status: 413},
		{name: "10 MiB of a thing", path: lineItems, body: lineItem(`,"name":"` + strings.Repeat("x", 10<<20) + `"`), status: 413},
		{name: "a million attributes", path: decisions, body: manyAttributes(1_000_000), status: 413},
		{name: "ten thousand attributes", path: decisions, body: manyAttributes(10_000), status: 422, fields: []string{"/attributes/a256"}},
		{name: "deeply nested JSON", path: decisions, body: `{"placements":` + deep("[", "1", "]", 100_000) + `}`, status: 422},
		{name: "deeply nested attribute", path: decisions, body: `{"placements":[{"id":"p"}],"attributes":{"a":` + deep("[", "1", "]", 100) + `}}`, status: 422, fields: []string{"/attributes/a/0"}},
		{name: "deeply nested text expression", path: lineItems, body: lineItem(`,"targeting":"` + deep("(", "os = 'a'", ")", 5000) + `"`), status: 422, fields: []string{"/targeting"}},
		{name: "deeply nested JSON expression", path: lineItems, body: lineItem(`,"targeting":` + deep(`{"not":`, `{"attr":"os","eq":"a"}`, `}`, 5000)), status: 422, fields: []string{"/targeting"}},
		{name: "an expression that explodes", path: lineItems, body: lineItem(`,"targeting":"` + explosion(12) + `"`), status: 422, fields: []string{"/targeting"}},
		{name: "an expression that can never match", path: lineItems, body: lineItem(`,"targeting":"age > 5 AND age < 3"`), status: 422, fields: []string{"/targeting"}},
		{name: "an unknown attribute", path: lineItems, body: lineItem(`,"targeting":"shoe_size = 3"`), status: 422, fields: []string{"/targeting"}},
		{name: "a price that is no number", path: lineItems, body: `{"id":"new","campaign":"c","bid_micros":NaN}`, status: 400},
		{name: "a price as text", path: lineItems, body: `{"id":"new","campaign":"c","bid_micros":"NaN"}`, status: 422, fields: []string{"/bid_micros"}},
		{name: "a price with a fraction", path: lineItems, body: `{"id":"new","campaign":"c","bid_micros":0.5}`, status: 422, fields: []string{"/bid_micros"}},
		{name: "a price that overflows", path: lineItems, body: `{"id":"new","campaign":"c","bid_micros":92233720368547758070}`, status: 422, fields: []string{"/bid_micros"}},
		{name: "a price that would overflow what is made of it", path: lineItems, body: `{"id":"new","campaign":"c","bid_type":"fixed","bid_micros":9223372036854775807}`, status: 422, fields: []string{"/bid_micros"}},
		{name: "a price below 0", path: lineItems, body: `{"id":"new","campaign":"c","bid_micros":-1000}`, status: 422, fields: []string{"/bid_micros"}},
		{name: "a price that one impression cannot have", path: lineItems, body: `{"id":"new","campaign":"c","bid_micros":1001}`, status: 422, fields: []string{"/bid_micros"}},
		{name: "a budget that overflows", path: campaigns, body: `{"id":"new","advertiser":"a","name":"n","total_budget_micros":1e400}`, status: 422, fields: []string{"/total_budget_micros"}},
		{name: "a score that is no number", path: lineItems, body: `{"id":"new","kind":"content","score":1e999}`, status: 422, fields: []string{"/score"}},
		{name: "a negative count", path: decisions, body: `{"placements":[{"id":"p","count":-1}]}`, status: 422, fields: []string{"/placements/0/count"}},
		{name: "a count beyond all placements", path: decisions, body: `{"placements":[{"id":"p","count":51}]}`, status: 422, fields: []string{"/placements/0/count"}},
		{name: "negative slots", path: "/v1/allocation/placements", body: `{"id":"new","slots":-4}`, status: 422, fields: []string{"/slots"}},
		{name: "a negative cap", path: lineItems, body: lineItem(`,"caps":[{"count":-1,"window":"24h"}]`), status: 422, fields: []string{"/caps/0/count"}},
		{name: "a cap without end", path: lineItems, body: lineItem(`,"caps":[{"count":1,"window":"99999d"}]`), status: 422, fields: []string{"/caps/0/window"}},
		{name: "unknown placement", path: decisions, body: `{"placements":[{"id":"p"},{"id":"nowhere"}]}`, status: 422, fields: []string{"/placements/1/id"}},
		{name: "nothing to explain", path: decisions, body: `{"placements":[{"id":"p"}],"explain":"nosuch"}`, status: 422, fields: []string{"/explain"}},
		{name: "no placement", path: decisions, body: `{"placements":[]}`, status: 422, fields: []string{"/placements"}},
		{name: "a placement made of nothing", path: "/v1/allocation/placements", status: 422, fields: []string{""}},
		{name: "a placement reset by null", method: "PUT", path: "/v1/allocation/placements/p", body: "null", status: 422, fields: []string{""}},
		{name: "dates reversed", path: campaigns, body: `{"id":"new","advertiser":"a","name":"n","starts_at":"2026-03-02T00:00:00Z","ends_at":"2026-03-01T00:00:00Z"}`, status: 422, fields: []string{"/ends_at"}},
		{name: "a date that is none", path: campaigns, body: `{"id":"new","advertiser":"a","name":"n","starts_at":"2026-02-30T00:00:00Z"}`, status: 422, fields: []string{"/starts_at"}},
		{name: "a year beyond", path: campaigns, body: `{"id":"new","advertiser":"a","name":"n","starts_at":"0001-01-01T00:00:00Z"}`, status: 422, fields: []string{"/starts_at"}},
		{name: "bad zone", path: lineItems, body: lineItem(`,"zone":"Mars/Olympus"`), status: 422, fields: []string{"/zone"}},
		{name: "a zone that is a path", path: lineItems, body: lineItem(`,"zone":"../../etc/passwd"`), status: 422, fields: []string{"/zone"}},
		{name: "bad daypart", path: lineItems, body: lineItem(`,"daypart":"mon 25:00-26:00"`), status: 422, fields: []string{"/daypart"}},
		{name: "bad UTF-8", path: decisions, body: "{\"placements\":[{\"id\":\"p\"}],\"user\":{\"id\":\"\xff\xfe\"}}", status: 400},
		{name: "bad UTF-8 in a thing", path: "/v1/allocation/advertisers", body: "{\"id\":\"new\",\"name\":\"\xc3\x28\"}", status: 400},
		{name: "half a surrogate", path: "/v1/allocation/advertisers", body: `{"id":"new","name":"\ud800"}`, status: 400},
		{name: "an id that is SQL", path: "/v1/allocation/advertisers", body: `{"id":"'; DROP TABLE things; --","name":"n"}`, status: 422, fields: []string{"/id"}},
		{name: "an id that is a formula", path: "/v1/allocation/advertisers", body: `{"id":"=HYPERLINK(\"http://x\")","name":"n"}`, status: 422, fields: []string{"/id"}},
		{name: "an id with NUL", path: "/v1/allocation/advertisers", body: `{"id":"a\u0000b","name":"n"}`, status: 422, fields: []string{"/id"}},
		{name: "a parent that is SQL", path: campaigns, body: `{"id":"new","advertiser":"' OR 1=1 --","name":"n"}`, status: 422, fields: []string{"/advertiser"}},
		{name: "a parent that is not there", path: campaigns, body: `{"id":"new","advertiser":"nobody","name":"n"}`, status: 422, fields: []string{"/advertiser"}},
		{name: "a landing that is a script", path: creatives, body: `{"id":"new","line_item":"l","title":"t","landing":"JavaScript:alert(1)"}`, status: 422, fields: []string{"/landing"}},
		{name: "a landing in the reader's browser", path: creatives, body: `{"id":"new","line_item":"l","title":"t","landing":"blob:https://example.com/1"}`, status: 422, fields: []string{"/landing"}},
		{name: "a landing in its files", path: creatives, body: `{"id":"new","line_item":"l","title":"t","landing":"filesystem:https://example.com/temporary/x"}`, status: 422, fields: []string{"/landing"}},
		{name: "a landing that is a source text", path: creatives, body: `{"id":"new","line_item":"l","title":"t","landing":"View-Source:https://example.com/"}`, status: 422, fields: []string{"/landing"}},
		{name: "a landing of the browser's own", path: creatives, body: `{"id":"new","line_item":"l","title":"t","landing":"about:blank"}`, status: 422, fields: []string{"/landing"}},
		{name: "a landing that splits the header", path: creatives, body: `{"id":"new","line_item":"l","title":"t","landing":"https://x/\r\nSet-Cookie: a=b"}`, status: 422, fields: []string{"/landing"}},
		{name: "extra that is no object", path: creatives, body: `{"id":"new","line_item":"l","title":"t","extra":[1]}`, status: 422, fields: []string{"/extra"}},
		{name: "what is there already", path: campaigns, body: `{"id":"c","advertiser":"a","name":"n"}`, status: 409},
		{name: "an update of nothing", method: "PUT", path: campaigns + "/none", body: `{"advertiser":"a","name":"n"}`, status: 404},
		{name: "a kill of nothing", path: campaigns + "/none/kill", status: 404},
		{name: "SQL in a path", path: campaigns + "/x'%20OR%201=1%20--/kill", status: 404},
		{name: "a token that is none", method: "GET", path: "/v1/events/impression/AAAA", status: 400},
		{name: "an event of no kind", path: "/v1/events", body: `{"events":[{"type":"view","token":"x"}]}`, status: 422, fields: []string{"/events/0/type"}},
		{name: "no events", path: "/v1/events", body: `{"events":[]}`, status: 422, fields: []string{"/events"}},
		{name: "a report backwards", method: "GET", path: "/v1/allocation/reports?from=2026-03-02&to=2026-03-01", status: 422, fields: []string{"query:to"}},
		{name: "a report of a bad zone", method: "GET", path: "/v1/allocation/reports?zone=Nowhere", status: 422, fields: []string{"query:zone"}},
		{name: "a report of what is not there", method: "GET", path: "/v1/allocation/reports?line_item='%20OR%201=1", status: 422, fields: []string{"query:line_item"}},
	}
	return append(list, badImports()...)
}

// explosion is an expression of n ORs of two, ANDed: 2 to the n conjunctions.
func explosion(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf("(kv.a%d = 'x' OR kv.b%d = 'y')", i, i)
	}
	return strings.Join(parts, " AND ")
}

func badImports() []badInput {
	const good = `{"thing":"advertiser","id":"good","name":"G"}` + "\n"
	nd := func(name, lines string, status int, fields ...string) badInput {
		return badInput{name: "import: " + name, path: bulk, media: "application/x-ndjson", body: lines, status: status, fields: fields}
	}
	table := func(name, kind, lines string, status int, fields ...string) badInput {
		return badInput{name: "CSV: " + name, path: bulk + "?kind=" + kind, media: "text/csv", body: lines, status: status, fields: fields}
	}
	return []badInput{
		nd("malformed JSON", good+`{"thing":"advertiser",`, 422, "line 2: "),
		nd("unknown field", good+`{"thing":"advertiser","id":"b","nam":"B"}`, 422, "line 2: /nam"),
		nd("unknown kind", good+`{"thing":"banner","id":"b"}`, 422, "line 2: /thing"),
		nd("no kind", good+"\n\n"+`{"id":"b"}`, 422, "line 4: /thing"),
		nd("several mistakes", good+`{"thing":"line_item","id":"b","bid_micros":-5}`+"\n"+`{"thing":"campaign","id":"!"}`, 422,
			"line 2: /campaign", "line 2: /bid_micros", "line 3: /id", "line 3: /advertiser"),
		nd("twice", good+`{"thing":"advertiser","id":"good","name":"H"}`, 422, "line 2: /id"),
		nd("a parent that is not there", good+`{"thing":"campaign","id":"d","advertiser":"nobody","name":"n"}`, 422, "line 2: /advertiser"),
		nd("bad UTF-8", good+"{\"thing\":\"advertiser\",\"id\":\"b\",\"name\":\"\xff\"}", 422, "line 2: /name"),
		nd("bad UTF-8 in a name", good+"{\"thing\":\"advertiser\",\"id\":\"b\",\"na\xffme\":\"x\"}", 422, "line 2: "),
		nd("a name twice", good+`{"thing":"advertiser","id":"b","name":"x","name":"y"}`, 422, "line 2: /name"),
		nd("deep nesting", good+`{"thing":"creative","id":"b","line_item":"l","title":"t","extra":`+deep(`{"a":`, "1", "}", 20_000)+`}`, 422),
		nd("an overflow", good+`{"thing":"line_item","id":"b","campaign":"c","bid_micros":1e30}`, 422, "line 2: /bid_micros"),
		table("no kind", "", "id,name\nb,B\n", 422, "query:kind"),
		table("a bad header", "advertisers", "id,nam\nb,B\n", 422, "line 1: /nam"),
		table("a bad header without rows", "advertisers", "id,nam\n", 422, "line 1: /nam"),
		table("a column twice", "advertisers", "id,name,name\nb,B,C\n", 422, "line 1: /name"),
		table("a column twice without rows", "advertisers", "\ufeffid,name,id", 422, "line 1: /id"),
		table("nothing", "advertisers", "", 422, "line 1"),
		table("a number that is none", "line_items", "id,campaign,bid_micros\nb,c,NaN\n", 422, "line 2: /bid_micros"),
		table("an overflow", "line_items", "id,campaign,bid_micros\nb,c,92233720368547758070\n", 422, "line 2: /bid_micros"),
		table("a score that is none", "line_items", "id,kind,score\nb,content,Inf\nd,content,NaN\n", 422, "line 2: /score", "line 3: /score"),
		table("a quote that is not closed", "advertisers", "id,name\nb,\"B\n", 422, "line 2"),
		table("a row too short", "advertisers", "id,name\nb\n", 422, "line 2"),
		table("bad UTF-8", "advertisers", "id,name\nb,\xff\n", 422, "line 2: /name"),
		table("a formula as id", "advertisers", "id,name\n=1+1,x\n", 422, "line 2: /id"),
		table("dates reversed", "campaigns", "id,advertiser,name,starts_at,ends_at\nb,a,n,2026-03-02,2026-03-01\n", 422, "line 2: /ends_at"),
		{name: "an import of another format", path: bulk, media: "application/xml", body: "<things/>", status: 415},
	}
}

// TestBadInput: whatever is wrong is a 4xx problem that names the field and the rule, and nothing has changed.
func TestBadInput(t *testing.T) {
	h := lanetest.Start(t, module(nil))
	importThings(t, h, shop)
	before := stored(t, h)
	for _, b := range badInputs() {
		t.Run(b.name, func(t *testing.T) {
			s := lanetest.Scenario{Method: b.method, Path: b.path, As: identity.Admin, Body: b.body, Header: map[string]string{}}
			if s.Method == "" {
				s.Method = "POST"
			}
			if b.media != "" {
				s.Header["Content-Type"] = b.media
			}
			b.check(t, h.Do(t, s))
			if after := stored(t, h); after != before {
				t.Errorf("something has changed:\n%s\nbefore:\n%s", after, before)
				before = after
			}
		})
	}
}

func (b badInput) check(t *testing.T, a lanetest.Answer) {
	t.Helper()
	var p struct {
		Status int
		Code   string
		Detail string
		Errors []struct{ Pointer, Rule string }
	}
	if err := json.Unmarshal(a.Body, &p); err != nil || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("no problem: %d %v %.300s", a.Status, a.Header, a.Body)
	}
	if a.Status != b.status || p.Status != b.status || p.Code == "" || p.Detail == "" {
		t.Errorf("%d %+v, want %d", a.Status, p, b.status)
	}
	named := map[string]bool{}
	for _, e := range p.Errors {
		named[e.Pointer] = e.Rule != ""
		if len(e.Rule) > 1000 {
			t.Errorf("a rule of %d bytes: %.300s", len(e.Rule), e.Rule)
		}
	}
	for _, f := range b.fields {
		if !named[f] {
			t.Errorf("%s is not named with a rule: %+v", f, p.Errors)
		}
	}
}

package targeting

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func request(t *testing.T, attributes string) *Request {
	t.Helper()
	r, err := ParseAttributes([]byte(attributes))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMeaning(t *testing.T) {
	for _, c := range []struct {
		expr, attributes string
		want             bool
	}{
		{"os IN ('android','ios')", `{"os":"ios"}`, true},
		{"os IN ('android','ios')", `{"os":"web"}`, false},
		{"os = 'iOS'", `{"os":"ios"}`, false},
		// What is absent: IN is false, NOT IN is true.
		{"os IN ('android')", `{}`, false},
		{"os NOT IN ('android')", `{}`, true},
		{"os != 'android'", `{}`, true},
		{"NOT os = 'android'", `{"os":null}`, true},
		{"os NOT IN ('android')", `{"os":[]}`, true},
		{"os EXISTS AND os NOT IN ('android')", `{}`, false},
		{"os EXISTS AND os NOT IN ('android')", `{"os":"ios"}`, true},
		{"age < 19", `{}`, false},
		{"NOT age < 19", `{}`, true},
		{"os NOT EXISTS", `{}`, true},
		// Lists: any value for IN, none for NOT IN.
		{"segment IN ('a')", `{"segment":["x","a"]}`, true},
		{"segment NOT IN ('a')", `{"segment":["x","a"]}`, false},
		{"segment IN ('a') AND segment IN ('b')", `{"segment":["b","a"]}`, true},
		{"segment PREFIX ('ab')", `{"segment":["x","abc"]}`, true},
		// The wrong form: false, and so NOT is true.
		{"age >= 20", `{"age":"20"}`, false},
		{"NOT age >= 20", `{"age":"20"}`, true},
		{"os = '1'", `{"os":1}`, false},
		{"app_version >= '1.0'", `{"app_version":2}`, false},
		{"app_version >= '1.0'", `{"app_version":"newest"}`, false},
		{"installed > '2020-01-01'", `{"installed":1700000000}`, false},
		{"age = 3", `{"age":[ "3" ]}`, false},
		{"os EXISTS", `{"os":1}`, true},
		{"kv.flag = 'true'", `{"kv.flag":true}`, true},
		// Numbers.
		{"age BETWEEN 20 AND 30", `{"age":30}`, true},
		{"age >= 20 AND age < 30", `{"age":30}`, false},
		{"age IN (1,2)", `{"age":2}`, true},
		{"age NOT IN (1,2)", `{"age":2}`, false},
		{"age = -0", `{"age":0}`, true},
		// Versions.
		{"app_version >= '5.9'", `{"app_version":"5.10.1"}`, true},
		{"app_version = '5.2'", `{"app_version":"5.2.0+7"}`, true},
		{"app_version < '5.2.0'", `{"app_version":"5.2.0-rc.1"}`, true},
		{"app_version > '5.2.0-rc.2'", `{"app_version":"5.2.0-rc.10"}`, true},
		{"app_version > '10.0.19041'", `{"app_version":"10.0.19041.1"}`, true},
		// Dates: a bare day is the whole day.
		{"installed = '2026-01-31'", `{"installed":"2026-01-31T23:59:59Z"}`, true},
		{"installed <= '2026-01-31'", `{"installed":"2026-01-31T23:59:59Z"}`, true},
		{"installed > '2026-01-31'", `{"installed":"2026-01-31T23:59:59Z"}`, false},
		{"installed > '2026-01-31'", `{"installed":"2026-02-01"}`, true},
		{"installed < '2026-01-31T09:00:00+09:00'", `{"installed":"2026-01-31"}`, false},
		{"installed BETWEEN '2026-01-01' AND '2026-01-31'", `{"installed":"2026-01-31T10:00:00Z"}`, true},
		{"installed != '2026-02-28'", `{"installed":"2026-02-30"}`, true},
		// Places: Seoul City Hall to Gangnam Station is 8.9 km.
		{"location WITHIN 10 km OF 37.5663,126.9779", `{"location":{"lat":37.4979,"lon":127.0276}}`, true},
		{"location WITHIN 8000 m OF 37.5663,126.9779", `{"location":{"lat":37.4979,"lon":127.0276}}`, false},
		{"location WITHIN 300km OF 0,179.5", `{"location":{"lon":-179.5,"lat":0}}`, true},
		// Precedence and keywords in any case.
		{"os = 'a' or os = 'b' and age > 5", `{"os":"a"}`, true},
		{"(os = 'a' OR os = 'b') AND age > 5", `{"os":"a"}`, false},
		{"Not TRUE oR true", `{}`, true},
	} {
		e, err := ParseText(c.expr, testSchema)
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		if got := e.Eval(request(t, c.attributes)); got != c.want {
			t.Errorf("%s for %s is %v", c.expr, c.attributes, got)
		}
	}
}

func TestJSONForms(t *testing.T) {
	for _, c := range []struct{ json, text string }{
		{`true`, `TRUE`},
		{`{"attr":"os","eq":"android"}`, `os = 'android'`},
		{`{"attr":"os","ne":"android"}`, `os != 'android'`},
		{`{"in":["b","a","b"],"attr":"os"}`, `os IN ('a','b')`},
		{`{"attr":"age","gte":20,"lt":30}`, `age >= 20 AND age < 30`},
		{`{"attr":"age","gte":20,"lte":30}`, `age BETWEEN 20 AND 30`},
		{`{"attr":"age","lte":30,"gte":20}`, `age BETWEEN 20 AND 30`},
		{`{"attr":"installed","lte":"2026-01-31"}`, `installed < '2026-02-01'`},
		{`{"not":{"attr":"kv.vip","eq":true}}`, `kv.vip != 'true'`},
		{`{"os":["android","ios"],"country":"KR","age":{"gte":20}}`, `os IN ('android','ios') AND country = 'KR' AND age >= 20`},
		{`{"or":[{"and":[{"os":"a"},{"os":"b"}]},{"or":[{"os":"c"}]}]}`, `os = 'a' AND os = 'b' OR os = 'c'`},
		{`{"not":{"or":[{"os":"a"},{"os":"b"}]}}`, `NOT (os = 'a' OR os = 'b')`},
		{`{"attr":"location","within":{"lat":37.5,"lon":127,"m":50}}`, `location WITHIN 50 m OF 37.5,127`},
	} {
		e, err := ParseJSON([]byte(c.json), testSchema)
		if err != nil {
			t.Errorf("%s: %v", c.json, err)
			continue
		}
		if e.Text() != c.text {
			t.Errorf("%s is %s", c.json, e)
		}
	}
}

func TestRefusals(t *testing.T) {
	long := strings.Repeat("a", MaxValue+1)
	for _, c := range []struct{ expr, want string }{
		{``, "line 1, column 1: expected a predicate"},
		{`foo = 'x'`, `unknown attribute "foo"; known are age, app_version, country`},
		{"os = 'a' AND\n  foo = 'x'", "line 2, column 3: unknown attribute"},
		{`os = 'a' os`, "column 10: expected AND, OR or the end"},
		{`os = 5`, "its values must be strings"},
		{`age = 'x'`, "its values must be numbers"},
		{`age > 1e999`, "finite"},
		{`os > 'a'`, "has no order"},
		{`app_version > 'x.y'`, "is a version"},
		{`installed > '2026-13-01'`, "is a date"},
		{`installed <= '9999-12-31'`, "is a date"},
		{`location = 'x'`, "only WITHIN"},
		{`location WITHIN 5 km OF 91,0`, "latitude"},
		{`location WITHIN 5 km OF 0,181`, "longitude"},
		{`location WITHIN 0 km OF 0,0`, "more than 0"},
		{`os PREFIX ('')`, "must not be empty"},
		{`os IN ()`, "expected a string or a number"},
		{`os IN ('a'`, `column 11: expected "," or ")", found the end`},
		{`os IN 'a'`, `expected "(", found the string 'a'`},
		{`(os = 'a'`, `expected ")", found the end`},
		{`location WITHIN 5 km OF 37.5`, `expected ",", found the end`},
		{`os = 'x`, "closing quote"},
		{`os = '` + long + `'`, "at most 1024 bytes"},
		{"os = '\xff'", "UTF-8"},
		{`not = 'x'`, "expected a predicate"},
		{`os ; 'x'`, "unexpected character"},
		{strings.Repeat("(", 5000) + "TRUE", "nested deeper"},
		{strings.Repeat("NOT (os='a' AND ", 20) + "TRUE" + strings.Repeat(")", 20), "nested deeper"},
		{"TRUE" + strings.Repeat(" AND TRUE", MaxNodes), "at most 4096"},
	} {
		_, err := ParseText(c.expr, testSchema)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s: %v, want %s", c.expr, err, c.want)
		}
	}
}

func TestRefusalsOfJSON(t *testing.T) {
	for _, c := range []struct{ json, pointer, want string }{
		{`{"and":[{"os":"a"},{"attr":"foo","eq":"x"}]}`, "/and/1/attr", "unknown attribute"},
		{`{"and":[]}`, "/and", "at least one"},
		{`{"and":{}}`, "/and", "array"},
		{`{"and":[true],"or":[true]}`, "", "stand alone"},
		{`{"os":"a","not":true}`, "", "stand alone"},
		{`{"attr":"os"}`, "", "must have eq"},
		{`{"attr":"os","like":"x"}`, "/like", "unknown relation"},
		{`{"attr":"os","in":"x"}`, "/in", "array"},
		{`{"attr":"os","in":["x",{}]}`, "/in", "array of strings"},
		{`{"attr":"age","gte":null}`, "/gte", "must be a string, a number"},
		{`{"attr":"age","gte":1e999}`, "/gte", "finite"},
		{`{"age":{"gte":"x"}}`, "/age/gte", "must be numbers"},
		{`{"attr":"os","eq":"a","eq":"b"}`, "/eq", "twice"},
		{`{"attr":"location","within":{"lat":1,"lon":2}}`, "/within", "km or m"},
		{`{"attr":"os","eq":"a"} 1`, "", "one JSON value"},
		{`{"attr":`, "", "valid JSON"},
		{`12`, "", "must be an object"},
		{strings.Repeat(`{"not":`, 10_000), "", "nested deeper"},
	} {
		_, err := ParseJSON([]byte(c.json), testSchema)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Rule, c.want) {
			t.Errorf("%.60s: %v, want %s", c.json, err, c.want)
			continue
		}
		if e.Pointer != c.pointer && c.want != "nested deeper" && c.want != "valid JSON" {
			t.Errorf("%.60s: pointer %q, want %q", c.json, e.Pointer, c.pointer)
		}
	}
}

func TestLargeSets(t *testing.T) {
	ids := make([]string, MaxValues)
	for i := range ids {
		ids[i] = fmt.Sprintf("'s%06d'", i)
	}
	expr := "segment IN (" + strings.Join(ids, ",") + ")"
	e, err := ParseText(expr, testSchema)
	if err != nil {
		t.Fatal(err)
	}
	if !e.Eval(request(t, `{"segment":["x","s050000"]}`)) {
		t.Error("does not find a value of the set")
	}
	if _, err = ParseText(strings.Replace(expr, ")", ",'more')", 1), testSchema); err == nil {
		t.Error("one value too many is accepted")
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"age > 30 AND age < 20", "empty range"},
		{"age BETWEEN 30 AND 20", "empty range"},
		{"age > 5 AND age < 5 OR NOT TRUE", "empty range"},
		{"app_version >= '2.0' AND app_version < '1.9'", "empty range"},
		{"installed = '2026-01-01' AND installed = '2026-01-02'", "empty range"},
		{"os = 'a' AND os != 'a'", "os = 'a' AND os != 'a'"},
		{"os IN ('a','b') AND os NOT IN ('a','b','c')", "NOT IN"},
		{"os = 'abc' AND os NOT PREFIX ('ab')", "PREFIX"},
		{"os = 'a' AND os NOT EXISTS", "EXISTS"},
		{"age > 5 AND NOT age > 3", "age > 3"},
		{"NOT TRUE", "can never match"},
		{"(os = 'a' OR os = 'b') AND os NOT IN ('a','b')", "can never match"},
		// What may match is not reported; a text may be a list.
		{"os = 'a' AND os = 'b'", ""},
		{"os IN ('a','b') AND os != 'a'", ""},
		{"NOT age BETWEEN 30 AND 20", ""},
		{"age > 30 OR age < 20", ""},
	} {
		e, err := ParseText(c.expr, testSchema)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(e.Problems(), "\n")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.expr, got, c.want)
		}
	}
}

func TestExpansionIsBounded(t *testing.T) {
	var parts []string
	for i := range 11 {
		parts = append(parts, fmt.Sprintf("(kv.a%d = 'x' OR kv.b%d = 'x')", i, i))
	}
	e, err := ParseText(strings.Join(parts, " AND "), testSchema)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = e.Conjunctions(); err == nil || !strings.Contains(err.Error(), "1024 conjunctions") {
		t.Errorf("2048 conjunctions: %v", err)
	}
	if len(e.Problems()) == 0 {
		t.Error("not reported")
	}
}

func TestWhy(t *testing.T) {
	e, err := ParseText("os = 'ios' AND age >= 20 AND (country = 'KR' OR country = 'JP')", testSchema)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(e.Why(request(t, `{"os":"android","age":"21"}`)), "\n")
	want := `os = 'ios': os is 'android'
age >= 20: the request gives age as '21', which is not a number
none of the alternatives: country = 'KR': the request has no country; or: country = 'JP': the request has no country`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAttributeRefusals(t *testing.T) {
	many := make([]string, MaxAttrs+1)
	for i := range many {
		many[i] = fmt.Sprintf(`"a%d":1`, i)
	}
	values := strings.TrimSuffix(strings.Repeat(`"v",`, MaxList+1), ",")
	for _, c := range []struct{ json, pointer, want string }{
		{`[]`, "", "must be an object"},
		{`{"os":`, "/os", "valid JSON"},
		{`{"os":"a","os":"b"}`, "/os", "twice"},
		{`{"age":1e999}`, "/age", "finite"},
		{`{"OS":"a"}`, "/OS", "must be a name"},
		{`{"~placement":"a"}`, "/~0placement", "must be a name"},
		{`{"os":"` + strings.Repeat("a", MaxValue+1) + `"}`, "/os", "1024 bytes"},
		{`{"segment":["a",1]}`, "/segment/1", "must be a string"},
		{`{"segment":[` + values + `]}`, "/segment/1000", "at most 1000"},
		{`{"location":{"lat":91,"lon":0}}`, "/location", "-90"},
		{`{"location":{"lat":1}}`, "/location", "-90"},
		{`{"location":{"lat":1,"x":2}}`, "/location/x", "-90"},
		{`{` + strings.Join(many, ",") + `}`, "/a256", "at most 256"},
		{`{} {}`, "", "one JSON object"},
		{"{\"os\":\"\xff\"}", "/os", "valid JSON"},
	} {
		_, err := ParseAttributes([]byte(c.json))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Rule, c.want) || e.Pointer != c.pointer {
			t.Errorf("%.60s: %v, want %s at %s", c.json, err, c.want, c.pointer)
		}
	}
}

func TestReusedRequestDoesNotAllocateItsStrings(t *testing.T) {
	body := []byte(`{"os":"android","age":31,"segment":["a","b"],"location":{"lat":37.5,"lon":127}}`)
	r, in := new(Request), bytes.NewReader(nil)
	dec := jsontext.NewDecoder(in)
	decode := func() {
		in.Reset(body)
		dec.Reset(in)
		if err := r.UnmarshalJSONFrom(dec); err != nil {
			t.Fatal(err)
		}
	}
	decode()
	if n := testing.AllocsPerRun(100, decode); n > 0 {
		t.Errorf("%v allocations", n)
	}
	if r.Find("segment").List[1] != "b" || r.Find("os").Text != "android" {
		t.Errorf("%+v", r.Attrs)
	}
}

package httpio

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/platform/fault"
)

// ask serves one request with the endpoint of fn.
func ask[In, Out any](t testing.TB, fn func(context.Context, *In) (*Out, error), pattern, target, body string, set func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	h, err := Compile(JSON(fn), pattern, Options{BodyLimit: 4 << 10})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(pattern, h)
	method, _, _ := strings.Cut(pattern, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if set != nil {
		set(r)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

// bound is what an endpoint was given for a request; nil when it was refused, with the refusal.
func bound[In any](t testing.TB, pattern, target, body string, set func(*http.Request)) (*In, *httptest.ResponseRecorder) {
	t.Helper()
	var got *In
	w := ask(t, func(_ context.Context, in *In) (*struct{}, error) { got = in; return nil, nil }, pattern, target, body, set)
	return got, w
}

type level int

func (l *level) UnmarshalText(b []byte) error {
	switch string(b) {
	case "low":
		*l = 1
	case "high":
		*l = 2
	default:
		return fmt.Errorf("must be low or high")
	}
	return nil
}

type everyText struct {
	S    string    `query:"s"`
	B    bool      `query:"b"`
	I    int       `query:"i"`
	I8   int8      `query:"i8"`
	I64  int64     `query:"i64"`
	U    uint      `query:"u"`
	U16  uint16    `query:"u16"`
	F32  float32   `query:"f32"`
	F    float64   `query:"f"`
	T    time.Time `query:"t"`
	Day  time.Time `query:"day" format:"date"`
	L    level     `query:"l"`
	P    *int      `query:"p"`
	List []int     `query:"list"`
	Rep  []string  `query:"rep,explode"`
	Lvls []level   `query:"lvls"`
}

func TestTexts(t *testing.T) {
	seven := 7
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		query string
		want  everyText
		rule  string // of the refusal
	}{
		{query: "", want: everyText{}},
		{query: "utm_source=x&zz=%zz&;;&=&s", want: everyText{}},
		{query: "s=a+b%26%ED%95%9C", want: everyText{S: "a b&한"}},
		{query: "s=a;b=true", want: everyText{S: "a;b=true"}},
		{query: "%73=1", want: everyText{S: "1"}},
		{query: "s=%zz", rule: ruleEscape},
		{query: "s=%ff", rule: "must be valid UTF-8"},
		{query: "s=1&s=2", rule: ruleOnce},
		{query: "b=true", want: everyText{B: true}},
		{query: "b=1", rule: ruleBool},
		{query: "b=", rule: ruleBool},
		{query: "i=-12", want: everyText{I: -12}},
		{query: "i=1.0", rule: ruleInteger},
		{query: "i=", rule: ruleInteger},
		{query: "i=0x10", rule: ruleInteger},
		{query: "i8=-128", want: everyText{I8: -128}},
		{query: "i8=128", rule: "must be an integer between -128 and 127"},
		{query: "i64=9223372036854775807", want: everyText{I64: 1<<63 - 1}},
		{query: "i64=9223372036854775808", rule: "must be an integer between -9223372036854775808 and 9223372036854775807"},
		{query: "u=-1", rule: "must be an integer between 0 and 18446744073709551615"},
		{query: "u16=65535", want: everyText{U16: 65535}},
		{query: "u16=65536", rule: "must be an integer between 0 and 65535"},
		{query: "u16=x", rule: ruleInteger},
		{query: "f=-1.5e3", want: everyText{F: -1500}},
		{query: "f=NaN", rule: ruleNumber},
		{query: "f=Inf", rule: ruleNumber},
		{query: "f=0x1p4", rule: ruleNumber},
		{query: "f=1e999", rule: "must be a number between -1.7976931348623157e+308 and 1.7976931348623157e+308"},
		{query: "f32=1e39", rule: "must be a number between -3.4028234663852886e+38 and 3.4028234663852886e+38"},
		{query: "t=2026-11-21T12:00:00Z", want: everyText{T: noon}},
		{query: "t=2026-11-21", rule: ruleDateTime},
		{query: "day=2026-11-21", want: everyText{Day: noon.Truncate(24 * time.Hour)}},
		{query: "day=2026-02-30", rule: ruleDate},
		{query: "l=high", want: everyText{L: 2}},
		{query: "l=x", rule: "must be low or high"},
		{query: "p=7", want: everyText{P: &seven}},
		{query: "list=1,2&list=3", want: everyText{List: []int{1, 2, 3}}},
		{query: "list=1,,3", rule: ruleInteger},
		{query: "rep=a,b&rep=c", want: everyText{Rep: []string{"a,b", "c"}}},
		{query: "lvls=low,high", want: everyText{Lvls: []level{1, 2}}},
		{query: "lvls=low,mid", rule: "must be low or high"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			got, w := bound[everyText](t, "GET /x", "/x?"+tt.query, "", nil)
			if tt.rule != "" {
				key, _, _ := strings.Cut(tt.query, "=")
				refused(t, w, 422, "request.invalid", fault.Field{Pointer: "query:" + key, Rule: tt.rule})
				return
			}
			if got == nil {
				t.Fatal(w.Body)
			}
			if diff := cmp.Diff(tt.want, *got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// refused asserts what a problem says.
func refused(t *testing.T, w *httptest.ResponseRecorder, status int, code string, fields ...fault.Field) {
	t.Helper()
	var p Problem
	decodeProblem(t, w, &p)
	if w.Code != status || p.Code != code {
		t.Errorf("%d %s, want %d %s", w.Code, p.Code, status, code)
	}
	if diff := cmp.Diff(fields, p.Errors); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

type inner struct {
	paging
	Path string `path:"id" maxLength:"3"`
}

// TestATextBeforeAWildcard: the pattern's field is there to be bound, and described as part of its segment.
func TestATextBeforeAWildcard(t *testing.T) {
	type in struct {
		Name string `path:"name"`
	}
	h := JSON(func(context.Context, *in) (*in, error) { return nil, nil })
	for pattern, want := range map[string]bool{"GET /@{name}": true, "GET /x/p-{name}/{$}": true, "GET /@name": false, "GET /@{other}": false} {
		if _, err := Compile(h, pattern, Options{}); (err == nil) != want {
			t.Errorf("%s: %v", pattern, err)
		}
	}
	d := NewDocument("", "")
	if err := d.Add(Operation{Pattern: "GET /@{name}", Handler: h}); err != nil || !strings.Contains(string(d.JSON()), `"/@{name}"`) {
		t.Errorf("%v\n%s", err, d.JSON())
	}
}

func TestPlaces(t *testing.T) {
	type in struct {
		inner
		Client string   `header:"X-Client" minLength:"2"`
		Tags   []string `header:"x-tags"`
		Must   string   `query:"must" required:"true"`
		Rest   string   `path:"rest"`
	}
	got, w := bound[in](t, "GET /x/{id}/{rest...}", "/x/a%2F/b/c?must=&limit=5", "", func(r *http.Request) {
		r.Header.Set("X-Client", "me")
		r.Header["X-Tags"] = []string{"a, b", "c"}
	})
	if got == nil {
		t.Fatal(w.Body)
	}
	want := in{inner: inner{paging: paging{Limit: 5}, Path: "a/"}, Client: "me", Tags: []string{"a", "b", "c"}, Rest: "b/c"}
	if diff := cmp.Diff(want, *got, cmp.AllowUnexported(in{}, inner{})); diff != "" {
		t.Error(diff)
	}

	_, w = bound[in](t, "GET /x/{id}/{rest...}", "/x/long/b?limit=0", "", func(r *http.Request) { r.Header["X-Client"] = []string{"a", "b"} })
	refused(
		t, w, 422, "request.invalid",
		fault.Field{Pointer: "path:id", Rule: "must have at most 3 characters"},
		fault.Field{Pointer: "query:must", Rule: ruleRequired},
		fault.Field{Pointer: "query:limit", Rule: "must be at least 1"},
		fault.Field{Pointer: "header:X-Client", Rule: ruleOnce},
	)
}

func TestDefaults(t *testing.T) {
	type part struct {
		Size int `json:"size,omitempty" default:"7" minimum:"1"`
	}
	type in struct {
		paging
		Sort  []string  `query:"sort" default:"a, b"`
		Kind  string    `json:"kind,omitempty" default:"novel"`
		Parts []part    `json:"parts,omitempty"`
		One   part      `json:"one,omitzero"`
		Nums  []int     `json:"nums,omitempty" default:"[1,2]"`
		When  time.Time `json:"when,omitzero" default:"2026-11-21T00:00:00Z"`
	}
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for body, want := range map[string]in{
		`{}`: {Kind: "novel", Nums: []int{1, 2}, When: day},
		`{"kind":null,"parts":[{},{"size":2}],"one":{}}`: {
			Kind: "novel", Nums: []int{1, 2}, When: day, Parts: []part{{7}, {2}}, One: part{7},
		},
		`{"kind":"","nums":[]}`: {Nums: []int{}, When: day},
	} {
		got, w := bound[in](t, "POST /x", "/x", body, nil)
		if got == nil {
			t.Fatal(body, w.Body)
		}
		want.Limit, want.Sort = 20, []string{"a", "b"}
		if diff := cmp.Diff(want, *got, cmp.AllowUnexported(in{})); diff != "" {
			t.Error(body, diff)
		}
	}
	_, w := bound[in](t, "POST /x", "/x", `{"parts":[{"size":0}]}`, nil)
	refused(t, w, 422, "request.invalid", fault.Field{Pointer: "/parts/0/size", Rule: "must be at least 1"})
}

func TestBodyKinds(t *testing.T) {
	if got, w := bound[[]point](t, "POST /x", "/x", `[[1,2],[3,4]]`, nil); got == nil || len(*got) != 2 || (*got)[1] != (point{3, 4}) {
		t.Error("list:", w.Body)
	}
	_, w := bound[[]point](t, "POST /x", "/x", `[1]`, nil)
	refused(t, w, 422, "library.point")
	if got, w := bound[map[string]shelf](t, "POST /x", "/x", `{"a":{"row":2}}`, nil); got == nil || (*got)["a"].Row != 2 {
		t.Error("map:", w.Body)
	}
	_, w = bound[map[string]shelf](t, "POST /x", "/x", `{"a/b":{"row":0}}`, nil)
	refused(t, w, 422, "request.invalid", fault.Field{Pointer: "/a~1b/row", Rule: "must be at least 1"})
	if got, w := bound[struct{}](t, "POST /x", "/x", `not even JSON`, nil); got == nil {
		t.Error("a body that nobody asked for:", w.Body)
	}
}

// Nothing sent must not be taken for an empty thing.
func TestNoBody(t *testing.T) {
	type set struct {
		paging
		Name string `json:"name,omitempty"`
	}
	for _, pattern := range []string{"POST /x", "PUT /x", "PATCH /x", "DELETE /x"} {
		for _, body := range []string{"", " \r\n", "null", "\tnull\n"} {
			_, w := bound[set](t, pattern, "/x", body, nil)
			refused(t, w, 422, "request.invalid", fault.Field{Rule: ruleObject})
			_, w = bound[shelf](t, pattern, "/x", body, nil)
			refused(t, w, 422, "request.invalid", fault.Field{Rule: ruleObject})
			_, w = bound[[]int](t, pattern, "/x", body, nil)
			refused(t, w, 422, "request.invalid", fault.Field{Rule: ruleArray})
			if got, w := bound[paging](t, pattern, "/x", body, nil); got == nil {
				t.Errorf("%s with %q, where no body is asked for: %d", pattern, body, w.Code)
			}
		}
		if got, w := bound[set](t, pattern, "/x", "{}", nil); got == nil {
			t.Errorf("%s with {}: %d %s", pattern, w.Code, w.Body)
		}
	}
	_, w := bound[point](t, "POST /x", "/x", "", nil)
	refused(t, w, 422, "request.invalid", fault.Field{Rule: ruleRequired})
	_, w = bound[point](t, "POST /x", "/x", "null", nil) // its decoder's to judge
	if w.Code != 204 {
		t.Errorf("null where the type judges itself: %d", w.Code)
	}
}

func TestTooLarge(t *testing.T) {
	type in struct {
		Text string `json:"text"`
	}
	exact := `{"text":"` + strings.Repeat("x", 4<<10-11) + `"}`
	for name, tt := range map[string]struct {
		body   string
		status int
	}{"at the limit": {exact, 204}, "one more": {exact + " ", 413}} {
		for _, declared := range []bool{true, false} {
			_, w := bound[in](t, "POST /x", "/x", tt.body, func(r *http.Request) {
				if !declared {
					r.ContentLength = -1
				}
			})
			if w.Code != tt.status {
				t.Errorf("%s, declared %v: %d, want %d", name, declared, w.Code, tt.status)
			}
			if tt.status == 413 && w.Header().Get("Connection") != "close" {
				t.Errorf("%s: the connection stays", name)
			}
		}
	}
}

func TestMediaType(t *testing.T) {
	type in struct {
		Text string `json:"text"`
	}
	for kind, status := range map[string]int{
		"": 204, "application/json": 204, "Application/JSON; charset=utf-8": 204, "application/vnd.x+json": 204,
		"text/plain": 415, "application/x-www-form-urlencoded": 415, "application/jsonx": 415, "+json": 415, "x/+json": 415,
	} {
		_, w := bound[in](t, "POST /x", "/x", `{"text":""}`, func(r *http.Request) { r.Header.Set("Content-Type", kind) })
		if w.Code != status {
			t.Errorf("%q: %d, want %d", kind, w.Code, status)
		}
	}
}

func TestBrokenBody(t *testing.T) {
	type in struct {
		Text string `json:"text"`
	}
	_, w := bound[in](t, "POST /x", "/x", "", func(r *http.Request) {
		r.Body = http.MaxBytesReader(nil, http.NoBody, 1)
		r.Body = brokenBody{strings.NewReader(`{"te`)}
		r.ContentLength = 20
	})
	refused(t, w, 400, "request.incomplete")
}

// TestABodyThatTricklesEndsWithItsTime: each read gives a byte, so none of them is ever too slow.
func TestABodyThatTricklesEndsWithItsTime(t *testing.T) {
	type in struct {
		Text string `json:"text"`
	}
	reads := 0
	_, w := bound[in](t, "POST /x", "/x", "", func(r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		*r = *r.WithContext(ctx)
		r.Body = trickle(func() {
			if reads++; reads == 10 {
				cancel()
			}
		})
		r.ContentLength = 1000
	})
	refused(t, w, 400, "request.incomplete")
	if reads != 10 {
		t.Errorf("%d reads, the time was over after 10", reads)
	}
}

// trickle is a body of one byte for each read.
type trickle func()

func (f trickle) Read(p []byte) (int, error) {
	f()
	p[0] = ' '
	return 1, nil
}

func (trickle) Close() error { return nil }

type brokenBody struct{ *strings.Reader }

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		err = fmt.Errorf("connection reset")
	}
	return n, err
}
func (brokenBody) Close() error { return nil }

// The request value must not share memory with the pooled buffers.
func TestNothingAliases(t *testing.T) {
	type in struct {
		Text string   `json:"text"`
		Raw  any      `json:"raw"`
		List []string `json:"list"`
	}
	var kept []*in
	h, err := Compile(JSON(func(_ context.Context, v *in) (*struct{}, error) { kept = append(kept, v); return nil, nil }), "POST /x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		text := strings.Repeat(fmt.Sprintf("%02d", i), 50)
		body := fmt.Sprintf(`{"text":%q,"raw":{"k":%q},"list":[%q]}`, text, text, text)
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/x", bytes.NewReader([]byte(body))))
	}
	for i, v := range kept {
		want := strings.Repeat(fmt.Sprintf("%02d", i), 50)
		if v.Text != want || v.List[0] != want || v.Raw.(map[string]any)["k"] != want {
			t.Fatalf("request %d was overwritten: %+v", i, v)
		}
	}
}

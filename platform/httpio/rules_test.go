package httpio

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

func decodeProblem(t *testing.T, w *httptest.ResponseRecorder, p *Problem) {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("%d with content type %q: %s", w.Code, got, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), p); err != nil {
		t.Fatal(err)
	}
}

// Every rule and every refusal of a body, as the client reads it.
func TestRules(t *testing.T) {
	const rest = `,"authors":[{"name":"a"}],"lent":false`
	bodies := []string{
		`{"title":"한강"` + rest + `}`, // runes, not bytes
		`{"title":"` + strings.Repeat("강", 20) + `"` + rest + `}`,
		`{"title":"` + strings.Repeat("강", 21) + `"` + rest + `}`,
		`{"title":""` + rest + `}`,
		`{"title":null` + rest + `}`,
		`{"lent":false}`,
		`{}`, ``, `null`, `[]`, `"x"`, `17`,
		`{"title":"a","authors":[],"lent":false}`,
		`{"title":"a","authors":[{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"},{"name":"e"}],"lent":false}`,
		`{"title":"a","authors":[{"name":"a"},{"born":-3001},null,{"name":"","born":2101}],"lent":false}`,
		`{"title":"a","authors":[{"name":"a"}]}`,
		`{"title":"a","kind":"map"` + rest + `}`,
		`{"title":"a","price":-0.01` + rest + `}`,
		`{"title":"a","price":10000` + rest + `}`,
		`{"title":"a","price":1e999` + rest + `}`,
		`{"title":"a","price":NaN` + rest + `}`,
		`{"title":"a","price":"1"` + rest + `}`,
		`{"title":"a","pages":0` + rest + `}`,
		`{"title":"a","pages":65536` + rest + `}`,
		`{"title":"a","pages":-1` + rest + `}`,
		`{"title":"a","pages":1.5` + rest + `}`,
		`{"title":"a","day":"2026-13-01"` + rest + `}`,
		`{"title":"a","day":"2026-12-01"` + rest + `}`,
		`{"title":"a","labels":{"a":"1","b":"2","c":"3"}` + rest + `}`,
		`{"title":"a","labels":[]` + rest + `}`,
		`{"title":"a","notes":"123456"` + rest + `}`,
		`{"title":"a","notes":null` + rest + `}`,
		`{"title":"a","shelves":{"x/y":{"row":0},"z":{}}` + rest + `}`,
		`{"title":"a","host":"not an address"` + rest + `}`,
		`{"title":"a","cover":"***"` + rest + `}`,
		`{"title":"a","modified":"yesterday"` + rest + `}`,
		`{"title":"a","tree":{"name":"r","children":[{"name":""},{"children":[{"name":"x"},{"name":"y"},{"name":"z"}],"name":"n"}]}` + rest + `}`,
		`{"title":"a","kind":"poems","price":101` + rest + `}`,
		`{"title":1` + rest + `}`,
		`{"title":"a","colour":"red"` + rest + `}`,
		`{"Title":"a"` + rest + `}`,
		`{"id":"other","title":"a"` + rest + `}`,
		`{"ID":"other","title":"a"` + rest + `}`,
		`{"title":"a","title":"b"` + rest + `}`,
		`{"title":"a"` + rest,
		`{"title":"a"` + rest + `} {}`,
		`{"title":"a"` + rest + `,}`,
		`{title:"a"}`,
		"{\"title\":\"\xff\"" + rest + "}",
		`{"title":"\ud800"` + rest + `}`,
		`{"title":"a` + "\n" + `"}`,
		strings.Repeat(`[`, 4000),
		`{"authors":` + strings.Repeat(`[`, 2000) + strings.Repeat(`]`, 2000) + `}`,
		`{"title":"","kind":"x","price":-1,"pages":0,"day":"x","notes":"123456","authors":[{},{},{},{}],"shelves":{"a":{"row":0}}}`,
	}
	var b strings.Builder
	for _, body := range bodies {
		got, w := bound[putBook](t, "PUT /v1/books/{id}", "/v1/books/a-1", body, nil)
		shown := strings.ToValidUTF8(body, "<bad>")
		if len(shown) > 200 {
			shown = fmt.Sprintf("%.40s… %d bytes", shown, len(shown))
		}
		fmt.Fprintf(&b, "%s\n", shown)
		if (got != nil) != (w.Code == 204) {
			t.Errorf("%s: %d, but the endpoint was called: %v", shown, w.Code, got != nil)
		}
		if got == nil {
			var p Problem
			decodeProblem(t, w, &p)
			fmt.Fprintf(&b, "  %d %s %s\n", p.Status, p.Code, p.Detail)
			for _, f := range p.Errors {
				fmt.Fprintf(&b, "    %q %s\n", f.Pointer, f.Rule)
			}
			continue
		}
		if got.ID != "a-1" {
			t.Errorf("%s: the path's id became %q", shown, got.ID)
		}
		b.WriteString("  ok\n")
	}
	golden(t, "rules.txt", []byte(b.String()))
}

func TestAtMostTwentyFields(t *testing.T) {
	type in struct {
		List []shelf `json:"list"`
	}
	_, w := bound[in](t, "POST /x", "/x", `{"list":[`+strings.Repeat(`{"row":0},`, 99)+`{}]}`, nil)
	var p Problem
	decodeProblem(t, w, &p)
	if len(p.Errors) != 20 || p.Errors[19].Pointer != "/list/19/row" {
		t.Errorf("%d fields, the last %+v", len(p.Errors), p.Errors[len(p.Errors)-1])
	}
}

func TestFormats(t *testing.T) {
	type in struct {
		URI   string   `json:"uri,omitempty" format:"uri"`
		Email string   `json:"email,omitempty" format:"email"`
		IP    string   `json:"ip,omitempty" format:"ip"`
		Date  string   `json:"date,omitempty" format:"date-time"`
		Code  []string `json:"code,omitempty" pattern:"^[A-Z]{2}$" patternDescription:"two capitals" maxItems:"2"`
		Step  int      `json:"step,omitempty" enum:"1,5,10"`
		Ratio float64  `json:"ratio,omitempty" exclusiveMinimum:"0" exclusiveMaximum:"1"`
		Big   int64    `json:"big,omitempty" maximum:"9007199254740993"`
		U     uint8    `json:"u,omitempty" maximum:"9"`
	}
	for body, want := range map[string]string{
		`{"uri":"https://example.com/a?b"}`:    "",
		`{"uri":"mailto:a@example.com"}`:       "",
		`{"uri":"/relative"}`:                  "/uri must be an absolute URL",
		`{"uri":"javascript"}`:                 "/uri must be an absolute URL",
		`{"email":"a@example.com"}`:            "",
		`{"email":"A <a@example.com>"}`:        "/email must be an email address",
		`{"ip":"::1"}`:                         "",
		`{"ip":"1.2.3"}`:                       "/ip must be an IP address",
		`{"date":"2026-11-21T12:00:00+09:00"}`: "",
		`{"date":"2026-11-21 12:00"}`:          "/date " + ruleDateTime,
		`{"code":["KR","US"]}`:                 "",
		`{"code":["KR","us"]}`:                 "/code/1 must be two capitals",
		`{"code":["KR","US","JP"]}`:            "/code must have at most 2 items",
		`{"step":5}`:                           "",
		`{"step":6}`:                           "/step must be one of 1, 5, 10",
		`{"step":0}`:                           "/step must be one of 1, 5, 10",
		`{"ratio":0.5}`:                        "",
		`{"ratio":1}`:                          "/ratio must be less than 1",
		`{"ratio":0}`:                          "/ratio must be more than 0",
		`{"big":9007199254740993}`:             "",
		`{"big":9007199254740994}`:             "/big must be at most 9007199254740993",
		`{"u":10}`:                             "/u must be at most 9",
		`{}`:                                   "",
	} {
		_, w := bound[in](t, "POST /x", "/x", body, nil)
		got := ""
		if w.Code != 204 {
			var p Problem
			decodeProblem(t, w, &p)
			got = p.Errors[0].Pointer + " " + p.Errors[0].Rule
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func compileError[In any](at string) error {
	_, err := Compile(JSON(func(context.Context, *In) (*struct{}, error) { return nil, nil }), at, Options{})
	return err
}

// What cannot hold is refused when the route is registered, not when a request comes.
func TestCompileRefuses(t *testing.T) {
	type embedded struct {
		X int `json:"x"`
	}
	for name, err := range map[string]error{
		"pattern without method": compileError[struct{}]("/x"),
		"path field not in the pattern": compileError[struct {
			ID string `path:"id"`
		}]("GET /x"),
		"body of a GET": compileError[struct {
			A int `json:"a"`
		}]("GET /x"),
		"unbindable type": compileError[struct {
			A map[string]int `query:"a"`
		}]("GET /x"),
		"duration": compileError[struct {
			A time.Duration `query:"a"`
		}]("GET /x"),
		"bound that is no number": compileError[struct {
			A int `json:"a" minimum:"x"`
		}]("POST /x"),
		"bound that the type cannot hold": compileError[struct {
			A uint8 `json:"a" maximum:"256"`
		}]("POST /x"),
		"pattern that is no expression": compileError[struct {
			A string `json:"a" pattern:"("`
		}]("POST /x"),
		"length of a number": compileError[struct {
			A int `json:"a" minLength:"1"`
		}]("POST /x"),
		"minimum of a string": compileError[struct {
			A string `query:"a" minimum:"1"`
		}]("GET /x"),
		"rule that nobody checks": compileError[struct {
			A int `json:"a" multipleOf:"2"`
		}]("POST /x"),
		"default against the rule": compileError[struct {
			A int `json:"a,omitempty" default:"3" maximum:"2"`
		}]("POST /x"),
		"default of the wrong type": compileError[struct {
			A int `query:"a" default:"x"`
		}]("GET /x"),
		"default of what is required": compileError[struct {
			A int `json:"a" default:"1"`
		}]("POST /x"),
		"required neither true nor false": compileError[struct {
			A int `json:"a" required:"yes"`
		}]("POST /x"),
		"embedded pointer": compileError[struct {
			*embedded
		}]("POST /x"),
	} {
		if err == nil {
			t.Errorf("%s: compiled", name)
		}
	}
}

type selfDecoder struct {
	ID   string `path:"id"`
	Size int    `json:"size" minimum:"1"`
}

func (s *selfDecoder) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte(`"broken"`)) {
		return fmt.Errorf("must be anything but broken")
	}
	s.Size = len(b)
	return nil
}

func TestOwnDecoder(t *testing.T) {
	got, w := bound[selfDecoder](t, "PUT /x/{id}", "/x/7", `{"size":3}`, nil)
	if got == nil || got.Size != 10 || got.ID != "7" {
		t.Error(got, w.Body)
	}
	_, w = bound[selfDecoder](t, "PUT /x/{id}", "/x/7", `"broken"`, nil)
	refused(t, w, 422, "request.invalid", fault.Field{Pointer: "", Rule: "must be anything but broken"})
}

package httpio

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
)

type order struct {
	Placements []orderPart       `json:"placements" minItems:"1" maxItems:"20"`
	User       orderUser         `json:"user,omitzero"`
	Attributes map[string]string `json:"attributes,omitempty" maxProperties:"64"`
}

type orderPart struct {
	ID    string `json:"id" minLength:"1" maxLength:"64"`
	Count int    `json:"count,omitempty" minimum:"0" maximum:"50"`
}

type orderUser struct {
	ID string `json:"id,omitempty" maxLength:"256"`
}

type receipt struct {
	ID    string `json:"id"`
	Total int    `json:"total"`
}

func (r *receipt) AppendJSON(b []byte) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, r.ID...)
	b = append(b, `","total":`...)
	b = strconv.AppendInt(b, int64(r.Total), 10)
	return append(b, '}')
}

type plainReceipt receipt

const orderBody = `{"placements":[{"id":"lockscreen","count":3}],"user":{"id":"u-48151623"},"attributes":{"os":"android","country":"KR"}}`

func placeOrder(_ context.Context, in *order) (*receipt, error) {
	return &receipt{ID: in.User.ID, Total: in.Placements[0].Count}, nil
}

// byHand is what one would write without this package, with the same checks where they are easy.
func byHand(w http.ResponseWriter, r *http.Request) {
	var in order
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, DefaultBodyLimit))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil || len(in.Placements) == 0 || len(in.Placements) > 20 {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	for _, p := range in.Placements {
		if p.ID == "" || len(p.ID) > 64 || p.Count < 0 || p.Count > 50 {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
	}
	out, _ := placeOrder(r.Context(), &in)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode((*plainReceipt)(out))
}

// sink is a ResponseWriter that costs nothing.
type sink struct {
	h      http.Header
	status int
	n      int
}

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(b []byte) (int, error) { s.n += len(b); return len(b), nil }

// replay serves one request again and again.
type replay struct {
	h    http.Handler
	w    sink
	r    *http.Request
	body *bytes.Reader
	text []byte
}

func newReplay(h http.Handler, method, target, body string) *replay {
	p := &replay{h: h, w: sink{h: http.Header{}}, text: []byte(body), body: bytes.NewReader(nil)}
	p.r = httptest.NewRequest(method, target, nil)
	p.r.ContentLength = int64(len(body))
	p.r.Header.Set("Content-Type", "application/json")
	p.r.Body = io.NopCloser(p.body)
	return p
}

func (p *replay) serve() {
	clear(p.w.h)
	p.body.Reset(p.text)
	p.h.ServeHTTP(&p.w, p.r)
}

func compiled(t testing.TB, h Handler, at string) http.Handler {
	t.Helper()
	c, err := Compile(h, at, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Log("the race detector allocates too: not counted")
		return
	}
	post := compiled(t, JSON(placeOrder), "POST /x")
	get := compiled(t, JSON(func(context.Context, *paging) (*struct{}, error) { return nil, nil }), "GET /x")
	for name, tt := range map[string]struct {
		p    *replay
		most float64
	}{
		"post":      {newReplay(post, "POST", "/x", orderBody), 8},
		"get":       {newReplay(get, "GET", "/x?limit=50&cursor=abc&utm_source=x", ""), 1},
		"page of 1": {newReplay(get, "GET", "/x", ""), 1},
	} {
		if got := testing.AllocsPerRun(200, tt.p.serve); got > tt.most {
			t.Errorf("%s: %v allocations, at most %v", name, got, tt.most)
		}
		if tt.p.w.status >= 300 {
			t.Errorf("%s: status %d", name, tt.p.w.status)
		}
	}
}

func BenchmarkPost(b *testing.B) {
	for name, h := range map[string]http.Handler{
		"httpio":         compiled(b, JSON(placeOrder), "POST /x"),
		"encoding-json":  http.HandlerFunc(byHand),
		"httpio-no-body": compiled(b, JSON(func(context.Context, *struct{}) (*receipt, error) { return &receipt{ID: "x"}, nil }), "POST /x"),
	} {
		b.Run(name, func(b *testing.B) {
			p := newReplay(h, "POST", "/x", orderBody)
			b.ReportAllocs()
			for b.Loop() {
				p.serve()
			}
			if p.w.status >= 300 {
				b.Fatal(p.w.status)
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	h := compiled(b, JSON(func(context.Context, *paging) (*receipt, error) { return &receipt{ID: "x"}, nil }), "GET /x")
	p := newReplay(h, "GET", "/x?limit=50&cursor=abc&utm_source=x", "")
	b.ReportAllocs()
	for b.Loop() {
		p.serve()
	}
}

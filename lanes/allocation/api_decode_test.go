package allocation

import (
	"math"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

const plainBody = `{"placements":[{"id":"lock","count":4}, {"id":"home"}],"user":{"id":"u1","attributes":{"age":70,"interests":["여행","music"]}},` +
	` "attributes":{"country":"KR","app_version":"5.2.0","score":-0.5,"kv.plan":"free"},"seed":7}`

// general decodes as an endpoint does what DecodePlain does not take.
func general(body string) (*Request, error) {
	q := new(Request)
	return q, json.Unmarshal([]byte(body), q, json.RejectUnknownMembers(true))
}

// samePlain fails where DecodePlain accepts what the general decoder refuses, or understands it otherwise.
func samePlain(t *testing.T, body string) (plain bool) {
	t.Helper()
	got := new(Request)
	if !got.DecodePlain(body) {
		return false
	}
	want, err := general(body)
	if err != nil {
		t.Fatalf("%s\nis plain, but: %v", body, err)
	}
	same := cmp.Options{cmpopts.IgnoreUnexported(targeting.Request{}), cmpopts.EquateEmpty()}
	if d := cmp.Diff(want, got, same); d != "" {
		t.Fatalf("%s\n(-general +plain)\n%s", body, d)
	}
	for _, a := range got.Attributes.Attrs {
		if a.Number == 0 && math.Signbit(a.Number) {
			t.Fatalf("%s: -0 in %s", body, a.Name)
		}
	}
	return true
}

func TestDecodePlain(t *testing.T) {
	for _, body := range []string{
		plainBody, `{}`, " { } \n", `{"placements":[]}`, `{"placements":[{}]}`, `{"attributes":{}}`, `{"user":{"id":""}}`,
		`{"attributes":{"a":0,"b":-0,"c":0.25,"d":-0.0,"e":12345678901234567890}}`,
	} {
		if !samePlain(t, body) {
			t.Errorf("not plain: %s", body)
		}
	}
	for _, body := range []string{
		``, `null`, `[]`, `{"placements":[{"id":"a\u0062"}]}`, `{"x":1}`, `{"seed":-1}`, `{"seed":1.0}`, `{"seed":1,"seed":1}`,
		`{"explain":true}`, `{"exclude":{}}`, `{"attributes":{"a":1,"a":2}}`, `{"attributes":{"A":1}}`, `{"attributes":{"a":01}}`,
		`{"attributes":{"a":1e2}}`, `{"attributes":{"a":.5}}`, `{"attributes":{"a":1.}}`, `{"attributes":{"a":-}}`,
		`{"attributes":{"a":[]}}`, `{"attributes":{"a":[1]}}`, `{"attributes":{"a":null}}`, `{"attributes":{"a":"` + "\xff" + `"}}`,
		`{"attributes":{"a":"` + strings.Repeat("x", targeting.MaxValue+1) + `"}}`, `{"placements":[{"id":"a"},]}`, `{} {}`, `{`, `{"seed":1`,
		`{"placements":[{"id":"a" "count":1}]}`, `{"placements":[{"id":"a","count":9999999999999999999}]}`, `{,}`, `{"seed":1,}`,
	} {
		if samePlain(t, body) {
			t.Errorf("plain: %s", body)
		}
	}
}

func FuzzDecodePlain(f *testing.F) {
	f.Add(plainBody)
	f.Add(`{"placements":[{"id":"a"}],"attributes":{"a":0,"b":[],"c":{"lat":1,"lon":2}},"explain":"x"}`)
	f.Fuzz(func(t *testing.T, body string) { samePlain(t, body) })
}

func BenchmarkDecode(b *testing.B) {
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !new(Request).DecodePlain(plainBody) {
				b.Fatal("not plain")
			}
		}
	})
	b.Run("general", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := general(plainBody); err != nil {
				b.Fatal(err)
			}
		}
	})
}

package identity_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyOurCredentialsAreStripped(t *testing.T) {
	a, made := newHouse(t).open(nil)
	const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"
	for name, c := range map[string]struct{ name, value, want string }{
		"alone":              {"Cookie", "hotlane=x", ""},
		"over TLS":           {"Cookie", "__Host-hotlane=x", ""},
		"first":              {"Cookie", "hotlane=x; a=b;c=\"d e\"", "a=b;c=\"d e\""},
		"in the middle":      {"Cookie", "a=b;  hotlane=x ;c=d; ", "a=b;c=d; "},
		"last, twice":        {"Cookie", "a=b; hotlane=x; hotlane", "a=b"},
		"names like it":      {"Cookie", "Hotlane=1; hotlane2=2; xhotlane=3;;a=hotlane=4", "Hotlane=1; hotlane2=2; xhotlane=3;;a=hotlane=4"},
		"not ours":           {"Cookie", " sessionid=abc ;  b", " sessionid=abc ;  b"},
		"the admin key":      {"Authorization", "Bearer " + made.Admin, ""},
		"the service key":    {"Authorization", "bearer  " + made.Service, ""},
		"a token":            {"Authorization", "Bearer " + jwt, "Bearer " + jwt},
		"a scheme of theirs": {"Authorization", "Token " + made.Admin + "x", "Token " + made.Admin + "x"},
		"an API key of ours": {"X-Api-Key", made.Service, ""},
		"one of theirs":      {"X-Api-Key", "theirs", "theirs"},
	} {
		h := http.Header{c.name: {c.value}, "Accept": {"*/*"}}
		want := http.Header{"Accept": {"*/*"}}
		if c.want != "" {
			want[c.name] = []string{c.want}
		}
		if a.StripCredentials(h); !cmp.Equal(want, h) {
			t.Errorf("%s: %s", name, cmp.Diff(want, h))
		}
	}
	h := http.Header{"Cookie": {"a=1", "hotlane=x", "b=2"}, "X-Api-Key": {"theirs", made.Admin}}
	want := http.Header{"Cookie": {"a=1", "b=2"}, "X-Api-Key": {"theirs"}}
	if a.StripCredentials(h); !cmp.Equal(want, h) {
		t.Error(cmp.Diff(want, h))
	}
}

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// elsewhere is a third party with profiles of whoever is asked for.
func elsewhere(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":7,"username":%q,"name":"Somebody"}`, strings.TrimPrefix(r.URL.Path, "/users/"))
	}))
	t.Cleanup(s.Close)
	return s
}

// TestEachLaneAlone runs two lanes as small services of their own behind the front door of a third process. Each goes on without the
// other.
func TestEachLaneAlone(t *testing.T) {
	const behind = "edge: {trusted_proxies: [127.0.0.0/8]}\n"
	waitlist := start(t, site(t, behind), "serve", "--lanes=waitlist")
	profiles := start(t, site(t, behind+`profiles:
  page: {source: somewhere}
  sources:
    - {name: somewhere, url: "`+elsewhere(t).URL+`/users/{username}", private: true, id: /id, username: /username, card: {name: [/name]}}
`), "serve", "--lanes=profiles")
	front := start(t, site(t, `lanes: [none]
edge:
  default: profiles
  upstreams:
    waitlist: {urls: ["`+waitlist.url+`"], hotlane: true}
    profiles: {urls: ["`+profiles.url+`"], hotlane: true}
  routes:
    - {match: "/v1/waitlist", upstream: waitlist}
    - {match: "/v1/waitlist/", upstream: waitlist}
    - {match: "/waitlist/", upstream: waitlist}
`), "serve")

	list := front.do("POST", "/v1/waitlist", adminKey, `{"slug":"beta","name":{"ko":"베타","en":"Beta"},"accepts":"email"}`)
	if list.status != http.StatusOK && list.status != http.StatusCreated {
		t.Fatalf("make a list: %d %s", list.status, list.body)
	}
	signUp := func(address string) int {
		return front.do("POST", "/v1/waitlist/beta/signups", "", `{"email":"`+address+`"}`).status
	}
	profile := func(username string) int { return front.do("GET", "/v1/profiles/somewhere/"+username, "", "").status }
	expect := func(when, what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s is answered %d, want %d", when, what, got, want)
		}
	}
	expect("both run", "a sign-up", signUp("a@example.com"), http.StatusAccepted)
	expect("both run", "a profile", profile("haru"), http.StatusOK)
	expect("both run", "a page", front.do("GET", "/@haru", "", "").status, http.StatusOK)

	if code := profiles.stop(); code != 0 {
		t.Errorf("profiles ended with %d: %s", code, profiles.err)
	}
	expect("without profiles", "a sign-up", signUp("b@example.com"), http.StatusAccepted)
	expect("without profiles", "a profile", profile("haru"), http.StatusBadGateway)
	expect("without profiles", "the front door", front.do("GET", "/_hotlane/ready", "", "").status, http.StatusOK)

	found := front.do("GET", "/v1/waitlist/beta/signups", adminKey, "")
	for _, address := range []string{"a@example.com", "b@example.com"} {
		if !strings.Contains(found.body, address) {
			t.Errorf("%s is not on the list: %d %s", address, found.status, found.body)
		}
	}
}

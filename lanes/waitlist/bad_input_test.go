package waitlist

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

// TestStrangePaths: whatever stands in a path or a query, nobody's mistake is answered as ours.
func TestStrangePaths(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.join("a@example.com")
		id := h.id("a@example.com")
		for _, strange := range []string{"%00", "%ff", "..%2f..%2fetc", "%F0%9F%92%A9", "'%20OR%201=1%20--", strings.Repeat("a", 10_000), "%0d%0aX-Injected:%201", "-1", "*"} {
			for _, request := range [][3]string{
				{"GET", "/v1/waitlist/" + strange, ""},
				{"PATCH", "/v1/waitlist/" + strange, `{"closed":true}`},
				{"DELETE", "/v1/waitlist/" + strange, ""},
				{"POST", "/v1/waitlist/" + strange + "/signups", `{"email":"b@example.com"}`},
				{"GET", "/v1/waitlist/" + strange + "/signups/" + id, ""},
				{"GET", "/v1/waitlist/spring/signups/" + strange, ""},
				{"DELETE", "/v1/waitlist/spring/signups/" + strange, ""},
				{"POST", "/v1/waitlist/spring/signups/" + strange + "/resend", ""},
				{"DELETE", "/v1/waitlist/" + strange + "/signups/" + id, ""},
				{"GET", "/v1/waitlist/spring/signups?address=x" + strange + "&stage=waiting", ""},
				{"GET", "/v1/waitlist/spring/signups?after=0" + strange + "&stage=waiting", ""},
				{"GET", "/v1/waitlist/spring/waves/" + strange, ""},
				{"POST", "/v1/waitlist/" + strange + "/waves", `{"name":"a","count":1}`},
				{"GET", "/v1/waitlist/" + strange + "/stats", ""},
				{"GET", "/v1/waitlist/" + strange + "/export?format=csv", ""},
				{"POST", "/v1/waitlist/me/confirm/" + strange, ""},
				{"GET", "/v1/waitlist/me/status/" + strange, ""},
				{"POST", "/v1/waitlist/me/unsubscribe/" + strange, ""},
			} {
				a := h.Do(t, lanetest.Scenario{Method: request[0], Path: request[1], Body: request[2], As: identity.Admin})
				empty := bytes.Equal(a.Body, []byte(`{"signups":[]}`))
				if (a.Status < 400 || a.Status >= 500) && !empty || a.Header.Get("X-Injected") != "" {
					t.Errorf("%s %.60s: %d %s", request[0], request[1], a.Status, a.Body)
				}
			}
		}
		h.id("a@example.com")
	})
}

// FuzzToken: a token that was not signed opens nothing.
func FuzzToken(f *testing.F) {
	k := keys{tokens: bytes.Repeat([]byte{1}, 32)}
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	id := ulid.MustNew(1, bytes.NewReader(make([]byte, 10))).String()
	good := k.sign(toConfirm, "spring", id, now.Add(time.Hour))
	f.Add(good)
	f.Add(good + "A")
	f.Add(good[:len(good)-1])
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		list, who, err := k.open(toConfirm, token, now)
		if (err == nil) != (token == good) || err == nil && (list != "spring" || who != id) {
			t.Errorf("%q: %q %q %v", token, list, who, err)
		}
		if _, _, err := k.open(toLook, token, now); err == nil {
			t.Errorf("%q opens another door", token)
		}
	})
}

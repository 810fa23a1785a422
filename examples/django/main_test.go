//go:build integration

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hot is the URL that moves from Django to Hotlane.
const hot = "/api/v1/lockscreen/allocation/"

// The Django app answers by itself, and Hotlane answers for it from its tables: nobody may see a difference.
func TestHotlaneAnswersWhatDjangoAnswers(t *testing.T) {
	program := filepath.Join(t.TempDir(), "hotlane")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, e := range engines(t) {
		t.Run(e.name, func(t *testing.T) {
			s := start(t, e, program)
			s.compareMany()
			s.compareCaps()
			s.compareRefusals()
			s.passThrough()
			s.follow()
			s.change() // the last, since Django itself sees changes a minute later
		})
	}
}

// compareMany asks both at random, fresh users each time; some of them ask four times. Beside the impression's and click's
// URL, which carry each server's own token, answers must be the same to the last field.
func (s *stack) compareMany() {
	s.t.Helper()
	compare := func(seed string) ([]byte, error) {
		return exec.CommandContext(s.t.Context(), "/usr/bin/python3", "../../bench/peers/compare.py",
			"--warm", "--requests", "550", "--seed", seed, s.django, s.hotlane).CombinedOutput()
	}
	_, _ = compare("6") // what is seen for the first time has no lease of its budget yet, and is passed over
	out, err := compare("7")
	if err != nil {
		s.t.Errorf("%v\n%s", err, out)
	}
	s.t.Logf("%s", out)
}

// compareCaps asks both for one user until the caps have taken their share.
func (s *stack) compareCaps() {
	s.t.Helper()
	const query = "?placement=home&count=8&os=android&app_version=5.2.0&country=KR&language=ko&age=29&network=wifi&device=galaxy-s25&gender=f&interests=food,travel&user="
	sequence := func(base, user string) (answers []string) {
		for range 12 {
			answers = append(answers, fmt.Sprint(s.slots(base, query+user)))
		}
		return answers
	}
	n := 0
	poll(s.t, "leases for what such a user sees", func() (string, bool) {
		n++
		user := fmt.Sprintf("warm-%d", n)
		d := cmp.Diff(sequence(s.django, user), sequence(s.hotlane, user))
		return d, d == ""
	})
	answers := sequence(s.hotlane, "again")
	if d := cmp.Diff(sequence(s.django, "again"), answers); d != "" {
		s.t.Errorf("(-Django +Hotlane)\n%s", d)
	}
	if answers[0] == answers[len(answers)-1] {
		s.t.Error("the caps of what this user sees have no effect: the test shows nothing")
	}
}

// slots asks for an allocation, and leaves out what is each server's own.
func (s *stack) slots(base, query string) []map[string]any {
	s.t.Helper()
	var answer struct {
		Result string
		Slots  []map[string]any
	}
	r := fetch(s.t, http.MethodGet, base+hot+query, nil)
	if err := json.Unmarshal([]byte(r.body), &answer); err != nil || answer.Result != "ok" {
		s.t.Fatalf("%s: %v: %s", query, err, r.body)
	}
	for _, slot := range answer.Slots {
		delete(slot, "impression_url")
		delete(slot, "click_url")
	}
	return answer.Slots
}

func (s *stack) compareRefusals() {
	s.t.Helper()
	for _, query := range []string{
		"", "?user=u1", "?user=u1&placement=nowhere", "?user=" + strings.Repeat("u", 65) + "&placement=lock",
		"?user=u1&placement=lock&count=0", "?user=u1&placement=lock&count=21", "?user=u1&placement=lock&count=%2B4",
	} {
		want, got := fetch(s.t, http.MethodGet, s.django+hot+query, nil), fetch(s.t, http.MethodGet, s.hotlane+hot+query, nil)
		if got.status != want.status || spaceless(got.body) != spaceless(want.body) {
			s.t.Errorf("%s: %d %q from the lane, %d %q from Django", query, got.status, got.body, want.status, want.body)
		}
	}
}

func spaceless(s string) string { return strings.Join(strings.Fields(s), "") }

// passThrough asks for what no lane answers.
func (s *stack) passThrough() {
	s.t.Helper()
	for _, ask := range []string{
		"GET /api/articles/300001", "GET /api/articles/?topic=food", "GET /api/users/me", "GET /healthz", "GET /nothing/here?a=1;b=%zz",
		"GET /pictures/ad-100001.svg", "GET /admin/", "POST /api/articles/", "HEAD /healthz", "GET /api/v1/lockscreen/track/click/x",
	} {
		method, path, _ := strings.Cut(ask, " ")
		header := http.Header{"Authorization": {"Bearer member-1"}}
		want, got := fetch(s.t, method, s.django+path, header), fetch(s.t, method, s.hotlane+path, header)
		if d := cmp.Diff(want, got, cmp.AllowUnexported(answer{})); d != "" {
			s.t.Errorf("%s (-Django +behind Hotlane)\n%s", ask, d)
		}
	}
}

// answer is what a client gets, less what differs between any two answers.
type answer struct {
	status int
	header http.Header
	body   string
}

func fetch(t *testing.T, method, url string, header http.Header) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // redirects are not followed
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, own := range []string{"Date", "Connection", "X-Request-Id"} { // when, to whom; and what Hotlane adds
		resp.Header.Del(own)
	}
	if _, err := http.ParseTime(resp.Header.Get("Expires")); err == nil { // Django gives the second in which it answers
		resp.Header.Set("Expires", "a time")
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// follow does what a client does with a slot: it reports that the slot was shown, and that it was tapped.
func (s *stack) follow() {
	s.t.Helper()
	var asked struct {
		Slots []struct {
			Landing    string `json:"landing_url"`
			Impression string `json:"impression_url"`
			Click      string `json:"click_url"`
		}
	}
	r := fetch(s.t, http.MethodGet, s.hotlane+hot+"?placement=lock&count=1&user=follower", nil)
	if err := json.Unmarshal([]byte(r.body), &asked); err != nil || len(asked.Slots) != 1 {
		s.t.Fatalf("%v: %s", err, r.body)
	}
	slot := asked.Slots[0]
	if got := fetch(s.t, http.MethodGet, s.hotlane+slot.Impression, nil); got.status != http.StatusOK || !strings.HasPrefix(got.body, "GIF89a") {
		s.t.Errorf("%s: %d %q, want a pixel", slot.Impression, got.status, got.body)
	}
	got := fetch(s.t, http.MethodGet, s.hotlane+slot.Click, nil)
	if to := got.header.Get("Location"); got.status != http.StatusFound || to != slot.Landing {
		s.t.Errorf("%s: %d to %q, want 302 to %q", slot.Click, got.status, to, slot.Landing)
	}
}

// change edits a row and deletes one with Django, as its admin does.
func (s *stack) change() {
	s.t.Helper()
	n := 0
	first := func() map[string]any {
		n++
		slots := s.slots(s.hotlane, fmt.Sprintf("?placement=lock&count=1&user=changes-%d", n))
		if len(slots) != 1 {
			s.t.Fatalf("nothing is shown: %v", slots)
		}
		return slots[0]
	}
	shown := first()
	s.manage("shell", "-c", fmt.Sprintf("from allocation.models import Creative; Creative.objects.filter(pk=%.0f).update(title='오늘만 \"반값\"')", shown["creative_id"]))
	poll(s.t, "the new title is shown", func() (string, bool) {
		now := first()
		return fmt.Sprint(now), now["title"] == `오늘만 "반값"`
	})
	s.manage("shell", "-c", fmt.Sprintf("from allocation.models import LineItem; LineItem.objects.get(pk=%.0f).delete()", shown["item_id"]))
	poll(s.t, "the deleted item is not shown", func() (string, bool) {
		now := first()
		return fmt.Sprint(now), now["item_id"] != shown["item_id"]
	})
}

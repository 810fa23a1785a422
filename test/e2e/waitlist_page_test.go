//go:build integration

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hotlane/hotlane/test/browser"
)

var (
	linkToConfirm = regexp.MustCompile(`(http://\S+/waitlist/me/confirm/[\w-]+)`)
	linkToLeave   = regexp.MustCompile(`(http://\S+/waitlist/me/unsubscribe/[\w-]+)`)
	inviteWords   = regexp.MustCompile(`(it is your turn|차례가 됐어요|your turn)`)
)

// waitlistSite is a program with one list on which twelve people wait.
type waitlistSite struct {
	*process
	t *testing.T
	b browser.Browser
}

const waitlistBeta = `{"slug":"beta","name":{"ko":"달빛 정원","en":"Moonlit Garden"},"site":"Moonlit","single_opt_in":true,"show_waiting":true,
	"description":{"ko":"밤에 여는 동네 정원이에요.\n첫 손님을 모시고 있어요.","en":"A garden of the neighbourhood that opens at night.\nWe look for the first guests."},
	"fields":[{"name":"area","kind":"choice","label":{"ko":"동네","en":"Neighbourhood"},"choices":[{"value":"north","label":{"ko":"북쪽","en":"North"}},{"value":"south","label":{"ko":"남쪽","en":"South"}}]}],
	"consents":[{"name":"privacy","version":2,"required":true,"text":{"ko":"순서를 안내하려고 주소를 보관하는 데 동의해요.","en":"You may keep my address to tell me about my place."}}],
	"referral":{"places":5,"most":20},"origins":[%q]}`

const waiting = 12

// openWaitlist starts the program and fills the list by its API.
func openWaitlist(t *testing.T, origin string) *waitlistSite {
	t.Helper()
	config := mailServer(t) + "waitlist: {per_client: {per_second: 100, burst: 1000}}\n"
	s := &waitlistSite{start(t, site(t, config), "serve", "--lanes=waitlist"), t, browser.Open(t)}
	s.must("POST", "/v1/waitlist", adminKey, fmt.Sprintf(waitlistBeta, origin))
	for i := range waiting {
		s.must("POST", "/v1/waitlist/beta/signups", "", fmt.Sprintf(`{"email":"early%d@example.com","consents":{"privacy":2},"source":"poster"}`, i))
	}
	s.must("PATCH", "/v1/waitlist/beta", adminKey, `{"single_opt_in":false}`)
	return s
}

func (s *waitlistSite) must(method, path, key, body string) string {
	s.t.Helper()
	a := s.do(method, path, key, body)
	if a.status >= 300 {
		s.t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	return a.body
}

// join fills the form of the page that is open, and sends it.
func (s *waitlistSite) join(tab browser.Tab, address, name string) {
	tab.Fill("#join-email", address)
	tab.Fill("#join-name", name)
	tab.Click("#join-consent-privacy")
	tab.Click(".form .actions button")
	tab.UntilIs(`document.querySelector('#received').checkVisibility()`)
}

// confirm opens the link that was mailed to the address, and presses the button.
func (s *waitlistSite) confirm(tab browser.Tab, address string) {
	tab.Go(mailed(tab, address, linkToConfirm) + "?lang=" + tab.Text(`document.documentElement.lang`))
	tab.Click("main form button")
	tab.UntilIs(`document.querySelector('[data-at=position]') !== null`)
}

const position = `document.querySelector('[data-at=position]').textContent`

// TestWaitlistPages: in the browser a waitlist is joined, the mail that arrived at the SMTP server confirmed, the link shared, and the
// position rises. Then all pages in every view and both languages; the pictures are for people to look at.
func TestWaitlistPages(t *testing.T) {
	var around atomic.Value
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A site</title><h1>A site of somebody's</h1>
			<script type="module" src="%s/waitlist/embed.js" data-list="beta" data-source="garden-club"></script><p>After the form.</p>`, around.Load())
	}))
	t.Cleanup(host.Close)
	s := openWaitlist(t, host.URL)
	around.Store(s.url)

	var status string
	if !t.Run("the position rises", func(t *testing.T) { s.t = t; status = s.rises() }) {
		return // the others look at what this one made
	}
	t.Run("without JavaScript", func(t *testing.T) { s.t = t; s.withoutScript() })
	t.Run("in a frame", func(t *testing.T) { s.t = t; s.framed(host.URL) })
	t.Run("in a frame that is not allowed", func(t *testing.T) { s.t = t; s.notFramed(strings.Replace(host.URL, "127.0.0.1", "localhost", 1)) })
	t.Run("operators", func(t *testing.T) { s.t = t; s.operators() })
	for _, lang := range []string{"ko", "en"} {
		for name, view := range browser.Views() {
			t.Run(lang+"-"+name, func(t *testing.T) { s.t = t; s.looks(lang, name, view, status) })
		}
	}
}

func (s *waitlistSite) rises() (status string) {
	t := s.t
	view := browser.Phone("light")
	view.Expect = func(_, url string) bool { return strings.HasSuffix(url, "/favicon.ico") } // the site's own, and there is no site
	first := s.b.Tab(t, view)
	first.Go(s.url + "/waitlist/beta?lang=ko&source=friends&utm_source=poster")
	first.Click(".form .actions button") // nothing is filled in
	first.UntilIs(`document.activeElement.matches('[data-summary]')`)
	first.Shoot("screenshots", "waitlist-refused")
	s.join(first, "First@Example.com", "하나")
	first.Fits()
	first.Shoot("screenshots", "waitlist-received")
	first.Go(mailed(first, "first@example.com", linkToConfirm) + "?lang=ko")
	first.Shoot("screenshots", "waitlist-confirm")
	if n := strings.Count(s.must("GET", "/v1/waitlist/beta/signups?stage=pending", adminKey, ""), `"id"`); n != 1 {
		t.Errorf("opening the link changed something: %d are pending", n)
	}
	first.Click("main form button")
	first.UntilIs(position + ` === '13'`)
	first.Fits()
	first.Named()
	first.Shoot("screenshots", "waitlist-status-before")
	status = first.Text(`location.origin + location.pathname`)
	link := first.Text(`document.querySelector('#share-link').value`)
	if link != first.Text(`document.querySelector('[data-share]').dataset.share`) || !strings.HasPrefix(link, s.url+"/waitlist/beta?ref=") {
		t.Fatalf("the link to share is %s", link)
	}
	for _, friend := range []struct {
		name, lang string
		view       browser.View
	}{{"second", "en", browser.Desk("dark")}, {"third", "ko", browser.Phone("dark")}} {
		tab := s.b.Tab(t, friend.view)
		tab.Go(link + "&lang=" + friend.lang)
		s.join(tab, friend.name+"@example.com", friend.name)
		s.confirm(tab, friend.name+"@example.com")
		tab.Shoot("screenshots", "waitlist-status-"+friend.name)
	}
	first.Until("the position rises to 3, without loading the page again", func() bool {
		first.Text(`(() => { dispatchEvent(new Event('focus')); return '' })()`)
		return first.Is(position + ` === '3'`)
	})
	if got := first.Text(`document.querySelector('[data-at=referrals]').textContent + ', ' + document.querySelector('[data-at=ahead]').textContent`); got != "2명, 앞에 2명이 있어요" {
		t.Error(got)
	}
	first.Shoot("screenshots", "waitlist-status-after")
	return status
}

func (s *waitlistSite) withoutScript() {
	view := browser.Phone("dark")
	view.NoScript, view.Expect = true, func(text, _ string) bool { return strings.Contains(text, "422") }
	tab := s.b.Tab(s.t, view)
	tab.Go(s.url + "/waitlist/beta?lang=ko&source=paper")
	send := func(address string) {
		tab.Fill("#join-email", address)
		tab.Click("#join-consent-privacy")
		tab.Click(".form .actions button")
	}
	send("nobody@nowhere") // browsers take it for an address
	tab.UntilIs(`document.querySelector('#join-email-error')?.textContent === 'name@example.com처럼 이메일 주소를 입력해 주세요.'`)
	described(s.t, tab, "이메일", "이메일 주소를 입력해 주세요")
	if !tab.Is(`document.querySelector('#join-email').value === 'nobody@nowhere' && document.querySelector('#join-consent-privacy').checked`) {
		s.t.Error("what was filled in is gone")
	}
	tab.Shoot("screenshots", "waitlist-without-script-refused")
	tab.Click("#join-consent-privacy") // it stays ticked: send presses it once more
	send("plain@example.com")
	tab.UntilIs(`location.search.includes('received=1') && document.querySelector('#received').checkVisibility() && !document.querySelector('form').checkVisibility()`)
	tab.Fits()
	tab.Shoot("screenshots", "waitlist-without-script-received")
	s.confirm(tab, "plain@example.com")
	tab.Fits()
	tab.Shoot("screenshots", "waitlist-without-script-status")
	found := s.must("GET", "/v1/waitlist/beta/signups?address=plain", adminKey, "")
	if !strings.Contains(found, `"source":"paper"`) || !strings.Contains(found, `"lang":"ko"`) {
		s.t.Error(found)
	}
	tab.Go(mailed(tab, "plain@example.com", linkToLeave) + "?lang=ko")
	tab.Click("main form button")
	tab.UntilIs(`document.querySelector('h1').textContent === '명단에서 나왔어요'`)
	tab.Shoot("screenshots", "waitlist-left")
}

const frame = `document.querySelector('iframe')`

func (s *waitlistSite) framed(host string) {
	tab := s.b.Tab(s.t, browser.Phone("light"))
	tab.Go(host + "/?utm_campaign=spring&ref=nobody")
	tab.UntilIs(frame + `.style.height.endsWith('px') && ` + frame + `.offsetHeight > 200 && ` + frame + `.title === 'Join the waitlist' && ` + frame + `.loading === 'lazy'`)
	tab.Fits()
	tab.Shoot("screenshots", "waitlist-frame")
	before := tab.Text(`String(` + frame + `.offsetHeight)`)
	tab.Text(`(() => { ` + frame + `.focus(); return '' })()`)
	tab.Press(browser.KeyTab + "framed@example.com" + browser.KeyTab + "In a frame" + browser.KeyTab + browser.KeyTab + " " + browser.KeyTab + browser.KeyEnter)
	tab.UntilIs(`String(` + frame + `.offsetHeight) !== '` + before + `'`)
	tab.Shoot("screenshots", "waitlist-frame-received")
	mailed(tab, "framed@example.com", linkToConfirm)
	found := s.must("GET", "/v1/waitlist/beta/signups?address=framed", adminKey, "")
	if !strings.Contains(found, `"source":"garden-club"`) || !strings.Contains(found, `"campaign":"spring"`) {
		s.t.Error(found)
	}
}

func (s *waitlistSite) notFramed(host string) {
	var refused atomic.Bool
	view := browser.Desk("light")
	view.Expect = func(text, _ string) bool {
		if strings.Contains(text, "frame-ancestors") {
			refused.Store(true)
		}
		return strings.Contains(text, "frame-ancestors") || strings.Contains(text, "postMessage")
	}
	tab := s.b.Tab(s.t, view)
	tab.Go(host)
	tab.Until("the browser refuses the frame", refused.Load)
	if got := tab.Text(frame + `.style.height`); got != "30rem" {
		s.t.Errorf("a frame that is not allowed told its height: %s", got)
	}
}

func (s *waitlistSite) operators() {
	t := s.t
	view := browser.Desk("light")
	view.Expect = func(_, url string) bool { return strings.Contains(url, "/_hotlane/login") } // it misses a user name
	tab := s.b.Tab(t, view)
	tab.Go(s.url + "/waitlist/admin?lang=ko")
	tab.UntilIs(`location.pathname === '/_hotlane/login'`)
	tab.Fill("#key", adminKey)
	tab.Press(browser.KeyEnter)
	tab.UntilIs(`document.querySelector('.desk-lists a') !== null`)
	tab.Click(".desk-lists a")
	tab.UntilIs(`document.querySelectorAll('.chart-plot svg').length === 1 && document.querySelectorAll('.chart-share').length === 2`)
	if got := tab.Text(`document.querySelector('.tiles').innerText.replace(/\s+/g, ' ')`); !strings.Contains(got, "신청 17 확인됨 16") {
		t.Errorf("the tiles say %s", got)
	}
	tab.Fill("#wave-count", "2")
	tab.Click("[data-ask]")
	tab.UntilIs(`document.querySelector('#wave-ask').matches(':modal') && document.querySelector('#wave-ask-title').textContent === '다음 2명을 초대할까요?'`)
	tab.Shoot("screenshots", "waitlist-wave")
	tab.Click("#wave-ask button[type=submit]")
	tab.UntilIs(`document.querySelector('[aria-labelledby=waves] table')?.innerText.includes('2 / 2')`)
	mailed(tab, "early0@example.com", inviteWords)
	mailed(tab, "early1@example.com", inviteWords)
	tab.Fill("#find-address", "FIRST@")
	tab.Press(browser.KeyEnter)
	tab.UntilIs(`location.search.includes('q=') && document.querySelectorAll('.desk-people tbody tr').length === 1`)
	tab.Click(".desk-open button")
	tab.UntilIs(`document.querySelector('.badge.warn')?.textContent === '닫힘'`)
	closed := s.b.Tab(t, browser.Phone("light"))
	closed.Go(s.url + "/waitlist/beta?lang=ko")
	closed.UntilIs(`document.querySelector('form') === null && document.body.innerText.includes('지금은 신청을 받지 않아요')`)
	closed.Shoot("screenshots", "waitlist-closed")
	tab.Click(".desk-open button")
	tab.UntilIs(`document.querySelector('.badge.good')?.textContent === '열림'`)
	tab.Go(s.url + "/waitlist/admin?lang=en")
	tab.Click(".disclosure > summary")
	tab.Fill("#new-slug", "gamma")
	tab.Fill("#new-ko", "감마")
	tab.Fill("#new-places", "3")
	tab.Shoot("screenshots", "waitlist-new-list")
	tab.Click(".disclosure button[type=submit]")
	tab.UntilIs(`location.pathname === '/waitlist/admin/gamma' && document.querySelector('h1').textContent === '감마'`)
	var made struct {
		Referral struct{ Places int }
	}
	if err := json.Unmarshal([]byte(s.must("GET", "/v1/waitlist/gamma", adminKey, "")), &made); err != nil || made.Referral.Places != 3 {
		t.Errorf("%+v, %v", made, err)
	}
	tab.Fits()
	tab.Shoot("screenshots", "waitlist-empty")
}

// looks opens every page in one view.
func (s *waitlistSite) looks(lang, name string, view browser.View, status string) {
	view.Expect = func(text, _ string) bool { return strings.Contains(text, "404") }
	tab := s.b.Tab(s.t, view)
	token := status[strings.LastIndexByte(status, '/')+1:]
	for _, page := range []struct {
		path, ready string
		stops       int
	}{
		{"/waitlist/beta", `document.querySelector('#join-email') !== null`, 7},
		{"/waitlist/me/status/" + token, position + ` !== ''`, 7},
		{"/waitlist/me/erase/" + token, `document.querySelector('button.danger') !== null`, 5},
		{"/waitlist/nobodys", `document.querySelector('.wait-sign') !== null`, 3},
		{"/waitlist/me/confirm/broken", `document.querySelector('.wait-sign') !== null`, 3},
		{"/waitlist/admin", `document.querySelector('.desk-lists') !== null`, 8},
		{"/waitlist/admin/beta", `document.querySelectorAll('.chart-share').length === 2`, 20},
	} {
		tab.Go(s.url + page.path + "?lang=" + lang)
		tab.UntilIs(page.ready)
		tab.Fits()
		tab.Named()
		part := strings.Trim(strings.ReplaceAll(strings.ReplaceAll(page.path, token, ""), "/", "-"), "-")
		tab.Shoot("screenshots", part+"-"+lang+"-"+name)
		if n := tab.Reach(); n < page.stops {
			s.t.Errorf("%s: the Tab key reaches %d things, want %d or more", page.path, n, page.stops)
		}
	}
}

// TestWaitlistDemo: what the demo names is there for all to look at, and changes only by the demo's key.
func TestWaitlistDemo(t *testing.T) {
	p := start(t, t.TempDir(), "demo", "--listen", "127.0.0.1:0")
	b := browser.Open(t)
	for name, view := range map[string]browser.View{"ko-phone": browser.Phone("light"), "en-desk": browser.Desk("dark"), "ko-desk": browser.Desk("light")} {
		lang, _, _ := strings.Cut(name, "-")
		view.Expect = func(_, url string) bool { return strings.HasSuffix(url, "/favicon.ico") } // the old backend has none
		tab := b.Tab(t, view)
		tab.Go(p.url + "/waitlist/sobok?lang=" + lang)
		tab.Fits()
		tab.Shoot("screenshots", "waitlist-demo-join-"+name)
		tab.Go(p.url + "/waitlist/admin/sobok?lang=" + lang)
		tab.UntilIs(`document.querySelectorAll('.chart-plot svg').length === 1 && document.querySelectorAll('.chart-share').length === 2`)
		tab.Fits()
		tab.Shoot("screenshots", "waitlist-demo-admin-"+name)
	}
	view := browser.Desk("light")
	view.Expect = func(text, _ string) bool { return strings.Contains(text, "401") }
	tab := b.Tab(t, view)
	tab.Go(p.url + "/waitlist/admin/sobok?lang=ko")
	tab.Click(".desk-open button")
	tab.UntilIs(`document.body.innerText.includes('로그인이 풀렸어요')`)
	tab.Fits()
}

package waitlist

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/rate"
)

const formPatch = `{"name":{"ko":"봄 <b>정원","en":"Spring \"garden\""},"description":{"ko":"첫째\n</script><img src=x onerror=alert(1)>","en":"First"},"show_waiting":true,
	"fields":[{"name":"size","kind":"choice","required":true,"label":{"en":"Size <i>"},"choices":[{"value":"s"},{"value":"\"><script>","label":{"en":"Large & wide"}}]},
	{"name":"age","kind":"number","label":{"en":"Age"}},{"name":"pet","kind":"boolean","label":{"en":"I have a pet"}},{"name":"why","kind":"text","required":true,"max":20,"label":{"en":"Why"}}],
	"consents":[{"name":"privacy","version":3,"required":true,"url":"https://haru.example/privacy","text":{"ko":"동의 <b>","en":"I agree"}}],
	"site":"Haru & co","site_url":"https://haru.example/","referral":{"places":7,"most":3}}`

func posted(values ...string) lanetest.Scenario {
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	return lanetest.Scenario{
		Method: "POST", Path: "/waitlist/spring?lang=en", Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, Body: form.Encode(),
	}
}

func as(s lanetest.Scenario, name string, status int, contains ...string) lanetest.Scenario {
	s.Name, s.Status, s.Contains = name, status, contains
	return s
}

func TestListPage(t *testing.T) {
	h := start(t, nil)
	h.on("first@example.com")
	h.patch(formPatch)
	h.Run(t,
		lanetest.Scenario{
			Name: "english, with where somebody comes from", Path: "/waitlist/spring?lang=en&ref=abcdeFGHJK&source=letter&utm_campaign=may&utm_source=" + strings.Repeat("x", 101), Status: 200,
			Contains: []string{
				`<html lang="en">`, "Spring &#34;garden&#34;</h1>", "Size &lt;i&gt;", "Large &amp; wide", `value="&#34;&gt;&lt;script&gt;"`, "1 waiting now", "A friend has invited you",
				`name="ref" data-pointer="/ref" value="ABCDEFGHJK"`, `name="source" data-pointer="/source" value="letter"`, `name="utm_campaign" data-pointer="/utm/campaign" value="may"`,
				`data-endpoint="/v1/waitlist/spring/signups"`, `name="website"`, `class="trap" aria-hidden="true"`, `name="consent.privacy" value="3" data-pointer="/consents/privacy" data-type="number"`,
				`href="https://haru.example/privacy" target="_blank" rel="noopener"`, `id="join-email" name="email" type="email"`, `type="number"`, `data-type="boolean"`, `maxlength="20"`,
				`<meta property="og:title" content="Spring &#34;garden&#34;">`, `<meta property="og:site_name" content="Haru &amp; co">`, `<link rel="canonical" href="` + h.URL + `/waitlist/spring">`,
			},
			Absent:  []string{"join-phone", "utm_source", " style=", "<script>", "noindex"},
			Headers: map[string]string{"Cache-Control": "no-cache", "Vary": "Accept-Language"},
		},
		lanetest.Scenario{
			Name: "korean by the browser, escaped", Path: "/waitlist/spring?ref=<script>&source=%00", Header: map[string]string{"Accept-Language": "ko"}, Status: 200,
			Contains: []string{`<html lang="ko">`, "봄 &lt;b&gt;정원</h1>", "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;", "지금 1명이 기다리고 있어요", "동의 &lt;b&gt;"},
			Absent:   []string{"<img", "<script>", `name="ref"`, `name="source"`, "초대로"},
		},
		lanetest.Scenario{Name: "received", Path: "/waitlist/spring?received=1&lang=en", Status: 200, Contains: []string{"Look into your mailbox"}, Headers: map[string]string{"Cache-Control": "no-store"}},
		lanetest.Scenario{Name: "nobody's list", Path: "/waitlist/nobodys?lang=ko", Status: 404, Contains: []string{"대기 명단을 찾을 수 없어요"}, Headers: map[string]string{"X-Robots-Tag": "noindex"}},
		lanetest.Scenario{Name: "not shown", Path: "/waitlist/spring?lang=en", Status: 200, Absent: []string{"waiting now"}, Before: func(*testing.T, *lanetest.Harness) { h.patch(`{"show_waiting":false}`) }},
		lanetest.Scenario{
			Name: "closed", Path: "/waitlist/spring?lang=en", Status: 200, Contains: []string{"This list is closed"}, Absent: []string{"<form"},
			Before: func(*testing.T, *lanetest.Harness) { h.patch(`{"closed":true}`) },
		},
		as(posted("email", "late@example.com"), "closed while it was filled in", 409, "This list is closed"),
	)
}

// TestPlainForm: without JavaScript what is wrong stands beside its field, with what was filled in; and success is the same page for
// an address that is known, one that is not, one that was erased, and a bot's.
func TestPlainForm(t *testing.T) {
	h := start(t, nil)
	h.on("known@example.com")
	h.on("gone@example.com")
	h.Do(t, lanetest.Scenario{Method: "POST", Path: "/v1/waitlist/erasures", As: identity.Service, Body: `{"address":"gone@example.com"}`})
	h.patch(formPatch)
	wrong := posted("email", "no", "field.size", "xl", "field.age", "old", "field.why", strings.Repeat("w", 21), "consent.privacy", "2", "name", "<script>alert(1)</script>", "source", "desk", "lang", "en")
	h.Run(t,
		as(wrong, "everything is wrong", 422,
			"Please enter an email address such as", "Please choose one.", "Please enter a number.", "Please write this in one line", "The wording has changed",
			`value="no"`, "&lt;script&gt;alert(1)", `aria-invalid="true"`, `aria-describedby="join-email-error"`, `href="#join-field-size"`, `name="source" data-pointer="/source" value="desk"`),
		as(posted("lang", "en"), "nothing is there", 422, "Please enter your email address.", "We cannot put you on the list without this.", "Please fill this in."),
		as(posted("email", "a@example.com", "email", "b@example.com"), "twice", 422, "Please enter an email address"),
		as(posted("email", "a@example.com", "field.size", "s", "field.why", "w", "consent.privacy", "3", "utm_source", strings.Repeat("x", 101)), "what nobody sees is wrong", 422, "Please reload the page"),
		lanetest.Scenario{Name: "no form", Method: "POST", Path: "/waitlist/spring", Body: "{}", Status: 415, Code: "waitlist.form"},
		lanetest.Scenario{Name: "no list", Method: "POST", Path: "/waitlist/nobodys", Body: "{}", Status: 404, Contains: []string{"There is no such list"}},
	)
	fill := []string{"name", "N", "field.size", "s", "field.why", "w", "consent.privacy", "3", "field.pet", "true", "field.age", "30"}
	var answers []string
	for _, who := range [][]string{{"email", "known@example.com"}, {"email", "new@example.com"}, {"email", "gone@example.com"}, {"email", "bot@example.com", "website", "spam"}} {
		s := posted(append(who, fill...)...)
		s.Path += "&origin=https%3A%2F%2Fa.example"
		a := h.Do(t, s)
		a.Header.Del("Date")
		a.Header.Del("X-Request-Id")
		a.Header.Del("Server-Timing")
		answers = append(answers, fmt.Sprint(a.Status, a.Header, string(a.Body)))
		if a.Status != 303 || a.Header.Get("Location") != "/waitlist/spring?lang=en&origin=https%3A%2F%2Fa.example&received=1" {
			t.Errorf("%v: %d %v", who, a.Status, a.Header)
		}
	}
	if len(slices.Compact(answers)) != 1 {
		t.Errorf("answers tell addresses apart:\n%s", strings.Join(answers, "\n"))
	}
	found := h.Do(t, lanetest.Scenario{Path: "/v1/waitlist/spring/signups?address=new", As: identity.Admin})
	if !strings.Contains(string(found.Body), `"fields":{"age":30,"pet":true,"size":"s","why":"w"}`) {
		t.Errorf("%s", found.Body)
	}
}

func TestTooManyFormsFromOnePlace(t *testing.T) {
	h := start(t, func(c *Config) { c.PerClient = rate.Config{PerSecond: 0.01, Burst: 1} })
	h.Do(t, posted("email", "a@example.com"))
	s := as(posted("email", "b@example.com"), "limited", 429, "Too many sign-ups from here", `value="b@example.com"`)
	s.Headers = map[string]string{"Retry-After": "100", "Cache-Control": "no-store"}
	h.Run(t, s)
}

func TestPhonePage(t *testing.T) {
	h := start(t, nil)
	h.patch(`{"accepts":"both","webhook":{"url":"http://127.0.0.1:1/hook","secret":"whsec_` + strings.Repeat("MDEyMzQ1Njc4", 3) + `"}}`)
	h.Run(t,
		lanetest.Scenario{Name: "both", Path: "/waitlist/spring?lang=ko", Status: 200, Contains: []string{"join-email", "join-phone", "하나만 적어 주세요", `aria-describedby="join-phone-hint"`}},
		as(posted("email", "a@example.com", "phone", "010-1234-5678"), "not both", 422, "leave out the email address"),
		as(posted("phone", "010-1234-5678"), "one is enough", 303),
	)
}

var pathToken = regexp.MustCompile(`[\w-]{50,}`)

// TestPagesWithTokens: opening does nothing, pressing does; none of them may be kept, found or told about.
func TestPagesWithTokens(t *testing.T) {
	h := start(t, nil)
	h.patch(formPatch)
	h.patch(`{"fields":[],"consents":[]}`)
	private := map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
	h.join("first@example.com", `"name":"<i>Hana"`, `"lang":"ko"`)
	h.Work(t)
	confirm := "/waitlist/me/confirm/" + h.link("first@example.com", "confirm")
	open := func(path, name string, contains ...string) lanetest.Scenario {
		return lanetest.Scenario{Name: name, Path: path, Status: 200, Contains: append(contains, `name="robots" content="noindex"`), Headers: private, Absent: []string{"https://haru.example/privacy", "//cdn"}}
	}
	h.Run(t, open(confirm+"?lang=ko", "before the button", "봄 &lt;b&gt;정원 대기 명단에 오를까요?", "<form method=\"post\""))
	h.Run(t, open(confirm, "twice by a scanner", "Yes, put me on the list"))
	if a := h.Do(t, lanetest.Scenario{Path: "/v1/waitlist/spring/signups?stage=pending", As: identity.Admin}); !strings.Contains(string(a.Body), "first@example.com") {
		t.Fatalf("opening the page confirmed: %s", a.Body)
	}
	a := h.Do(t, lanetest.Scenario{Method: "POST", Path: confirm + "?lang=en"})
	status := a.Header.Get("Location")
	if a.Status != 303 || !strings.HasPrefix(status, "/waitlist/me/status/") || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Fatalf("%d %v", a.Status, a.Header)
	}
	page := open(status, "the place", "&lt;i&gt;Hana, here is your place", `data-at="position">1<`, "of 1 waiting", "moves you up 7 places", "Up to 3 friends", "/waitlist/spring?ref=", "You are on the list")
	page.After = func(t *testing.T, _ *lanetest.Harness, a lanetest.Answer) {
		if n := len(slices.Compact(slices.Sorted(slices.Values(pathToken.FindAllString(string(a.Body), -1))))); n != 2 {
			t.Errorf("%d tokens are in the page, want its own and the one that leaves", n)
		}
	}
	h.Run(t, page)
	token := pathToken.FindString(status)
	h.Run(t, open("/waitlist/me/status/"+token, "in the language they signed up with", "&lt;i&gt;Hana 님의 순서예요", "바로 다음 차례예요"))
	erase := "/waitlist/me/erase/" + token
	leave := "/waitlist/me/unsubscribe/" + h.link("first@example.com", "unsubscribe")
	h.Run(t,
		open(leave+"?lang=en", "leave?", "Leave Spring", "Unsubscribe</button>"),
		lanetest.Scenario{Name: "left", Method: "POST", Path: leave + "?lang=en", Status: 303, Headers: map[string]string{"Location": leave + "?done=1&lang=en"}},
		open(leave+"?done=1&lang=en", "it is said", "You have left", "/waitlist/spring?lang=en"),
		open("/waitlist/me/status/"+token+"?lang=en", "no place any more", "You have left this list"),
		open(erase+"?lang=en", "erase?", "Erase everything about you?", "button type=\"submit\" class=\"wait-go danger\""),
		lanetest.Scenario{Name: "erased", Method: "POST", Path: erase + "?lang=ko", Status: 303, Headers: map[string]string{"Location": erase + "?done=1&lang=ko"}},
		open(erase+"?done=1&lang=ko", "it is said too", "모두 지웠어요"),
		lanetest.Scenario{Name: "gone", Path: "/waitlist/me/status/" + token + "?lang=en", Status: 410, Contains: []string{"nothing here any more", "To the sign-up"}, Headers: private},
		lanetest.Scenario{Name: "erased again", Method: "POST", Path: erase, Status: 410, Contains: []string{"nothing here any more"}},
		lanetest.Scenario{Name: "confirmed after all", Method: "POST", Path: confirm, Status: 410, Contains: []string{"nothing here any more"}},
		lanetest.Scenario{Name: "broken", Path: "/waitlist/me/confirm/x?lang=ko", Status: 404, Contains: []string{"쓸 수 없는 링크예요"}, Absent: []string{"신청하러 가기"}, Headers: private},
		lanetest.Scenario{Name: "for something else", Method: "POST", Path: "/waitlist/me/unsubscribe/" + token, Status: 404, Contains: []string{"This link does not work"}},
	)
	h.join("slow@example.com")
	h.Work(t)
	late := "/waitlist/me/confirm/" + h.link("slow@example.com", "confirm")
	h.Clock.Advance(8 * day)
	for _, method := range []string{"GET", "POST"} {
		h.Run(t, lanetest.Scenario{
			Name: "ended " + method, Method: method, Path: late + "?lang=en", Status: 410, Headers: private,
			Contains: []string{"This link has ended", `href="/waitlist/spring?lang=en"`},
		})
	}
	h.patch(`{"limits":{"most":1},"single_opt_in":false}`)
	h.on("only@example.com")
	h.join("more@example.com")
	h.Work(t)
	h.Run(t, lanetest.Scenario{Name: "full", Method: "POST", Path: "/waitlist/me/confirm/" + h.link("more@example.com", "confirm") + "?lang=en", Status: 409, Contains: []string{"The list is full"}})
}

func TestFrame(t *testing.T) {
	h := start(t, nil)
	h.patch(`{"origins":["https://shop.example","https://*.shop.example","http://127.0.0.1:4000"]}`)
	at := func(origin string) string { return "/waitlist/embed/spring?lang=en&origin=" + url.QueryEscape(origin) }
	for origin, told := range map[string]bool{
		"https://shop.example": true, "https://a.shop.example": true, "http://127.0.0.1:4000": true, h.URL: true, "https://evilshop.example": false, "http://shop.example": false,
		"https://shop.example.evil.example": false, "https://*.shop.example": false, "https://shop.example/": false, "https://shop.example:8443": false, "*": false, "null": false, "": false,
	} {
		s := lanetest.Scenario{Name: origin, Path: at(origin), Status: 200, Contains: []string{"Join the waitlist", "frame.js"}}
		if told {
			s.Contains = append(s.Contains, `data-parent="`+origin+`"`)
		} else {
			s.Absent = []string{"data-parent"}
		}
		h.Run(t, s)
	}
	h.Run(t,
		lanetest.Scenario{
			Name: "the script", Path: "/waitlist/embed.js", Status: 200, Contains: []string{"data-list", "event.origin !== home"},
			Headers: map[string]string{"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "public, max-age=300"},
		},
		lanetest.Scenario{Name: "no list", Path: "/waitlist/embed/nobodys", Status: 404, Contains: []string{"There is no such list"}},
	)
}

func TestFrameable(t *testing.T) {
	got := frameable([]string{"https://a.example", "https://*.b.example:8443", "https://münchen.example", "https://a.example;script-src *", "nonsense"})
	if want := []string{"https://a.example", "https://*.b.example:8443"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestOperatorsPages(t *testing.T) {
	h := start(t, nil)
	h.patch(formPatch)
	h.patch(`{"fields":[],"consents":[]}`)
	for i := range 30 {
		h.join(fmt.Sprintf("person%02d@example.com", i), `"name":"<u>P"`, `"source":"<s>letter"`)
		h.Clock.Advance(10 * time.Minute)
	}
	h.on("last@example.com")
	h.invite("wave-1", 1)
	page := lanetest.Scenario{Path: "/waitlist/admin/spring?lang=en", As: identity.Admin}
	h.Run(t,
		as(page, "numbers, people and waves", 200, "Spring &#34;garden&#34;", "<dd class=\"num\">31</dd>", "last@example.com", "person29@example.com", "&lt;u&gt;P", "&lt;s&gt;letter",
			"wave-1", "1 / 1", `value="wave-2"`, "/v1/waitlist/spring/export?format=csv&amp;bom=1", `data-chart="area"`, "/waitlist/embed.js", `rel="next"`),
		lanetest.Scenario{
			Name: "search", Path: "/waitlist/admin/spring?lang=en&q=PERSON07", As: identity.Admin, Status: 200, Contains: []string{"person07@example.com"}, Absent: []string{"person08@example.com", `rel="next"`},
		},
		lanetest.Scenario{Name: "by stage", Path: "/waitlist/admin/spring?lang=en&stage=invited", As: identity.Admin, Status: 200, Contains: []string{"last@example.com"}, Absent: []string{"person07@"}},
		lanetest.Scenario{Name: "a search that is none", Path: "/waitlist/admin/spring?q=%00&stage=nonsense&after=%ff", As: identity.Admin, Status: 200},
		lanetest.Scenario{Name: "all lists", Path: "/waitlist/admin?lang=ko", As: identity.Admin, Status: 200, Contains: []string{"봄 &lt;b&gt;정원", "새 명단"}, Headers: map[string]string{"Cache-Control": "no-store"}},
		lanetest.Scenario{Name: "no such list", Path: "/waitlist/admin/nobodys?lang=ko", As: identity.Admin, Status: 303, Headers: map[string]string{"Location": "/waitlist/admin?lang=ko"}},
		lanetest.Scenario{Name: "not for all", Path: "/waitlist/admin", Status: 401},
		lanetest.Scenario{Name: "nor one list", Path: "/waitlist/admin/spring", As: identity.Service, Status: 403},
	)
}

var (
	nextPage  = regexp.MustCompile(`href="(\?[^"#]*)#people" rel="next"`)
	somebody  = regexp.MustCompile(`>(p\d\d)@example.com<`)
	unescaped = strings.NewReplacer("&amp;", "&")
)

// TestNextPeople: the pages of people have everybody once.
func TestNextPeople(t *testing.T) {
	h := start(t, nil)
	for i := range 60 {
		h.join(fmt.Sprintf("p%02d@example.com", i))
		h.Clock.Advance(time.Second)
	}
	for _, query := range []string{"?lang=en", "?lang=en&q=p"} {
		var seen []string
		for next := []string{"", query}; next != nil; {
			body := string(h.Do(t, lanetest.Scenario{Path: "/waitlist/admin/spring" + unescaped.Replace(next[1]), As: identity.Admin}).Body)
			for _, m := range somebody.FindAllStringSubmatch(body, -1) {
				seen = append(seen, m[1])
			}
			next = nextPage.FindStringSubmatch(body)
		}
		slices.Sort(seen)
		if len(seen) != 60 || len(slices.Compact(seen)) != 60 {
			t.Errorf("%s: %d people", query, len(seen))
		}
	}
}

func TestEveryWordIsSaid(t *testing.T) {
	check := func(lang string, v reflect.Value) {
		for i := range v.NumField() {
			if v.Field(i).String() == "" {
				t.Errorf("%s: no word for %s", lang, v.Type().Field(i).Name)
			}
		}
	}
	for lang := range pageWords {
		check(lang, reflect.ValueOf(*pageWords[lang]))
		check(lang, reflect.ValueOf(*deskTexts[lang]))
	}
}

func TestMasked(t *testing.T) {
	for address, want := range map[string]string{"haru@example.com": "h•••@example.com", "+821012345678": "+82•••78"} {
		if got := masked(address); got != want {
			t.Errorf("%s is shown as %s", address, got)
		}
	}
}

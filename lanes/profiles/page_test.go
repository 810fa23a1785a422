package profiles

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
)

// people are found by username without regard to case, and by id; what is an error is answered with it.
type people map[string]any

func (p people) find(key string, match func(*Profile) bool) (*Profile, error) {
	if err, ok := p[key].(error); ok {
		return nil, err
	}
	for _, v := range p {
		if one, ok := v.(*Profile); ok && match(one) {
			c := *one
			return &c, nil
		}
	}
	return nil, ErrNotFound
}

func (p people) ByUsername(_ context.Context, source, username string) (*Profile, error) {
	return p.find(username, func(one *Profile) bool { return one.Source == source && strings.EqualFold(one.Username, username) })
}

func (p people) ByID(_ context.Context, source, id string) (*Profile, error) {
	return p.find(id, func(one *Profile) bool { return one.Source == source && one.ID == id })
}

// pageLane serves pages and pictures of people made up here.
type pageLane struct {
	*pages
	*pictureDoor
}

func (l pageLane) Name() string         { return "profiles" }
func (l pageLane) Routes() []lane.Route { return append(l.pages.routes(), l.pictureDoor.routes()...) }

func (l pageLane) Drain(ctx context.Context) error {
	return l.pictures.close(ctx)
}

func pageModule(all people, change func(*PageConfig, *PicturesConfig, *lane.Deps)) lane.Module {
	return lane.Module{Name: "profiles", Config: &struct{}{}, New: func(d lane.Deps) (lane.Lane, error) {
		pg, pc := defaultPages(), defaultPictures()
		pg.Site = "Plaza"
		d.URL = func() string { return "https://plaza.example" }
		if change != nil {
			change(&pg, &pc, &d)
		}
		return pageLane{newPages(pg, "people", "People", 5*time.Minute, all, d), &pictureDoor{all, newPictures(pc, d)}}, nil
	}}
}

var fetchedAt = time.Date(2026, 3, 1, 21, 30, 0, 0, time.UTC)

func haru() *Profile {
	return &Profile{
		Source: "people", ID: "7", Username: "haru", Fetched: fetchedAt, Fresh: time.Hour, Age: time.Minute, ETag: "1",
		Card: Card{
			ID: "7", Username: "haru", Name: "김하루", Bio: "걷는 사람.\nhttps://haru.example/길 에서 만나요", Picture: "https://pictures.example/haru.jpg",
			URL:    "https://people.example/haru",
			Fields: []Field{{"location", "서울"}, {"website", "https://haru.example"}, {"Mood", "calm"}, {"joined", " "}},
			Counts: []Count{{"followers", 1234567}, {"posts", 12}},
		},
	}
}

func TestPage(t *testing.T) {
	stale := haru()
	stale.ID, stale.Username, stale.Card.Name, stale.Stale, stale.Fresh, stale.Age, stale.Drifted = "8", "mori", "", true, 0, 3*time.Hour, true
	stale.Card.Picture = ""
	empty := &Profile{Source: "people", ID: "9", Username: "nobody.much", Fetched: fetchedAt, Fresh: 30 * time.Second}
	h := lanetest.Start(t, pageModule(people{"haru": haru(), "mori": stale, "empty": empty}, nil), lanetest.WithoutRun())
	h.Run(t,
		lanetest.Scenario{
			Name: "english", Path: "/@haru?lang=en", Status: 200,
			Contains: []string{
				`<html lang="en">`, "<title>김하루 (@haru)</title>", `<h1 dir="auto">김하루</h1>`, "<bdi>@haru</bdi>",
				`<a href="https://haru.example/%EA%B8%B8" rel="nofollow ugc noopener">https://haru.example/길</a>`, "1,234,567", "<dt>Followers</dt>", "<dt>Mood</dt>",
				`<link rel="canonical" href="https://plaza.example/@haru">`, `hreflang="ko" href="https://plaza.example/@haru?lang=ko"`,
				`<meta property="og:type" content="profile">`, `<meta property="og:title" content="김하루 (@haru)">`, `<meta property="og:site_name" content="Plaza">`,
				`<meta property="og:url" content="https://plaza.example/@haru">`, `<meta property="og:locale" content="en_US">`,
				`<meta property="og:image" content="https://plaza.example/v1/profile-pictures/people/7?size=384&amp;v=`, `<meta name="twitter:card" content="summary">`,
				`alt="Picture of 김하루"`, `As of 1 March 2026, 21:30 UTC`, `datetime="2026-03-01T21:30:00Z"`, `href="https://people.example/haru"`, "See the original",
			},
			Absent:  []string{" style=", "<style", "onclick", "noindex", "Joined", "Cached"},
			Headers: map[string]string{"Cache-Control": "public, max-age=300", "Vary": "Accept-Language", "X-Robots-Tag": ""},
		},
		lanetest.Scenario{
			Name: "korean by the browser", Path: "/@haru", Header: map[string]string{"Accept-Language": "ko-KR,ko;q=0.9"}, Status: 200,
			Contains: []string{`<html lang="ko">`, "팔로워", "지역", "원본 보기", "2026년 3월 1일 21:30 (UTC) 기준", `content="ko_KR"`, "김하루 님의 사진"},
		},
		lanetest.Scenario{
			Name: "stale, drifted, without a name and a picture", Path: "/@mori?lang=ko", Status: 200,
			Contains: []string{"3시간 전에 저장된 내용이에요", "원본의 형식이 바뀌어", "<title>@mori</title>", `<h1 dir="auto">mori</h1>`},
			Absent:   []string{"og:image", "twitter:image"},
			Headers:  map[string]string{"Cache-Control": "no-cache"},
		},
		lanetest.Scenario{
			Name: "an empty card", Path: "/@nobody.much?lang=en", Status: 200,
			Contains: []string{"Nothing has been written here yet.", `name="twitter:description" content="The profile of nobody.much (@nobody.much)."`, "?size=192"},
			Absent:   []string{"See the original", "profile-counts", "profile-fields", "og:image", "sameAs"},
			Headers:  map[string]string{"Cache-Control": "public, max-age=30"},
		},
		lanetest.Scenario{Name: "escaped", Path: "/%40%68aru", Status: 200, Contains: []string{"김하루"}},
		lanetest.Scenario{Name: "not ours: no @", Path: "/haru", Status: 404, Absent: []string{"profile-other"}},
		lanetest.Scenario{Name: "not ours: below", Path: "/@haru/x", Status: 404, Absent: []string{"profile-other"}},
		lanetest.Scenario{Name: "only read", Method: "POST", Path: "/@haru", Status: 405},
	)
}

func TestPageIsNotSentTwice(t *testing.T) {
	all := people{"haru": haru()}
	h := lanetest.Start(t, pageModule(all, nil), lanetest.WithoutRun())
	get := func(method, lang, match string) lanetest.Answer {
		return h.Do(t, lanetest.Scenario{Method: method, Path: "/@haru?lang=" + lang, Header: map[string]string{"If-None-Match": match}})
	}
	first := get("GET", "ko", "")
	tag := first.Header.Get("ETag")
	for _, match := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
		a := get("GET", "ko", match)
		if a.Status != 304 || len(a.Body) != 0 || a.Header.Get("ETag") != tag || a.Header.Get("Cache-Control") == "" || a.Header.Get("Vary") == "" || a.Header.Get("Content-Type") != "" {
			t.Errorf("%s: %d %v", match, a.Status, a.Header)
		}
	}
	if a := get("HEAD", "ko", ""); a.Status != 200 || len(a.Body) != 0 || a.Header.Get("ETag") != tag || a.Header.Get("Content-Length") != fmt.Sprint(len(first.Body)) {
		t.Errorf("HEAD: %d %v", a.Status, a.Header)
	}
	if a := get("GET", "en", tag); a.Status != 200 || a.Header.Get("ETag") == tag {
		t.Errorf("another language: %d %s", a.Status, a.Header.Get("ETag"))
	}
	newer := haru()
	newer.Card.Bio = "moved"
	all["haru"] = newer
	if a := get("GET", "ko", tag); a.Status != 200 || !strings.Contains(string(a.Body), "moved") {
		t.Errorf("another document: %d", a.Status)
	}
	older := haru()
	older.Stale, older.Fresh, older.Age = true, 0, 5*time.Hour
	all["haru"] = older
	if a := get("GET", "ko", tag); a.Status != 200 || !strings.Contains(string(a.Body), "5시간 전") {
		t.Errorf("the same document, older: %d", a.Status)
	}
}

// TestWhoIsNotThere: from outside, those who were erased, who never were and who cannot be are the same.
func TestWhoIsNotThere(t *testing.T) {
	all := people{"erased": ErrNotFound.Because(ErrErased), "bad": ErrName, "nowhere": ErrSource}
	h := lanetest.Start(t, pageModule(all, nil), lanetest.WithoutRun())
	var first lanetest.Answer
	for i, name := range []string{"never", "erased", "bad", "nowhere", "%3Cscript%3E", strings.Repeat("x", 3000), "%00", "..%2F..%2Fetc", "@", "%20"} {
		a := h.Do(t, lanetest.Scenario{Path: "/@" + name + "?lang=en"})
		for _, noise := range []string{"Date", "X-Request-Id", "Server-Timing"} {
			a.Header.Del(noise)
		}
		if i == 0 {
			first = a
		}
		if a.Status != 404 || string(a.Body) != string(first.Body) || !reflect.DeepEqual(a.Header, first.Header) {
			t.Errorf("%.20s: %d %v\n%s", name, a.Status, a.Header, a.Body)
		}
	}
	h.Run(t, lanetest.Scenario{
		Name: "it helps", Path: "/@never?lang=ko", Status: 404,
		Contains: []string{"프로필을 찾을 수 없어요", "철자를 확인해 주세요", `href="/"`, `<meta name="robots" content="noindex">`},
		Headers:  map[string]string{"X-Robots-Tag": "noindex", "Cache-Control": "public, max-age=15", "ETag": ""},
	})
}

func TestWhenTheSourceCannotBeAsked(t *testing.T) {
	all := people{
		"soon": ErrLater.After(1500 * time.Millisecond), "late": ErrUpstream.After(20 * time.Minute), "unsaid": ErrUpstream, "slow": context.DeadlineExceeded,
		"ours": fmt.Errorf("row 7 of secrets"),
	}
	h := lanetest.Start(t, pageModule(all, nil), lanetest.WithoutRun())
	h.Run(t,
		lanetest.Scenario{
			Name: "soon", Path: "/@soon?lang=en", Status: 503, Contains: []string{"Try again in a moment", "in about 2 seconds"},
			Headers: map[string]string{"Retry-After": "2", "Cache-Control": "no-store", "X-Robots-Tag": "noindex", "ETag": ""},
		},
		lanetest.Scenario{Name: "late", Path: "/@late?lang=ko", Status: 503, Contains: []string{"20분쯤 뒤에"}, Headers: map[string]string{"Retry-After": "1200"}},
		lanetest.Scenario{Name: "unsaid", Path: "/@unsaid", Status: 503, Headers: map[string]string{"Retry-After": "30"}},
		lanetest.Scenario{Name: "slow", Path: "/@slow", Status: 503, Headers: map[string]string{"Retry-After": "30"}},
		lanetest.Scenario{Name: "our own fault", Path: "/@ours", Status: 500, Code: "internal", Absent: []string{"secrets"}},
	)
}

func TestTheNameAsItIsWritten(t *testing.T) {
	odd, evil := haru(), haru()
	odd.Username, odd.ID = "Ärger/Ü", "2"
	evil.Username, evil.ID = "/EVIL.example", "3"
	h := lanetest.Start(t, pageModule(people{"haru": haru(), "odd": odd, "evil": evil}, nil), lanetest.WithoutRun())
	for asked, want := range map[string]string{
		"/@HARU":             "/@haru",
		"/@Haru?lang=ko":     "/@haru?lang=ko",
		"/@Haru?lang=x&to=/": "/@haru",
		"/@%C3%A4rger%2f%c3%bc?next=//evil.example": "/@%C3%84rger%2F%C3%9C",
		"/@%2Fevil.example":                         "/@%2FEVIL.example",
	} {
		a := h.Do(t, lanetest.Scenario{Path: asked})
		if a.Status != 301 || a.Header.Get("Location") != want || a.Header.Get("Cache-Control") != "public, max-age=300" {
			t.Errorf("%s: %d to %q, want %q", asked, a.Status, a.Header.Get("Location"), want)
		}
		if a = h.Do(t, lanetest.Scenario{Path: want}); a.Status != 200 {
			t.Errorf("%s leads on: %d %s", want, a.Status, a.Header.Get("Location"))
		}
	}
}

const breakOut = `</script><script>alert(1)</script>"'><img src=x onerror=alert(2)><!--<script>` + "\u2028"

func TestNothingBreaksOut(t *testing.T) {
	p := haru()
	p.Card = Card{
		ID: breakOut, Username: "haru", Name: breakOut, Bio: breakOut + " https://a.example/\"onmouseover=alert(3)", Picture: "javascript:alert(4)",
		URL: "javascript:alert(5)", Fields: []Field{{breakOut, breakOut}, {"website", "javascript:alert(6)"}}, Counts: []Count{{breakOut, -5}},
	}
	p.ID = breakOut
	h := lanetest.Start(t, pageModule(people{"haru": p}, func(c *PageConfig, _ *PicturesConfig, _ *lane.Deps) { c.Site, c.NoIndex = breakOut, true }), lanetest.WithoutRun())
	a := h.Do(t, lanetest.Scenario{Path: "/@haru"})
	page := string(a.Body)
	page = strings.Replace(page, "<title>"+breakOut, "", 1) // lanetest's own shell does not escape
	page = strings.Replace(page, "<title>"+oneLine(breakOut, 80), "", 1)
	_, data, _ := strings.Cut(page, `<script type="application/ld+json">`)
	data, _, _ = strings.Cut(data, "</script>")
	for _, never := range []string{"<script>alert", "<img src=x", `href="javascript:`, "<!--<script", `src="javascript:`} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s\n%s", never, page)
		}
	}
	for _, want := range []string{`<meta name="robots" content="noindex">`, "&lt;script&gt;alert(1)", `href="https://a.example/"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s\n%s", want, page)
		}
	}
	if n := strings.Count(page, "<script"); n != 2 {
		t.Errorf("there are %d script elements, want the data and the module", n)
	}
	if strings.Contains(strings.Replace(page, data, "", 1), `"onmouseover`) {
		t.Error("a link ends its attribute")
	}
	var ld structured
	if err := json.Unmarshal([]byte(data), &ld); err != nil || ld.Type != "ProfilePage" || !strings.Contains(ld.Person.Description, "</script><script>alert(1)") {
		t.Errorf("%v: %s", err, data)
	}
}

func TestStructuredData(t *testing.T) {
	h := lanetest.Start(t, pageModule(people{"haru": haru()}, nil), lanetest.WithoutRun())
	_, data, _ := strings.Cut(string(h.Do(t, lanetest.Scenario{Path: "/@haru?lang=ko"}).Body), `<script type="application/ld+json">`)
	data, _, _ = strings.Cut(data, "</script>")
	var got structured
	if err := json.Unmarshal([]byte(data), &got); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	want := structured{
		Context: "https://schema.org", Type: "ProfilePage", URL: "https://plaza.example/@haru", Lang: "ko", Read: "2026-03-01T21:30:00Z",
		Person: person{
			Type: "Person", Name: "김하루", Alternate: "haru", Identifier: "7", Description: "걷는 사람. https://haru.example/길 에서 만나요",
			Image: "https://plaza.example" + picturePath(haru(), 384), SameAs: []string{"https://people.example/haru"},
			Did: []interaction{{"InteractionCounter", "https://schema.org/WriteAction", 12}},
			Got: []interaction{{"InteractionCounter", "https://schema.org/FollowAction", 1234567}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestNamesOfAllKinds: long ones are cut, those that turn the direction of what stands beside them do not, all scripts are shown.
func TestNamesOfAllKinds(t *testing.T) {
	for name, want := range map[string]string{
		"محمد علي":                      "محمد علي",
		"👩‍👩‍👧 family":                  "👩‍👩‍👧 family",
		"admin\u202e gnp.exe":           "admin gnp.exe",
		"two\nlines\tand\x07 a bell":    "two lines and a bell",
		strings.Repeat("가", 299) + "나다": strings.Repeat("가", 299) + "나…",
		strings.Repeat("a", 3000):       strings.Repeat("a", 300) + "…",
		"\u200b":                        "\u200b",
		" \u2066\u2069 ":                "haru",
	} {
		one := haru()
		one.Card.Name = name
		p := newPages(defaultPages(), "people", "People", time.Minute, people{}, lane.Deps{})
		v := p.view(one, "ko")
		if v.Name != want || v.Long != (len([]rune(want)) > longName) {
			t.Errorf("%.30q: %q, %v", name, v.Name, v.Long)
		}
	}
}

func TestEveryWordIsSaid(t *testing.T) {
	for lang, w := range pageWords {
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			if v.Field(i).String() == "" {
				t.Errorf("%s: no word for %s", lang, v.Type().Field(i).Name)
			}
		}
	}
	for lang, w := range deskTexts {
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			if v.Field(i).String() == "" {
				t.Errorf("%s: no word for the operators' %s", lang, v.Type().Field(i).Name)
			}
		}
	}
	for label := range labelWords["en"] {
		if labelWords["ko"][label] == "" {
			t.Errorf("%s is not said in Korean", label)
		}
	}
}

func TestFormats(t *testing.T) {
	en, ko := pageWords["en"], pageWords["ko"]
	for d, want := range map[time.Duration][2]string{
		-time.Second: {"just now", "방금"}, 59 * time.Second: {"just now", "방금"}, time.Minute: {"1 minute ago", "1분 전"},
		119 * time.Minute: {"1 hour ago", "1시간 전"}, 47 * time.Hour: {"47 hours ago", "47시간 전"}, 48 * time.Hour: {"2 days ago", "2일 전"},
	} {
		if got := [2]string{en.ago(d), ko.ago(d)}; got != want {
			t.Errorf("%s: %v, want %v", d, got, want)
		}
	}
	for d, want := range map[time.Duration][2]string{
		0: {"1 second", "1초"}, 1500 * time.Millisecond: {"2 seconds", "2초"}, 2 * time.Minute: {"120 seconds", "120초"}, 121 * time.Second: {"3 minutes", "3분"},
	} {
		if got := [2]string{en.in(d), ko.in(d)}; got != want {
			t.Errorf("%s: %v, want %v", d, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567", -9223372036854775808: "-9,223,372,036,854,775,808"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestPageAssets(t *testing.T) {
	h := lanetest.Start(t, pageModule(people{}, nil), lanetest.WithoutRun())
	p := newPages(defaultPages(), "people", "People", time.Minute, people{}, lane.Deps{})
	h.Run(t,
		lanetest.Scenario{
			Name: "styles", Path: p.assets.URL("profile.css"), Status: http.StatusOK,
			Headers: map[string]string{"Cache-Control": "public, max-age=31536000, immutable", "Content-Type": "text/css; charset=utf-8"},
		},
		lanetest.Scenario{Name: "templates are not for all", Path: assetsPrefix + "/profile.html", Status: http.StatusNotFound},
	)
}

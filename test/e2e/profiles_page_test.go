//go:build integration

package e2e

import (
	"strings"
	"testing"

	"github.com/hotlane/hotlane/test/browser"
)

// TestProfilePages opens what the demo has of people in a real browser: a person's page and the operators' page in every view and both
// languages, then names of all kinds, and what changes while one watches. The pictures are for people to look at.
func TestProfilePages(t *testing.T) {
	p := start(t, t.TempDir(), "demo", "--listen", "127.0.0.1:0")
	for _, want := range []string{p.url + "/@haru.walks\n", p.url + "/profiles\n"} {
		if !strings.Contains(p.out.String(), want) {
			t.Fatalf("the demo does not name %s:\n%s", want, p.out)
		}
	}
	b := browser.Open(t)
	p.until("the demo's readers have asked for enough people", func() bool {
		return strings.Count(p.do("GET", "/profiles", "", "").body, `<li><a href="/@`) == 12
	})
	for _, lang := range []string{"ko", "en"} {
		for name, view := range browser.Views() {
			t.Run(lang+"-"+name, func(t *testing.T) {
				tab := b.Tab(t, view)
				tab.Go(p.url + "/@haru.walks?lang=" + lang)
				isAProfile(t, tab)
				tab.Shoot("screenshots", "profile-"+lang+"-"+name)
				tab.Go(p.url + "/profiles?lang=" + lang)
				isTheDesk(t, tab)
				tab.Shoot("screenshots", "profiles-"+lang+"-"+name)
			})
		}
	}
	t.Run("names of all kinds", func(t *testing.T) { namesOfAllKinds(t, b, p.url) })
	t.Run("nobody", func(t *testing.T) { nobodyIsThere(t, b, p.url) })
	t.Run("found", func(t *testing.T) { foundByName(t, b, p.url) })
	t.Run("without JavaScript", func(t *testing.T) { withoutScript(t, b, p.url) })
	t.Run("the schema changes", func(t *testing.T) { schemaChanges(t, b, p.url) })
}

const (
	picturesAreThere = `[...document.querySelectorAll('.profile-face, .avatar img')].every(i => i.complete && i.naturalWidth > 0)`
	structuredData   = `JSON.parse(document.querySelector('script[type="application/ld+json"]').textContent).mainEntity`
)

func isAProfile(t *testing.T, tab browser.Tab) {
	t.Helper()
	tab.UntilIs(picturesAreThere)
	tab.Fits()
	tab.Named()
	if n := tab.Reach(); n < 4 {
		t.Errorf("the Tab key reaches %d things", n)
	}
	for script, want := range map[string]string{
		`document.querySelector('h1').textContent`:                                 "김하루",
		structuredData + `.name`:                                                   "김하루",
		structuredData + `["@type"]`:                                               "Person",
		`document.querySelector('.profile-bio a').rel`:                             "nofollow ugc noopener",
		`new URL(document.querySelector('link[rel=canonical]').href).pathname`:     "/@haru.walks",
		`document.querySelector('meta[property="og:title"]').content`:              "김하루 (@haru.walks)",
		`String(document.querySelector('time[data-time]').textContent.length > 8)`: "true",
	} {
		if got := tab.Text(script); got != want {
			t.Errorf("%s is %q, want %q", script, got, want)
		}
	}
}

func isTheDesk(t *testing.T, tab browser.Tab) {
	t.Helper()
	tab.UntilIs(picturesAreThere)
	const answers = `document.querySelector('[data-part=tiles] dd').textContent`
	first := tab.Text(answers)
	tab.Until("the figures move", func() bool { return tab.Text(answers) != first })
	tab.UntilIs(`document.querySelector('.chart-plot svg') !== null && document.querySelector('[data-state]').dataset.state === 'live'`)
	tab.Fits()
	tab.Text(`(() => { document.querySelector('[data-pause]').click(); return '' })()`) // a real click would be where Tab goes on from
	tab.UntilIs(`document.querySelector('[data-state]').dataset.state === 'paused'`)
	tab.Named()
	if n := tab.Reach(); n < 10 {
		t.Errorf("the Tab key reaches %d things", n)
	}
	tab.Fits()
}

func namesOfAllKinds(t *testing.T, b browser.Browser, url string) {
	for _, who := range []string{"noor.letters", "emoji.only", "very.long", "empty", "script.kiddo", "달빛서재", "dongne.coffee", "jiwoo.draws", "northpier"} {
		for name, view := range map[string]browser.View{"phone": browser.Phone("light"), "desk": browser.Desk("dark")} {
			tab := b.Tab(t, view)
			tab.Go(url + "/@" + who + "?lang=ko")
			tab.UntilIs(picturesAreThere)
			tab.Fits()
			tab.Named()
			if tab.Text(structuredData+`.alternateName`) != who || !tab.Is(`document.querySelector('.profile-handle').textContent === '@`+who+`'`) {
				t.Errorf("%s: %s", who, tab.Text(structuredData+`.alternateName`))
			}
			if n := tab.Text(`String(document.querySelectorAll('script:not([src]):not([type="application/ld+json"])').length)`); n != "0" {
				t.Errorf("%s: there are %s scripts in the page", who, n)
			}
			tab.Shoot("screenshots", "profile-"+who+"-"+name)
		}
	}
}

func nobodyIsThere(t *testing.T, b browser.Browser, url string) {
	view := browser.Phone("light")
	view.Expect = func(text, _ string) bool { return strings.Contains(text, "404") }
	tab := b.Tab(t, view)
	tab.Go(url + "/@nobody.at.all?lang=ko")
	if !tab.Is(`document.querySelector('h1').textContent === '프로필을 찾을 수 없어요' && document.querySelector('meta[name=robots]').content === 'noindex'`) {
		t.Error(tab.Text(`document.body.innerText`))
	}
	tab.Fits()
	tab.Shoot("screenshots", "profile-nobody")
	tab.Click(".profile-other .button")
	tab.UntilIs(`location.pathname === '/profiles'`)
}

func foundByName(t *testing.T, b browser.Browser, url string) {
	tab := b.Tab(t, browser.Phone("dark"))
	tab.Go(url + "/profiles?lang=en")
	tab.Fill("#find-text", "@HARU")
	tab.Press(browser.KeyEnter)
	tab.UntilIs(`location.search.includes('q=') && document.querySelectorAll('.desk-people li').length === 1`)
	tab.Click(".desk-people a")
	tab.UntilIs(`location.pathname === '/@haru.walks' && document.querySelector('h1').textContent === '김하루'`)
}

func withoutScript(t *testing.T, b browser.Browser, url string) {
	for _, path := range []string{"/@haru.walks", "/profiles"} {
		view := browser.Desk("light")
		view.NoScript = true
		tab := b.Tab(t, view)
		tab.Go(url + path + "?lang=en")
		tab.Fits()
		tree := tab.Tree()
		for _, want := range []browser.Node{{Role: "link", Name: map[string]string{"/@haru.walks": "See the original", "/profiles": "Skip to content"}[path]}} {
			found := false
			for _, n := range tree {
				found = found || n.Role == want.Role && n.Name == want.Name
			}
			if !found {
				t.Errorf("%s: without JavaScript there is no %s %q", path, want.Role, want.Name)
			}
		}
	}
}

// schemaChanges waits for the stand-in to change its mind, which the operators' page says without being loaded again.
func schemaChanges(t *testing.T, b browser.Browser, url string) {
	tab := b.Tab(t, browser.Desk("light"))
	tab.Go(url + "/profiles?lang=en")
	tab.UntilIs(`[...document.querySelectorAll('.desk-drift code')].some(c => c.textContent === '/display')`)
	tab.Fits()
	tab.Shoot("screenshots", "profiles-drift")
	tab.Go(url + "/@haru.walks?lang=en")
	if got := tab.Text(`document.querySelector('h1').textContent`); got != "김하루" {
		t.Errorf("the name is %q", got)
	}
}

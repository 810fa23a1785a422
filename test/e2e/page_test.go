//go:build integration

package e2e

import (
	"strings"
	"testing"

	"github.com/hotlane/hotlane/test/browser"
)

// TestPage opens the page that the demo names in a real browser, as a phone and as a desk has it, in both languages, light and
// dark. The pictures that it leaves in screenshots are for people to look at.
func TestPage(t *testing.T) {
	p := start(t, t.TempDir(), "demo", "--listen", "127.0.0.1:0")
	if want := p.url + "/allocation\n"; !strings.Contains(p.out.String(), want) {
		t.Fatalf("the demo does not name %s:\n%s", want, p.out)
	}
	b := browser.Open(t)
	for _, lang := range []string{"ko", "en"} {
		for name, view := range browser.Views() {
			name = lang + "-" + name
			t.Run(name, func(t *testing.T) {
				tab := allocationPage{b.Tab(t, view), t}
				tab.Go(p.url + "/allocation?lang=" + lang + "&os=android&age=27&region=seoul&interests=coffee&user=haru")
				tab.Fits()
				tab.moves()
				tab.Shoot("screenshots", name)
			})
		}
	}
	t.Run("explains", func(t *testing.T) {
		tab := allocationPage{b.Tab(t, browser.Phone("light")), t}
		tab.Go(p.url + "/allocation?lang=en&os=ios&age=30")
		tab.explains()
	})
}

type allocationPage struct {
	browser.Tab
	t *testing.T
}

// moves: the counters change while one looks, and all pictures are there.
func (p allocationPage) moves() {
	p.t.Helper()
	const impressions = `document.querySelector('[data-stat="impressions"] [data-value]').textContent`
	first := p.Text(impressions)
	p.Until("the counters move", func() bool { return p.Text(impressions) != first })
	p.Until("the counters have a line", func() bool {
		return p.Text(`String(document.querySelectorAll('.spark polyline').length)`) == "3"
	})
	p.Until("pictures are loaded", func() bool {
		return p.Text(`String([...document.querySelectorAll('.phone:first-child img')].every(i => i.complete && i.naturalWidth > 0))`) == "true"
	})
	if n := p.Text(`String(document.querySelectorAll('.phone').length)`); n != "3" {
		p.t.Errorf("%s placements are shown, want 3", n)
	}
	if state := p.Text(`document.querySelector('[data-state]').dataset.state`); state != "live" {
		p.t.Errorf("the page says that it is %s", state)
	}
}

// explains: reasons are there, found by words, and change with who looks.
func (p allocationPage) explains() {
	p.t.Helper()
	visible := func(selector string) string {
		return p.Text(`String([...document.querySelectorAll('` + selector + `')].filter(e => !e.hidden).length)`)
	}
	if n := visible(".candidate"); n != "12" {
		p.t.Errorf("%s candidates are shown at first, want 12", n)
	}
	p.Text(`(() => { const f = document.getElementById('find-text'); f.value = 'seal-preorder'; f.dispatchEvent(new Event('input', {bubbles: true})); return '' })()`)
	if n := visible(".candidate"); n != "1" {
		p.t.Errorf("%s candidates are found, want 1", n)
	}
	reasons := `document.querySelector('.candidate[data-key="seal-preorder"] .reasons').textContent`
	for _, want := range []string{"Its targeting does not match", "os = 'android'", "given: ios"} {
		if got := p.Text(reasons); !strings.Contains(got, want) {
			p.t.Errorf("the explanation lacks %q: %s", want, got)
		}
	}
	p.Text(`(() => { const f = document.getElementById('f-os'); f.value = 'android'; f.dispatchEvent(new Event('change', {bubbles: true})); return '' })()`)
	p.Until("the explanation follows who looks", func() bool {
		return !strings.Contains(p.Text(reasons), "os = 'android'") && strings.Contains(p.Text(`location.search`), "os=android")
	})
	p.Text(`(() => { const s = document.getElementById('find-placement'); s.value = 'banner'; s.dispatchEvent(new Event('change', {bubbles: true})); return '' })()`)
	p.Until("the explanation follows the placement", func() bool {
		return p.Text(`document.querySelector('figcaption a[aria-current]')?.dataset.explain ?? ''`) == "banner"
	})
}

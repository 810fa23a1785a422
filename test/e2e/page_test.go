//go:build integration

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// TestPage opens the page that the demo names in a real browser, as a phone and as a desk has it, in both languages, light and
// dark. The pictures that it leaves in screenshots are for people to look at.
func TestPage(t *testing.T) {
	p := start(t, t.TempDir(), "demo", "--listen", "127.0.0.1:0")
	if want := p.url + "/allocation\n"; !strings.Contains(p.out.String(), want) {
		t.Fatalf("the demo does not name %s:\n%s", want, p.out)
	}
	browser := openBrowser(t)
	for _, lang := range []string{"ko", "en"} {
		for _, theme := range []string{"light", "dark"} {
			for _, size := range [][2]int64{{390, 844}, {1280, 900}} {
				name := fmt.Sprintf("%s-%s-%d", lang, theme, size[0])
				t.Run(name, func(t *testing.T) {
					tab := browser.tab(t, theme, size)
					tab.do(chromedp.Navigate(p.url + "/allocation?lang=" + lang + "&os=android&age=27&region=seoul&interests=coffee&user=haru"))
					tab.fits(size[0])
					tab.moves()
					tab.shoot(name)
				})
			}
		}
	}
	t.Run("explains", func(t *testing.T) {
		tab := browser.tab(t, "light", [2]int64{390, 844})
		tab.do(chromedp.Navigate(p.url + "/allocation?lang=en&os=ios&age=30"))
		tab.explains()
	})
}

type browser struct{ ctx context.Context }

func openBrowser(t *testing.T) browser {
	t.Helper()
	path := os.Getenv("HOTLANE_TEST_CHROMIUM")
	if path == "" {
		t.Fatal("HOTLANE_TEST_CHROMIUM must be the path of a Chromium; make test sets it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return browser{ctx}
}

// tab is one page in the browser. Whatever it says on its console, and whatever its policy forbids, fails the test.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func (b browser) tab(t *testing.T, theme string, size [2]int64) tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(stop)
	p := tab{t, ctx}
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("the page threw: %s", e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			t.Errorf("the browser says: %s %s", e.Entry.Text, e.Entry.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	p.do(
		chromedp.Func(func(ctx context.Context, to *chromedp.Target) error {
			_, err := cdp.Call(ctx, to, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
			})
			return err
		}),
		chromedp.EmulateViewport(size[0], size[1]),
	)
	return p
}

func (p tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p tab) text(script string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return s
}

func (p tab) until(what string, ok func() bool) {
	p.t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-p.ctx.Done():
			p.t.Fatal("never: " + what)
		}
	}
}

// fits: nothing makes the page wider than the screen.
func (p tab) fits(width int64) {
	p.t.Helper()
	if got := p.text(`String(document.documentElement.scrollWidth)`); got != fmt.Sprint(width) {
		p.t.Errorf("the page is %s wide on a screen of %d", got, width)
	}
}

// moves: the counters change while one looks, and all pictures are there.
func (p tab) moves() {
	p.t.Helper()
	const impressions = `document.querySelector('[data-stat="impressions"] [data-value]').textContent`
	first := p.text(impressions)
	p.until("the counters move", func() bool { return p.text(impressions) != first })
	p.until("the counters have a line", func() bool {
		return p.text(`String(document.querySelectorAll('.spark polyline').length)`) == "3"
	})
	p.until("pictures are loaded", func() bool {
		return p.text(`String([...document.querySelectorAll('.phone:first-child img')].every(i => i.complete && i.naturalWidth > 0))`) == "true"
	})
	if n := p.text(`String(document.querySelectorAll('.phone').length)`); n != "3" {
		p.t.Errorf("%s placements are shown, want 3", n)
	}
	if state := p.text(`document.querySelector('[data-state]').dataset.state`); state != "live" {
		p.t.Errorf("the page says that it is %s", state)
	}
}

// explains: reasons are there, found by words, and change with who looks.
func (p tab) explains() {
	p.t.Helper()
	visible := func(selector string) string {
		return p.text(`String([...document.querySelectorAll('` + selector + `')].filter(e => !e.hidden).length)`)
	}
	if n := visible(".candidate"); n != "12" {
		p.t.Errorf("%s candidates are shown at first, want 12", n)
	}
	p.text(`(() => { const f = document.getElementById('find-text'); f.value = 'seal-preorder'; f.dispatchEvent(new Event('input', {bubbles: true})); return '' })()`)
	if n := visible(".candidate"); n != "1" {
		p.t.Errorf("%s candidates are found, want 1", n)
	}
	reasons := `document.querySelector('.candidate[data-key="seal-preorder"] .reasons').textContent`
	for _, want := range []string{"Its targeting does not match", "os = 'android'", "given: ios"} {
		if got := p.text(reasons); !strings.Contains(got, want) {
			p.t.Errorf("the explanation lacks %q: %s", want, got)
		}
	}
	p.text(`(() => { const f = document.getElementById('f-os'); f.value = 'android'; f.dispatchEvent(new Event('change', {bubbles: true})); return '' })()`)
	p.until("the explanation follows who looks", func() bool {
		return !strings.Contains(p.text(reasons), "os = 'android'") && strings.Contains(p.text(`location.search`), "os=android")
	})
	p.text(`(() => { const s = document.getElementById('find-placement'); s.value = 'banner'; s.dispatchEvent(new Event('change', {bubbles: true})); return '' })()`)
	p.until("the explanation follows the placement", func() bool {
		return p.text(`document.querySelector('figcaption a[aria-current]')?.dataset.explain ?? ''`) == "banner"
	})
}

func (p tab) shoot(name string) {
	p.t.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.MkdirAll("screenshots", 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("screenshots", name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

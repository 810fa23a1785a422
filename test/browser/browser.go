// Package browser opens pages in a real Chromium for tests. Whatever a page says on its console, throws, or does against its policy
// fails the test that opened it.
package browser

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long one tab may live: a page that never does what a test waits for ends here.
const patience = 90 * time.Second

// Browser is one running Chromium. It ends with the test.
type Browser struct{ ctx context.Context }

// Open starts the Chromium that HOTLANE_TEST_CHROMIUM names; scripts/with-servers.sh sets it.
func Open(t *testing.T) Browser {
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
	return Browser{ctx}
}

// View is how a page is looked at. The zero value is a desk in light colours.
type View struct {
	Width, Height int64                       // CSS pixels; 0: 1280 and 900
	Theme         string                      // "light" or "dark"
	NoScript      bool                        // as where JavaScript is off
	Expect        func(text, url string) bool // what the browser may say, such as of an answer of 422 that is asked for; may be nil
}

// The two sizes that pages are made for.
func Phone(theme string) View { return View{Width: 390, Height: 844, Theme: theme} }
func Desk(theme string) View  { return View{Width: 1280, Height: 900, Theme: theme} }

// Views are phone and desk, light and dark, with a name for each: "light-390".
func Views() map[string]View {
	views := map[string]View{}
	for _, theme := range []string{"light", "dark"} {
		for _, v := range []View{Phone(theme), Desk(theme)} {
			views[fmt.Sprintf("%s-%d", theme, v.Width)] = v
		}
	}
	return views
}

// Tab is one page in the browser. It ends with the test.
type Tab struct {
	t     *testing.T
	ctx   context.Context
	width int64
}

// Tab opens one. Motion is reduced in it.
func (b Browser) Tab(t *testing.T, v View) Tab {
	t.Helper()
	if v.Width == 0 {
		v.Width, v.Height = 1280, 900
	}
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, patience)
	t.Cleanup(stop)
	p := Tab{t, ctx, v.Width}
	if err := chromedp.Listen(ctx, p.listen(v.Expect)); err != nil {
		t.Fatal(err)
	}
	p.Do(
		call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: v.Theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}),
		call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.NoScript}),
		chromedp.EmulateViewport(v.Width, v.Height),
	)
	return p
}

func (p Tab) listen(expected func(text, url string) bool) func(any) {
	return func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			p.t.Errorf("the page threw: %s", e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			if expected == nil || !expected(e.Entry.Text, e.Entry.URL) {
				p.t.Errorf("the browser says: %s %s", e.Entry.Text, e.Entry.URL)
			}
		}
	}
}

func call[P any](command cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, to *chromedp.Target) error {
		_, err := cdp.Call(ctx, to, command, params)
		return err
	})
}

// Do runs steps of chromedp, one after the other.
func (p Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// Go opens a URL in front of all other tabs, since those behind are not drawn, and waits until it has loaded.
func (p Tab) Go(url string) {
	p.t.Helper()
	p.Do(call(page.BringToFront, cdp.Empty{}), chromedp.Navigate(url))
}

// Text is what a script gives, which must be a text.
func (p Tab) Text(script string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return s
}

// Is: the script gives true.
func (p Tab) Is(script string) bool {
	p.t.Helper()
	return p.Text("String(Boolean("+script+"))") == "true"
}

// Until looks again and again, until it is so or the tab's time is over.
func (p Tab) Until(what string, ok func() bool) {
	p.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-p.ctx.Done():
			p.t.Fatal("never: " + what)
		}
	}
}

// UntilIs waits until the script gives true. While one page gives way to another it may fail, and so may the asking.
func (p Tab) UntilIs(script string) {
	p.t.Helper()
	try := "(() => { try { return String(Boolean(" + script + ")) } catch { return '' } })()"
	p.Until(script, func() bool {
		s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](try))
		return err == nil && s == "true"
	})
}

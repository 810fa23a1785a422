package browser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Keys that Press knows beside letters.
const (
	KeyTab    = kb.Tab
	KeyEnter  = kb.Enter
	KeyEscape = kb.Escape
	KeyLeft   = kb.ArrowLeft
	KeyRight  = kb.ArrowRight
	KeyHome   = kb.Home
	KeyEnd    = kb.End
)

// Press presses keys, one after the other, wherever the focus is.
func (p Tab) Press(keys string) {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(keys))
}

// PressBack is Shift+Tab.
func (p Tab) PressBack() {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(KeyTab, chromedp.KeyModifiers(chromedp.ModifierShift)))
}

// Click clicks what the CSS selector finds first, in the middle of it.
func (p Tab) Click(selector string) {
	p.t.Helper()
	err := chromedp.Do(p.ctx, chromedp.Click(selector))
	if err != nil && strings.Contains(err.Error(), "Could not find node") { // the page was drawn anew, and put another in its place
		p.Text("(() => { document.querySelector(" + quote(selector) + ")?.click(); return '' })()")
		return
	}
	if err != nil {
		p.t.Fatalf("click %s: %v", selector, err)
	}
}

// Fill puts a text into a field as if it was typed.
func (p Tab) Fill(selector, text string) {
	p.t.Helper()
	p.Text("(() => { const f = document.querySelector(" + quote(selector) + "); f.focus(); f.value = ''; return '' })()")
	p.Press(text)
}

// Focused is the id of what has the focus, else its tag: "body" where nothing has.
func (p Tab) Focused() string {
	p.t.Helper()
	return p.Text(`document.activeElement.id || document.activeElement.tagName.toLowerCase()`)
}

// Fits: nothing makes the page wider than the screen.
func (p Tab) Fits() {
	p.t.Helper()
	if got := p.Text(`String(document.documentElement.scrollWidth)`); got != strconv.FormatInt(p.width, 10) {
		p.t.Errorf("the page is %s wide on a screen of %d; what sticks out: %s", got, p.width, p.Text(`[...document.body.querySelectorAll('*')]
			.filter(e => e.getBoundingClientRect().right > innerWidth + 0.5).slice(0, 5).map(e => e.tagName + '.' + e.className).join(' ')`))
	}
}

// Shoot leaves a picture of the whole page in dir, for people to look at. It waits until the page has loaded: one that has just taken
// another's place may not be laid out yet, and has no width.
func (p Tab) Shoot(dir, name string) {
	p.t.Helper()
	p.UntilIs(`document.readyState === 'complete' && document.documentElement.scrollWidth > 0`)
	png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// quote makes a text of JavaScript.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a string: cannot happen
		panic(err)
	}
	return string(b)
}

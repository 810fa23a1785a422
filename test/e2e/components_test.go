//go:build integration

package e2e

import (
	"strings"
	"testing"

	"github.com/hotlane/hotlane/test/browser"
)

// TestComponents opens the page of all components in a real browser, in every view and both languages: it fits, the Tab key reaches
// all of it, and all of it has a name. The pictures are for people to look at.
func TestComponents(t *testing.T) {
	p := start(t, t.TempDir(), "demo", "--listen", "127.0.0.1:0")
	b := browser.Open(t)
	at := p.url + "/_hotlane/components?lang="
	for _, lang := range []string{"ko", "en"} {
		for name, view := range browser.Views() {
			t.Run(lang+"-"+name, func(t *testing.T) {
				tab := b.Tab(t, view)
				tab.Go(at + lang)
				tab.UntilIs(`document.querySelectorAll('.chart-box').length === 5`)
				tab.Fits()
				tab.Named()
				tab.Shoot("screenshots", "components-"+lang+"-"+name)
				if n := tab.Reach(); n < 80 {
					t.Errorf("the Tab key reaches %d things; there are more", n)
				}
				tab.Fits()
			})
		}
	}
	t.Run("form", func(t *testing.T) { formRefusesAndAccepts(t, b, at) })
	t.Run("form without JavaScript", func(t *testing.T) { formWithoutScript(t, b, at) })
	t.Run("dialog", func(t *testing.T) { dialogHoldsTheFocus(t, b.Tab(t, browser.Phone("light")), at) })
	t.Run("tabs", func(t *testing.T) { tabsByArrows(t, b.Tab(t, browser.Desk("dark")), at) })
	t.Run("chart", func(t *testing.T) { chartByKeys(t, b.Tab(t, browser.Desk("light")), at) })
	t.Run("table", func(t *testing.T) { tableSorts(t, b.Tab(t, browser.Desk("light")), at) })
	t.Run("toast", func(t *testing.T) { toastIsSaid(t, b.Tab(t, browser.Phone("dark")), at) })
	t.Run("theme and language", func(t *testing.T) { switches(t, b.Tab(t, browser.Phone("light")), at) })
}

// expect422 lets the browser say that the form was refused, which is what is tested.
func expect422(text, _ string) bool { return strings.Contains(text, "422") }

func formRefusesAndAccepts(t *testing.T, b browser.Browser, at string) {
	view := browser.Phone("light")
	view.Expect = expect422
	tab := b.Tab(t, view)
	tab.Go(at + "en#form")
	const email, name = "#join-email", "#join-name"

	// Three things are missing: the summary says so, and has the focus.
	tab.Click("#form .actions button")
	tab.UntilIs(`document.activeElement.matches('[data-summary]')`)
	said := tab.Text(`document.activeElement.innerText`)
	for _, want := range []string{"Please check the following", "Email: Please fill this in.", "Name: Please fill this in.", "I agree to be written to once: Please fill this in."} {
		if !strings.Contains(said, want) {
			t.Errorf("the summary lacks %q: %s", want, said)
		}
	}
	described(t, tab, "Email", "Please fill this in.")
	tab.Shoot("screenshots", "components-form-refused")
	tab.Text(`document.querySelector('[data-summary] a').click() ?? ''`)
	if got := tab.Focused(); got != "join-email" {
		t.Errorf("the summary's link leads to %s", got)
	}

	// One thing is wrong in its form: the field has the focus.
	tab.Fill(email, "nobody")
	tab.Fill(name, "Haru")
	tab.Click("#form input[name=consent]")
	tab.Click("#form .actions button")
	tab.UntilIs(`document.activeElement.id === 'join-email'`)
	described(t, tab, "Email", "Please enter an email address such as name@example.com.")
	if tab.Is(`document.querySelector('#join-name').hasAttribute('aria-invalid')`) {
		t.Error("what was mended is still marked")
	}

	// The server refuses one field, by its place in the body.
	tab.Fill(email, "taken@example.com")
	if tab.Is(`document.querySelector('#join-email').hasAttribute('aria-invalid')`) {
		t.Error("a field is marked while it is mended")
	}
	tab.Press(browser.KeyEnter)
	tab.UntilIs(`document.querySelector('#join-email').getAttribute('aria-invalid') === 'true' && !document.querySelector('#form form').hasAttribute('aria-busy')`)
	described(t, tab, "Email", "This address is taken.")

	// It is accepted: sent once however often it is pressed, and success has the focus.
	tab.Fill(email, "haru@example.com")
	tab.Text(`(() => { window.sent = 0; const real = fetch; window.fetch = (...a) => { window.sent++; return real(...a) }; return '' })()`)
	tab.Text(`(() => { const b = document.querySelector('#form .actions button'); b.click(); b.click(); b.click(); return '' })()`)
	tab.UntilIs(`document.activeElement.closest('#join-done') !== null`)
	if n := tab.Text(`String(window.sent)`); n != "1" {
		t.Errorf("it was sent %s times", n)
	}
	if got := tab.Text(`document.querySelector('#join-done').innerText`); !strings.Contains(got, "12") {
		t.Errorf("success does not have the answer's place: %s", got)
	}
	if tab.Is(`document.querySelector('#form form').checkVisibility()`) {
		t.Error("the form is still there")
	}
	tab.Shoot("screenshots", "components-form-done")
}

// described: the text field of the name is said to be wrong, and why.
func described(t *testing.T, tab browser.Tab, name, why string) {
	t.Helper()
	for _, n := range tab.Tree() {
		if n.Role == "textbox" && n.Name == name {
			if !strings.Contains(n.Description, why) {
				t.Errorf("%s is described as %q, want %q", name, n.Description, why)
			}
			return
		}
	}
	t.Errorf("there is no field %s", name)
}

func formWithoutScript(t *testing.T, b browser.Browser, at string) {
	view := browser.Phone("dark")
	view.NoScript, view.Expect = true, expect422
	tab := b.Tab(t, view)
	tab.Go(at + "ko")
	tab.Shoot("screenshots", "components-without-script")
	tab.Fits()
	send := func(email string) {
		tab.Fill("#join-email", email)
		tab.Fill("#join-name", "하루")
		tab.Click("#form input[name=consent]")
		tab.Click("#form .actions button")
	}
	send("taken@example.com")
	tab.UntilIs(`document.querySelector('#join-email-error')?.textContent === '이미 쓰이고 있는 주소예요.'`)
	described(t, tab, "이메일", "이미 쓰이고 있는 주소예요.")
	send("haru@example.com")
	tab.UntilIs(`document.querySelector('#join-done').checkVisibility()`)
}

func dialogHoldsTheFocus(t *testing.T, tab browser.Tab, at string) {
	const opener, dialog = "button[commandfor=erase]", "document.querySelector('#erase')"
	tab.Go(at + "en#dialog")
	tab.Click(opener)
	tab.UntilIs(dialog + `.matches(':modal')`)
	tab.Shoot("screenshots", "components-dialog")
	if !tab.Is(dialog + `.contains(document.activeElement) && document.activeElement.value === 'keep'`) {
		t.Error("the harmless answer does not have the focus")
	}
	for range 6 { // past the last button more than once; between them the browser's own controls have it
		tab.Press(browser.KeyTab)
		if !tab.Is(dialog + `.contains(document.activeElement) || document.activeElement === document.body`) {
			t.Errorf("the focus has left the dialog: %s", tab.Focused())
		}
	}
	tab.Press(browser.KeyEscape)
	tab.UntilIs(`!` + dialog + `.open`)
	if !tab.Is(`document.activeElement.matches('` + opener + `')`) {
		t.Errorf("the focus is not back where it was, but on %s", tab.Focused())
	}
}

func tabsByArrows(t *testing.T, tab browser.Tab, at string) {
	tab.Go(at + "en")
	tab.UntilIs(`document.querySelector('#tab-who-tab')`)
	tab.Text(`(() => { document.querySelector('#tab-who-tab').focus(); return '' })()`)
	for _, step := range []struct{ key, panel string }{
		{browser.KeyRight, "tab-consent"},
		{browser.KeyRight, "tab-mail"},
		{browser.KeyRight, "tab-who"},
		{browser.KeyLeft, "tab-mail"},
		{browser.KeyHome, "tab-who"},
		{browser.KeyEnd, "tab-mail"},
	} {
		tab.Press(step.key)
		if got := tab.Focused(); got != step.panel+"-tab" {
			t.Errorf("the focus is on %s, want %s-tab", got, step.panel)
		}
		if shown := tab.Text(`[...document.querySelectorAll('#tabs section')].filter(e => e.checkVisibility()).map(e => e.id).join()`); shown != step.panel {
			t.Errorf("shown is %s, want %s", shown, step.panel)
		}
		if chosen := tab.Text(`[...document.querySelectorAll('#tabs [aria-selected=true]')].map(e => e.id).join()`); chosen != step.panel+"-tab" {
			t.Errorf("chosen is %s, want %s-tab", chosen, step.panel)
		}
	}
}

func chartByKeys(t *testing.T, tab browser.Tab, at string) {
	const plot = `document.querySelector('#chart-area .chart-plot')`
	tab.Go(at + "en")
	tab.UntilIs(plot)
	summary := tab.Text(plot + `.getAttribute('aria-label')`)
	for _, want := range []string{"Sign-ups by day", "highest 155 (Sat, November 21)", "lowest 13 (Wed, October 28)"} {
		if !strings.Contains(summary, want) {
			t.Errorf("the summary lacks %q: %s", want, summary)
		}
	}
	tab.Text(`(() => { ` + plot + `.scrollIntoView({ block: 'center' }); ` + plot + `.focus(); return '' })()`)
	tab.Press(browser.KeyEnd)
	tab.Press(browser.KeyLeft)
	tip := tab.Text(`document.querySelector('#chart-area .chart-tip').innerText`)
	row := strings.Split(tab.Text(`[...[...document.querySelectorAll('#chart-area tbody tr')].at(-2).cells].map(c => c.textContent).slice(1).join()`), ",")
	for _, want := range row {
		if !strings.Contains(tip, want) {
			t.Errorf("the tip lacks %q of the last day but one: %s", want, tip)
		}
	}
	tab.UntilIs(`document.querySelector('[role=status].visually-hidden').textContent.includes('` + row[len(row)-1] + `')`)
	tab.Shoot("screenshots", "components-chart")
	tab.Text(`(() => { document.querySelector('#chart-area .chart-data').open = true; return '' })()`)
	if n := tab.Text(`String(document.querySelectorAll('#chart-area tbody tr').length)`); n != "30" {
		t.Errorf("the table has %s rows", n)
	}
}

func tableSorts(t *testing.T, tab browser.Tab, at string) {
	tab.Go(at + "en")
	tab.UntilIs(`document.querySelector('#table .sort')`)
	column := func() string {
		return tab.Text(`[...document.querySelectorAll('#table tbody tr')].map(r => r.cells[0].textContent).join()`)
	}
	tab.Click("#table thead th:first-child button")
	if got := column(); got != "1,2,10" {
		t.Errorf("rising: %s", got)
	}
	tab.Click("#table thead th:first-child button")
	if got := column(); got != "10,2,1" {
		t.Errorf("falling: %s", got)
	}
	if got := tab.Text(`document.querySelector('#table th[aria-sort]').getAttribute('aria-sort')`); got != "descending" {
		t.Errorf("the head says %s", got)
	}
}

func toastIsSaid(t *testing.T, tab browser.Tab, at string) {
	tab.Go(at + "ko")
	tab.UntilIs(`document.readyState === 'complete'`)
	tab.Click("[data-toast]")
	tab.UntilIs(`document.querySelector('.toasts[role=status] .toast')?.textContent.includes('저장했어요.')`)
	tab.Shoot("screenshots", "components-toast")
	tab.Click(".toast-close")
	tab.UntilIs(`document.querySelector('.toast') === null`)
}

func switches(t *testing.T, tab browser.Tab, at string) {
	const ground = `getComputedStyle(document.body).backgroundColor`
	tab.Go(at + "en&kept=1#tabs")
	light := tab.Text(ground)
	tab.Click("[data-theme-switch]")
	if tab.Text(ground) == light {
		t.Error("the switch does not darken the page")
	}
	tab.Click("[data-language]")
	tab.UntilIs(`document.documentElement.lang === 'ko'`)
	if got := tab.Text(`location.search + location.hash`); got != "?lang=ko&kept=1#tabs" {
		t.Errorf("the other language is at %s", got)
	}
	if tab.Text(ground) == light {
		t.Error("the choice of brightness is forgotten")
	}
}

//go:build integration

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/test/browser"
)

// papersSite is a program with papers, and two people in browsers of their own.
type papersSite struct {
	*process
	t         *testing.T
	ada, bora paperTab // ada makes the paper, bora writes on it
	write     string   // URL of the writers' link
	own       string
	read      string
}

// paperTab is one page of a paper.
type paperTab struct {
	browser.Tab
	t *testing.T
}

// The board as a page shows it: words and places of all notes, and whether they are sent.
const shownNotes = `JSON.stringify([...document.querySelectorAll('.slip[data-id]')].map((s) => [s.dataset.id, s.querySelector('.slip-text')?.textContent ?? '',
	s.querySelector('.slip-name')?.textContent ?? '', s.dataset.color, s.style.getPropertyValue('--x'), s.style.getPropertyValue('--y'), s.style.getPropertyValue('--layer')]))`

const firstNote = `getComputedStyle(document.querySelector('.slip')).position`

const (
	paperIsLive  = `document.querySelector('[data-papers]').dataset.live === 'in'`
	nothingWaits = `document.querySelector('.slip.waits') === null`
)

// TestPapersPage: two browsers write on one paper, one goes offline, writes on and comes back, and both show the same. The paper is
// delivered, its recipient opens it, and the file that is kept opens without the program. The pictures are for people to look at.
func TestPapersPage(t *testing.T) {
	s := &papersSite{process: start(t, site(t, ""), "serve", "--lanes=papers"), t: t}
	desk := browser.Desk("light")
	s.ada = paperTab{browser.Open(t).Tab(t, desk), t}
	phone := browser.Phone("light")
	phone.Expect = func(text, url string) bool { // what it says while it is offline
		return strings.Contains(text, "ERR_INTERNET_DISCONNECTED") || strings.Contains(text, "409 (Conflict)") || strings.Contains(text, "WebSocket connection to")
	}
	second := browser.Open(t)
	s.bora = paperTab{second.Tab(t, phone), t}

	s.makes()
	s.bothWrite()
	s.moves()
	s.goesOfflineAndComesBack()
	s.reloads()
	s.pictures()
	s.menus()
	s.ada.Shoot("screenshots", "papers-live-owner")
	s.bora.Shoot("screenshots", "papers-live-writer-phone")
	s.delivers()
	s.reads(second)
	s.keeps(second)
}

// makes: the paper is made by the form, and its page is the owner's.
func (s *papersSite) makes() {
	s.ada.Go(s.url + "/papers?lang=ko")
	s.ada.Click("[data-make] button[type=submit]") // nothing is filled in
	s.ada.UntilIs(`document.activeElement.matches('[data-summary]')`)
	s.ada.Fill("#recipient", "지우")
	s.ada.Fill("#title", "생일 축하해!")
	s.ada.Click(`input[name=theme][value=birthday]`)
	s.ada.Click("[data-make] button[type=submit]")
	s.ada.UntilIs(`location.pathname.startsWith('/papers/o')`)
	s.ada.UntilIs(paperIsLive)
	s.own = s.ada.Text(`location.href.split('?')[0]`)
	s.write = s.ada.Text(`document.querySelector('#write-url').value`)
	if !strings.HasPrefix(s.write, s.url+"/papers/w") {
		s.t.Fatalf("the link for writing is %s", s.write)
	}
}

// writes puts a note up by the dialog.
func (p paperTab) writes(name, text string) {
	p.t.Helper()
	p.Click("[data-write]")
	p.UntilIs(`document.querySelector('#composer').open`)
	p.Fill("#note-text", text)
	p.Fill("#note-name", name)
	p.Click("[data-compose-send]")
	p.UntilIs(`!document.querySelector('#composer').open`)
}

func (p paperTab) shows(text string) {
	p.t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		p.t.Fatal(err)
	}
	p.UntilIs(`[...document.querySelectorAll('.slip-text')].some((e) => e.textContent === ` + string(quoted) + `)`)
}

// bothWrite: what one puts up the other sees, and who is there.
func (s *papersSite) bothWrite() {
	s.ada.writes("아다", "생일 축하해!\n오래 보자.")
	s.bora.Go(s.write + "?lang=ko")
	s.bora.UntilIs(paperIsLive)
	s.bora.shows("생일 축하해!\n오래 보자.")
	s.bora.writes("보라", "늘 고마워요.")
	s.ada.shows("늘 고마워요.")
	s.ada.UntilIs(`document.querySelectorAll('.face').length === 1`)
	s.bora.Click("[data-write]")
	s.bora.UntilIs(`document.querySelector('#composer').open`)
	s.bora.Fill("#note-text", "쓰")
	s.ada.UntilIs(`document.querySelector('[data-people-text]').textContent.includes('보라')`)
	s.bora.Click("[data-compose-cancel]")
	s.same()
	if n := s.bora.Text(`String(document.querySelectorAll('.slip.own').length)`); n != "1" {
		s.t.Errorf("%s notes are bora's, want 1", n)
	}
}

// same waits until nothing is under way and both show the same.
func (s *papersSite) same() {
	s.t.Helper()
	for _, p := range []paperTab{s.ada, s.bora} {
		p.UntilIs(nothingWaits)
	}
	s.ada.Until("both show the same", func() bool { return s.ada.Text(shownNotes) == s.bora.Text(shownNotes) })
}

// moves: a note goes where it is dragged, and where the arrow keys send it, on all pages.
func (s *papersSite) moves() {
	place := func(p paperTab) string {
		return p.Text(`(() => { const s = [...document.querySelectorAll('.slip[data-id]')].find((e) => e.textContent.includes('오래 보자')); return s.style.getPropertyValue('--x') + ' ' + s.style.getPropertyValue('--y') })()`)
	}
	before := place(s.ada)
	s.ada.Drag(".slip.own .slip-text", 160, 90)
	s.ada.Until("the note is dragged", func() bool { return place(s.ada) != before })
	s.same()
	before = place(s.bora)
	s.ada.Text(`document.querySelector('.slip.own .slip-more').focus() ?? ''`)
	s.ada.Press(browser.KeyRight)
	s.ada.UntilIs(`document.querySelector('[role=status].visually-hidden')?.textContent.includes('옮겼어요')`)
	s.bora.Until("the arrow key moves it", func() bool { return place(s.bora) != before })
	s.same()
}

// goesOfflineAndComesBack: both go on writing; nothing is lost or doubled, and both show the same.
func (s *papersSite) goesOfflineAndComesBack() {
	s.bora.Offline(true)
	s.bora.UntilIs(`!document.querySelector('[data-banner]').hidden`)
	s.bora.writes("보라", "지하철이에요.")
	s.bora.writes("보라", "터널이 길어요.")
	s.ada.writes("아다", "그동안 쓴 쪽지")
	s.bora.UntilIs(`document.querySelectorAll('.slip.waits').length === 2`)
	s.bora.UntilIs(`document.querySelector('[data-banner-text]').textContent.includes('2')`)
	s.bora.Shoot("screenshots", "papers-offline")
	if s.ada.Is(`document.body.textContent.includes('지하철')`) {
		s.t.Error("what was written offline is there already")
	}
	s.bora.Offline(false)
	s.ada.shows("지하철이에요.")
	s.ada.shows("터널이 길어요.")
	s.bora.shows("그동안 쓴 쪽지")
	s.same()
	if n := s.ada.Text(`String(document.querySelectorAll('.slip[data-id]').length)`); n != "5" {
		s.t.Errorf("%s notes are on the paper, want 5", n)
	}
}

// reloads: what waits when a page is left is sent by the next one, once.
func (s *papersSite) reloads() {
	s.bora.Offline(true)
	s.bora.UntilIs(`document.querySelector('[data-papers]').dataset.connection === 'waiting'`)
	s.bora.writes("보라", "새로 고쳐도 남아요.")
	s.bora.Offline(false)
	s.bora.Go(s.write + "?lang=ko")
	s.bora.UntilIs(paperIsLive)
	s.ada.shows("새로 고쳐도 남아요.")
	s.same()
	if n := s.ada.Text(`String([...document.querySelectorAll('.slip-text')].filter((e) => e.textContent.includes('새로 고쳐도')).length)`); n != "1" {
		s.t.Errorf("the note is there %s times", n)
	}
}

// does opens the menu of the note with this text, and presses what it offers.
func (p paperTab) does(text, act string) {
	p.t.Helper()
	p.Text(`[...document.querySelectorAll('.slip')].find((e) => e.textContent.includes("` + text + `")).querySelector('.slip-more').click() ?? ''`)
	p.UntilIs(`document.querySelector('#note-menu').open`)
	p.Click("#note-menu [data-do=" + act + "]")
}

// menus: a note is changed, deleted and put back by its author, reported by another, hidden and shown again by the owner.
func (s *papersSite) menus() {
	s.bora.does("터널이 길어요", "edit")
	s.bora.Fill("#note-text", "터널을 지났어요.")
	s.bora.Click("[data-compose-send]")
	s.ada.shows("터널을 지났어요.")
	s.bora.does("지하철", "delete")
	s.ada.UntilIs(`![...document.querySelectorAll('.slip-text')].some((e) => e.textContent.includes('지하철'))`)
	s.bora.Click("[data-snack] button")
	s.ada.shows("지하철이에요.")
	s.bora.does("그동안", "report")
	s.bora.Fill("#reason", "시험이에요")
	s.bora.Click("#report button:not([type=button])")
	s.bora.UntilIs(`document.querySelector('.toast')?.textContent.includes('신고')`)
	s.ada.Go(s.own + "?lang=ko")
	s.ada.UntilIs(paperIsLive)
	s.ada.Click(".reports summary")
	s.ada.Click("[data-reported]")
	s.ada.UntilIs(`document.querySelector('#note-menu').open`)
	s.ada.Click("#note-menu .actions button")
	s.ada.does("늘 고마워요", "hide")
	s.bora.UntilIs(`document.querySelector('.slip.veiled') !== null`)
	s.bora.Until("its words are gone", func() bool { return !strings.Contains(s.bora.Text(shownNotes), "늘 고마워요") })
	s.ada.does("가려진", "unhide")
	s.bora.shows("늘 고마워요.")
	s.ada.Click(".bar [commandfor=settings]")
	s.ada.Shoot("screenshots", "papers-settings")
	s.ada.Fill("#s-title", "고마워, 지우야")
	s.ada.Click("#settings [value=thanks]")
	s.ada.Click("#settings button[type=submit]")
	s.bora.UntilIs(`document.querySelector('[data-title]').textContent === '고마워, 지우야'`)
	s.bora.UntilIs(`document.querySelector('[data-sheet]').dataset.look === 'thanks'`)
	s.bora.Click("[data-views] [value=board]")
	s.bora.Fits()
	s.bora.Shoot("screenshots", "papers-board-phone")
	s.bora.Click("[data-views] [value=list]")
	s.same()
}

// pictures: one is attached in the dialog, and seen by the other.
func (s *papersSite) pictures() {
	s.ada.Click("[data-write]")
	s.ada.Text(`(() => {
		const c = document.createElement('canvas'); c.width = 480; c.height = 320;
		const x = c.getContext('2d'); const g = x.createLinearGradient(0, 0, 0, 320); g.addColorStop(0, '#ffd08a'); g.addColorStop(1, '#e0607e');
		x.fillStyle = g; x.fillRect(0, 0, 480, 320); x.fillStyle = '#fff4d6'; x.beginPath(); x.arc(240, 190, 60, 0, 7); x.fill();
		c.toBlob((b) => { const d = new DataTransfer(); d.items.add(new File([b], 'sun.png', { type: 'image/png' }));
			const f = document.querySelector('#note-file'); f.files = d.files; f.dispatchEvent(new Event('change', { bubbles: true })) });
		return '' })()`)
	s.ada.UntilIs(`document.querySelector('[data-compose-picture]').naturalWidth === 480`)
	s.ada.Fill("#note-text", "그 바다")
	s.ada.Click("[data-compose-send]")
	s.bora.shows("그 바다")
	s.bora.UntilIs(`document.querySelector('.slip-picture')?.naturalWidth === 480`)
	s.same()
}

// delivers: the writer's page becomes one to read, with what came too late, and the owner is told the link to hand over.
func (s *papersSite) delivers() {
	s.bora.Offline(true)
	s.bora.UntilIs(`document.querySelector('[data-papers]').dataset.connection === 'waiting'`)
	s.bora.writes("보라", "너무 늦은 쪽지")
	s.ada.Click(".deliver")
	s.ada.UntilIs(`document.querySelector('#deliver').open`)
	s.ada.Shoot("screenshots", "papers-deliver")
	s.ada.Click("#deliver button[type=submit]")
	s.ada.UntilIs(`document.querySelector('#read-url')?.value`)
	s.read = s.ada.Text(`document.querySelector('#read-url').value.split('?')[0]`)
	s.ada.Shoot("screenshots", "papers-delivered-owner")
	s.bora.Offline(false)
	s.bora.UntilIs(`document.querySelector('[data-papers]').dataset.state === 'delivered'`)
	s.bora.UntilIs(`document.querySelector('[data-unsent-list]').textContent === '너무 늦은 쪽지'`)
	s.bora.Shoot("screenshots", "papers-too-late")
	if s.bora.Is(`document.querySelector('[data-write], .slip-more')`) {
		s.t.Error("a delivered paper can be written on")
	}
}

// reads: the recipient opens the envelope.
func (s *papersSite) reads(b browser.Browser) {
	tab := paperTab{b.Tab(s.t, browser.Phone("light")), s.t}
	tab.Go(s.read + "?lang=ko")
	tab.UntilIs(`!document.querySelector('[data-cover]').hidden`)
	tab.Fits()
	tab.Named()
	tab.Shoot("screenshots", "papers-envelope")
	tab.Click("[data-open]")
	tab.UntilIs(`document.activeElement.matches('h1')`)
	tab.shows("터널을 지났어요.")
	if n := tab.Text(`String([...document.querySelectorAll('.slip[data-id]')].filter((s) => s.checkVisibility()).length)`); n != "7" {
		s.t.Errorf("the recipient sees %s notes, want 7", n)
	}
	tab.Fits()
}

// keeps: the file is all there is. The program has ended.
func (s *papersSite) keeps(b browser.Browser) {
	link := strings.TrimPrefix(s.read, s.url+"/papers/")
	a := s.do("GET", "/v1/papers/"+link+"/export?format=html&lang=ko", "", "")
	if a.status != 200 {
		s.t.Fatalf("export: %d %s", a.status, a.body)
	}
	file := filepath.Join(s.t.TempDir(), "paper.html")
	if err := os.WriteFile(file, []byte(a.body), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if code := s.stop(); code != 0 {
		s.t.Errorf("the program ended with %d", code)
	}
	for name, view := range browser.Views() {
		tab := paperTab{b.Tab(s.t, view), s.t}
		tab.Go("file://" + file)
		for _, text := range []string{"생일 축하해!\n오래 보자.", "늘 고마워요.", "지하철이에요.", "터널을 지났어요.", "새로 고쳐도 남아요.", "그동안 쓴 쪽지", "그 바다"} {
			tab.shows(text)
		}
		tab.UntilIs(`document.querySelector('.slip-picture').naturalWidth > 0`)
		tab.Fits()
		tab.Named()
		tab.Press(browser.KeyTab)
		if at := tab.Focused(); at != "as-board" {
			s.t.Errorf("the Tab key leads to %s", at)
		}
		tab.Shoot("screenshots", "papers-kept-"+name)
		before := tab.Text(firstNote)
		tab.Press(map[bool]string{true: " ", false: browser.KeyRight}[strings.HasSuffix(name, "390")]) // the other way to look at it
		if tab.Text(firstNote) == before {
			s.t.Error("the keys do not change how the notes are shown")
		}
		tab.Fits()
	}
}

// TestPapersPageViews opens what the demo has of papers in every view and both languages.
func TestPapersPageViews(t *testing.T) {
	p := start(t, t.TempDir(), "demo", "--listen", "127.0.0.1:0")
	paths := map[string]string{"home": "/papers"}
	for line := range strings.Lines(p.out.String()) {
		for kind, name := range map[string]string{"/papers/w": "writer", "/papers/o": "owner", "/papers/r": "reader"} {
			if at := strings.Index(line, p.url+kind); at >= 0 && !strings.Contains(line, "curl") {
				paths[name] = strings.TrimSpace(strings.TrimPrefix(line[at:], p.url))
			}
		}
	}
	if len(paths) != 4 {
		t.Fatalf("the demo names %v:\n%s", paths, p.out)
	}
	b := browser.Open(t)
	for _, lang := range []string{"ko", "en"} {
		for name, view := range browser.Views() {
			for what, path := range paths {
				t.Run(lang+"-"+name+"-"+what, func(t *testing.T) {
					tab := paperTab{b.Tab(t, view), t}
					tab.Go(p.url + path + "?lang=" + lang)
					tab.looks(what, "papers-"+what+"-"+lang+"-"+name)
				})
			}
		}
	}
	t.Run("without JavaScript", func(t *testing.T) { readsWithoutScript(t, b, p.url+paths["reader"]) })
	t.Run("refused", func(t *testing.T) { noPaper(t, b, p.url) })
}

// looks checks one page, then its dialogs.
func (p paperTab) looks(what, name string) {
	p.t.Helper()
	switch what {
	case "writer", "owner":
		p.UntilIs(paperIsLive)
		p.UntilIs(`!document.querySelector('[data-people]').hidden`)
	case "reader":
		p.Text(`document.querySelector('[data-cover]:not([hidden]) [data-open]')?.click() ?? ''`)
		p.Go(p.Text(`location.href`)) // once it was opened it is open
	}
	p.UntilIs(`[...document.images].every((i) => i.loading === 'lazy' || (i.complete && i.naturalWidth > 0) || i.hidden)`)
	p.Fits()
	p.Named()
	p.Shoot("screenshots", name)
	if n := p.Reach(); n < 5 {
		p.t.Errorf("the Tab key reaches %d things", n)
	}
	if what != "writer" {
		return
	}
	p.Click("[data-write]")
	p.UntilIs(`document.querySelector('#composer').open`)
	p.Fits()
	p.Named()
	if got := p.Text(`String(document.querySelector('#composer').scrollWidth <= document.querySelector('#composer').clientWidth)`); got != "true" {
		p.t.Error("the dialog is wider than itself")
	}
	p.Shoot("screenshots", name+"-composer")
}

// readsWithoutScript: all notes can be read.
func readsWithoutScript(t *testing.T, b browser.Browser, url string) {
	view := browser.Phone("light")
	view.NoScript = true
	tab := b.Tab(t, view)
	tab.Go(url + "?lang=ko")
	tab.Fits()
	tab.Shoot("screenshots", "papers-without-script")
}

// noPaper: a link that leads nowhere says so.
func noPaper(t *testing.T, b browser.Browser, url string) {
	view := browser.Phone("light")
	view.Expect = func(text, _ string) bool { return strings.Contains(text, "404") }
	tab := b.Tab(t, view)
	tab.Go(url + "/papers/wAAAAAAAAAAAAAAAAAAAAA?lang=ko")
	if !tab.Is(`document.querySelector('h1').textContent.includes('찾을 수 없어요')`) {
		t.Error("the page does not say that there is no paper")
	}
	tab.Fits()
	tab.Named()
	tab.Shoot("screenshots", "papers-gone")
}

package browser

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// stop is one stop of the Tab key.
type stop struct {
	Number int    // which of the stops in the order of the page it is; -1: none of them
	What   string // the element, for people
	Shown  bool   // it has an outline or a shadow that it has not without the focus, or what stands for it has
	Inside bool   // it is on the screen, at least in part
}

// list numbers what the Tab key should reach, in the order of the page: of radio buttons of one name only the chosen.
const list = `(() => {
	const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter((e) => {
		if (e.tabIndex < 0 || e.disabled || e.type === 'hidden' || !e.checkVisibility({ visibilityProperty: true }) || e.closest('[inert]')) return false;
		if (e.type === 'radio' && !e.checked && document.querySelector('input[type=radio][name="' + CSS.escape(e.name) + '"]:checked')) return false;
		return true;
	});
	all.forEach((e, i) => e.setAttribute('data-stop', i));
	return JSON.stringify(all.map((e) => e.outerHTML.slice(0, 90)));
})()`

const look = `(() => {
	const e = document.activeElement;
	const of = (x) => { const s = getComputedStyle(x); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 };
	const box = e.getBoundingClientRect();
	return JSON.stringify({
		number: Number(e.getAttribute('data-stop') ?? -1),
		what: e.outerHTML.slice(0, 90),
		shown: of(e) || (e.nextElementSibling !== null && of(e.nextElementSibling)),
		inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
	});
})()`

// Reach presses Tab from the top of the page until everything that can be used was reached, in the order of the page, each with
// a focus that can be seen, on the screen. It gives how many there were.
func (p Tab) Reach() int {
	p.t.Helper()
	var want []string
	p.decode(p.Text(list), &want)
	p.Text(`(() => { document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0); return '' })()`)
	for i, what := range want {
		p.Press(KeyTab)
		var at stop
		p.decode(p.Text(look), &at)
		if at.Number != i {
			p.t.Errorf("stop %d of the Tab key is %s, want %s", i, at.What, what)
			return i
		}
		if !at.Shown {
			p.t.Errorf("the focus cannot be seen on %s", at.What)
		}
		if !at.Inside {
			p.t.Errorf("the focus is off the screen on %s", at.What)
		}
	}
	return len(want)
}

func (p Tab) decode(text string, into any) {
	p.t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		p.t.Fatalf("%s: %v", text, err)
	}
}

// Node is one node of the accessibility tree.
type Node struct{ Role, Name, Description string }

// named are the roles that mean nothing to a listener without a name.
const named = " button link textbox searchbox checkbox radio switch combobox listbox spinbutton slider tab tabpanel dialog img image " +
	"progressbar meter region navigation radiogroup "

// Tree is what assistive technology gets to know of the page.
func (p Tab) Tree() []Node {
	p.t.Helper()
	var nodes []Node
	p.Do(chromedp.Func(func(ctx context.Context, to *chromedp.Target) error {
		got, err := cdp.Call(ctx, to, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			return err
		}
		for _, n := range got.Nodes {
			if !n.Ignored {
				nodes = append(nodes, Node{plain(n.Role), plain(n.Name), plain(n.Description)})
			}
		}
		return nil
	}))
	return nodes
}

// Named: every control, picture and landmark has a name.
func (p Tab) Named() {
	p.t.Helper()
	count := 0
	for _, n := range p.Tree() {
		if !strings.Contains(named, " "+n.Role+" ") {
			continue
		}
		count++
		if strings.TrimSpace(n.Name) == "" {
			p.t.Errorf("a %s has no name", n.Role)
		}
	}
	if count == 0 {
		p.t.Error("the page has nothing that could be used")
	}
}

func plain(v *accessibility.Value) string {
	if v == nil || len(v.Value) == 0 {
		return ""
	}
	var s string
	if json.Unmarshal(v.Value, &s) != nil {
		return ""
	}
	return s
}

package allocation

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// view is what the page's templates show.
type view struct {
	*words
	Words      *words
	Lang       string
	Fenced     bool
	User       string
	Find       string
	Placement  string
	Facets     []facet
	Examples   []example
	Stats      []stat
	Placements []placementView
	Budgets    []budgetView
	Explain    explainView
}

// example is somebody made up, to look through the eyes of.
type example struct {
	Text, URL string
	Current   bool
}

type placementView struct {
	ID, Name, Style, URL string
	Current              bool
	Items                []cardView
	Missing              []string // why slots stayed empty
	Impressions, CTR     string
}

// Styles in which a placement is drawn.
const (
	styleLock   = "lock"
	styleList   = "list"
	styleBanner = "banner"
)

type cardView struct {
	Slot                              int
	Kind, KindLabel, Title, By, Image string
	LineItem, Price                   string
}

// maxPlacements is how many are drawn; the others can be explained.
const maxPlacements = 6

// looker makes one view.
type looker struct {
	*Lane
	ctx   context.Context
	c     *catalogue
	q     *query
	words *words
	names map[string]string // of advertisers
	unit  string            // before an amount of money
}

// look makes what the page shows of the parts that are asked for. Nothing is reserved or counted by it.
func (l *Lane) look(ctx context.Context, q query, parts []string) (*view, error) {
	k := looker{Lane: l, ctx: ctx, c: l.catalogue.Load(), q: &q, words: pageWords[q.lang]}
	if l.deps.Demo {
		k.unit = "₩"
	}
	figures, err := l.figures.read(ctx, l, k.c)
	if err != nil {
		return nil, err
	}
	k.names = figures.advertisers
	v := &view{
		words: k.words, Words: k.words, Lang: q.lang, User: q.user, Find: q.find, Fenced: l.keeper.fenced(),
		Facets: q.facets(figures.attributes, l.schema),
	}
	if l.deps.Demo {
		v.Examples = k.examples()
	}
	places := k.placements()
	if len(places) > 0 && (q.placement == "" || k.c.placements[q.placement] == nil) {
		q.placement = places[0].ID
	}
	v.Placement = q.placement
	want := func(part string) bool { return slices.Contains(parts, part) }
	if want("stats") {
		v.Stats = k.stats(figures)
	}
	if want("budgets") {
		v.Budgets = k.budgets(figures)
	}
	if v.Fenced || len(places) == 0 {
		return v, nil
	}
	if want("now") {
		if v.Placements, err = k.screens(places, figures); err != nil {
			return nil, err
		}
	}
	if want("explain") {
		v.Explain, err = k.explain(places)
	}
	if errors.Is(err, ErrFenced) {
		v.Fenced = true
		return v, nil
	}
	return v, err
}

// placements that take part, those that speak for themselves first: the screen that people unlock, then by size.
func (k *looker) placements() []*placement {
	list := make([]*placement, 0, len(k.c.placements))
	for _, p := range k.c.placements {
		if p.live.Load() {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *placement) int {
		if s := styleOrder[style(a)] - styleOrder[style(b)]; s != 0 {
			return s
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

var styleOrder = map[string]int{styleLock: 0, styleList: 1, styleBanner: 2}

func style(p *placement) string {
	switch {
	case p.Slots == 1:
		return styleBanner
	case strings.Contains(strings.ToLower(p.ID), "lock"):
		return styleLock
	}
	return styleList
}

// request asks for one placement, as whoever looks.
func (k *looker) request(p *placement, explain Explain) *Request {
	seed := uint64(k.Lane.now().Unix() / 10) // creatives take turns, but not on every look
	return &Request{
		Placements: []Ask{{ID: p.ID}}, User: UserInfo{ID: k.q.user}, Attributes: k.q.attributes, Seed: &seed, Explain: explain,
	}
}

// screens decides, without reserving anything, what each placement would show.
func (k *looker) screens(places []*placement, f *figures) ([]placementView, error) {
	var all []placementView
	for _, p := range places[:min(len(places), maxPlacements)] {
		answer, err := k.Decide(k.ctx, k.request(p, Explain{Dry: true}))
		if err != nil {
			return nil, err
		}
		n := f.byPlacement[p.num]
		v := placementView{
			ID: p.ID, Name: k.local(or(p.Name, p.ID)), Style: style(p), Current: p.ID == k.q.placement,
			URL:         k.q.url(func(v url.Values) { v.Set("placement", p.ID) }) + "#why",
			Impressions: grouped(n.Impressions), CTR: percent(n.Clicks, n.Impressions),
		}
		for _, it := range answer.Placements[0].Items {
			v.Items = append(v.Items, k.card(&it))
		}
		for r := reason(1); r < reasons && len(v.Items) == 0; r++ {
			if answer.Placements[0].Unfilled[r.String()] > 0 {
				v.Missing = append(v.Missing, k.reason(r))
			}
		}
		all = append(all, v)
	}
	return all, nil
}

func (k *looker) card(s *Shown) cardView {
	v := cardView{
		Slot: s.Slot, Kind: s.Kind, KindLabel: k.words.Ad, Title: k.title(s.Title, s.Extra), Image: s.Image, LineItem: s.LineItem,
	}
	it := s.from.item
	switch {
	case it.list == house:
		v.Kind, v.KindLabel = "house", k.words.House
	case it.list == content:
		v.KindLabel, v.By = k.words.Content, named(topicWords[k.q.lang], it.Topic)
	default:
		v.By = k.advertiser(it.totals)
	}
	if s.Price > 0 {
		v.Price = k.money(s.Price)
	}
	return v
}

func (k *looker) advertiser(c *Campaign) string {
	if c == nil {
		return ""
	}
	return k.local(or(k.names[c.Advertiser], c.Advertiser))
}

// local is that part of a name which is in the page's language, where it is given in both: 한국어 | English.
func (k *looker) local(name string) string {
	ko, en, both := strings.Cut(name, " | ")
	if both && k.q.lang == "en" {
		return en
	}
	return ko
}

package allocation

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// explainView is why one placement shows what it shows.
type explainView struct {
	Placement  string
	Choices    []option
	Won, Of    int
	Candidates []candidateView
	More       int
}

type candidateView struct {
	ID, Name, Kind, KindLabel, Tier, Rank, WonSlot string
	Image                                          string
	Reasons                                        []reasonView
	Text                                           string // what it is found by
}

type reasonView struct {
	Code, Text, Detail string
	Mismatches         []mismatch
	Nearest            string
}

// mismatch is one condition that does not hold, and what the request gave for it.
type mismatch struct{ Want, Given string }

func (k *looker) explain(places []*placement) (v explainView, err error) {
	for _, p := range places {
		v.Choices = append(v.Choices, option{p.ID, k.local(or(p.Name, p.ID)), p.ID == k.q.placement})
	}
	p := k.c.placements[k.q.placement]
	ask := Explain{All: true}
	if it := k.c.lineItems.get(k.q.find); it != nil { // one that may not be among the first
		ask = Explain{LineItem: it.ID}
	}
	answer, err := k.Decide(k.ctx, k.request(p, ask))
	if err != nil {
		return v, err
	}
	report := answer.Explanation[0]
	v.Placement, v.More, v.Of = k.local(or(p.Name, p.ID)), report.More, len(report.Reports)+report.More
	slices.SortStableFunc(report.Reports, func(a, b CandidateReport) int { return slotOrder(a) - slotOrder(b) })
	for i := range report.Reports {
		r := &report.Reports[i]
		if r.Slot > 0 {
			v.Won++
		}
		if it := k.c.lineItems.get(r.LineItem); it != nil {
			v.Candidates = append(v.Candidates, k.candidate(it, p, r))
		}
	}
	if k.q.find != "" && !ask.All {
		return v, nil
	}
	v.Candidates = slices.DeleteFunc(v.Candidates, func(c candidateView) bool { return !matches(c.Text, k.q.find) })
	return v, nil
}

// matches reports whether a text has every word that is looked for.
func matches(text, find string) bool {
	for word := range strings.FieldsSeq(strings.ToLower(find)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// slotOrder puts winners first, in the order of their slots.
func slotOrder(r CandidateReport) int {
	if r.Slot == 0 {
		return maxSlots + 1
	}
	return r.Slot
}

func (k *looker) candidate(it *item, p *placement, r *CandidateReport) candidateView {
	v := candidateView{ID: it.ID, Name: or(it.Name, it.ID), Kind: "ad", KindLabel: k.words.Ad, Rank: k.words.Cannot}
	if len(it.creatives) > 0 {
		v.Name, v.Image = k.title(it.creatives[0].Title, it.creatives[0].Extra), it.creatives[0].Image
	}
	switch it.list {
	case content:
		v.Kind, v.KindLabel = "content", k.words.Content
	case house:
		v.Kind, v.KindLabel = "house", k.words.House
	default:
		v.Tier = named(tierWords[k.q.lang], it.Tier)
	}
	if r.Rank > 0 {
		v.Rank = fmt.Sprintf(k.words.Rank, r.Rank)
	}
	if r.Slot > 0 {
		v.WonSlot = fmt.Sprintf(k.words.WonSlot, r.Slot)
	}
	text := []string{v.ID, v.Name, it.Name, v.KindLabel, v.Tier, v.WonSlot, k.advertiser(it.totals)}
	for _, why := range r.Reasons {
		code := reason(slices.Index(reasonNames[:], why.Code))
		one := reasonView{Code: why.Code, Text: k.reason(code), Detail: k.detail(it, p, code)}
		if code == reasonTargeting {
			one.Mismatches, one.Nearest = k.mismatches(it)
		}
		v.Reasons = append(v.Reasons, one)
		text = append(text, one.Code, one.Text, one.Detail)
	}
	v.Text = strings.ToLower(strings.Join(text, " "))
	return v
}

// detail says the numbers behind a reason, in the page's language.
func (k *looker) detail(it *item, p *placement, why reason) string {
	switch why {
	case reasonFloor:
		return fmt.Sprintf("eCPM %s < %s", k.money(it.ecpm), k.money(p.Floor))
	case reasonTier:
		return named(tierWords[k.q.lang], it.Tier)
	case reasonPlacement:
		return strings.Join(it.Placements, ", ")
	case reasonDates, reasonEnded:
		return k.span(it)
	case reasonDaypart:
		return k.daypart(it)
	case reasonCapLineItem:
		return k.caps(it.Caps)
	case reasonCapCampaign:
		return k.caps(it.totals.Caps)
	case reasonAdvertiser:
		return k.advertiser(it.totals)
	case reasonBudget, reasonPacing:
		if why == reasonPacing || !it.campaignSpent(k.Lane.now().UnixMilli()) {
			return fmt.Sprintf(k.words.Daily, k.money(it.DailyBudget))
		}
		return k.campaign(it.totals)
	}
	return ""
}

func (k *looker) campaign(c *Campaign) string {
	if c == nil || c.TotalBudget == 0 {
		return ""
	}
	return k.local(or(c.Name, c.ID)) + " " + k.money(c.TotalBudget)
}

// mismatches are the conditions that do not hold; where there are alternatives, those of the one that comes nearest.
func (k *looker) mismatches(it *item) (nearest []mismatch, which string) {
	expr, err := it.Targeting.Parse(k.schema)
	if err != nil || expr == nil {
		return nil, ""
	}
	alternatives, err := expr.Conjunctions()
	if err != nil {
		return nil, ""
	}
	request := targeting.Request{Attrs: slices.Clone(k.q.attributes.Attrs)}
	if k.q.user != "" {
		request.AddText("user.id", k.q.user)
	}
	for i, conditions := range alternatives {
		var wrong []mismatch
		for n := range conditions {
			c := &conditions[n]
			if !c.Eval(&request) {
				wrong = append(wrong, mismatch{shortened(c.String(), 90), k.given(request.Find(c.Attr))})
			}
		}
		if i == 0 || len(wrong) < len(nearest) {
			nearest = wrong
		}
	}
	if len(alternatives) > 1 {
		which = fmt.Sprintf(k.words.Nearest, len(alternatives))
	}
	return nearest, which
}

func (k *looker) given(a *targeting.Attr) string {
	if a == nil {
		return k.words.Missing
	}
	text := a.Text
	switch a.Form {
	case targeting.FormList:
		text = strings.Join(a.List, ", ")
	case targeting.FormNumber:
		text = strconv.FormatFloat(a.Number, 'f', -1, 64)
	case targeting.FormPoint:
		text = fmt.Sprintf("%.4f, %.4f", a.Lat, a.Lon)
	}
	return fmt.Sprintf(k.words.Asked, shortened(text, 60))
}

func shortened(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// examples are people of the demo.
func (k *looker) examples() []example {
	var list []example
	for _, e := range demoPeople {
		u := url.Values{"lang": {k.q.lang}, "placement": {k.q.placement}, "user": {e.user}}
		for name, values := range e.given {
			u[name] = values
		}
		if k.q.placement == "" {
			u.Del("placement")
		}
		list = append(list, example{Text: map[string]string{"ko": e.ko, "en": e.en}[k.q.lang], URL: "/allocation?" + u.Encode(), Current: k.q.user == e.user})
	}
	return list
}

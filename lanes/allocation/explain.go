package allocation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/platform/fault"
)

// maxReports bounds an explanation of all candidates.
const maxReports = 200

// recorder hears every objection of a decision.
type recorder struct {
	ask     Explain
	reasons map[*item][]reason // of the placement being filled
}

func newRecorder(ask Explain) *recorder {
	return &recorder{ask: ask, reasons: map[*item][]reason{}}
}

func (r *recorder) refused(it *item, why reason) {
	if !slices.Contains(r.reasons[it], why) {
		r.reasons[it] = append(r.reasons[it], why)
	}
}

// ErrUnknownLineItem says that what is to be explained is not there.
var ErrUnknownLineItem = fault.New(fault.Invalid, "allocation.unknown_line_item", "There is no such line item.")

// explains makes the decision ready for what is to be explained, if anything is.
func (d *decision) explains() error {
	if d.recorder == nil {
		return nil
	}
	if d.recorder.ask.Offline {
		d.money = unasked{}
	}
	if id := d.recorder.ask.LineItem; id != "" && d.catalogue.lineItems.get(id) == nil {
		return ErrUnknownLineItem.With(fault.Field{Pointer: "/explain", Rule: "must be true, false or the id of a line item"})
	}
	return nil
}

// unasked is the wallet where leases are not known.
type unasked struct{}

func (unasked) reserve(*item, int64, bool) (int64, reason) { return 0, reasonNone }

// explain reports on the placement that was just filled. Candidates that the decision met have their reasons; those that
// it never came to are put through the same gates now.
func (d *decision) explain(p *placement, won []pick) PlacementReport {
	rep := PlacementReport{Placement: p.ID}
	for _, it := range d.candidates() {
		if len(rep.Reports) == maxReports {
			rep.More++
			continue
		}
		rep.Reports = append(rep.Reports, d.report(it, p, won))
	}
	clear(d.recorder.reasons)
	return rep
}

// candidates are the items to report on, those that may run first and in the order of their rank.
func (d *decision) candidates() []*item {
	if id := d.recorder.ask.LineItem; id != "" {
		return []*item{d.catalogue.lineItems.get(id)}
	}
	if !d.recorder.ask.All {
		return nil
	}
	all := make([]*item, 0, d.catalogue.lineItems.len())
	for _, items := range d.catalogue.order {
		all = append(all, items...)
	}
	var off []*item
	for _, it := range d.catalogue.lineItems.all() {
		if it.off != reasonNone {
			off = append(off, it)
		}
	}
	slices.SortFunc(off, func(a, b *item) int { return compareIDs(a.ID, b.ID) })
	return append(all, off...)
}

func (d *decision) report(it *item, p *placement, won []pick) CandidateReport {
	rep := CandidateReport{LineItem: it.ID, Name: it.Name, Rank: d.catalogue.rankOf(it)}
	for i := range won {
		if won[i].item == it {
			rep.Slot = won[i].slot
			return rep
		}
	}
	d.askAll(it, p)
	for _, why := range d.recorder.reasons[it] {
		rep.Reasons = append(rep.Reasons, ReasonReport{Code: why.String(), Text: reasonTexts[why], Detail: d.detail(it, p, why)})
	}
	return rep
}

// askAll collects every objection there is to an item. Of what can never run here no money is asked: to ask is to want a lease.
func (d *decision) askAll(it *item, p *placement) {
	never := d.never(it, p)
	for _, why := range never {
		d.recorder.refused(it, why)
	}
	for _, gate := range gates {
		if why := gate(d, it); why != reasonNone {
			d.recorder.refused(it, why)
		}
	}
	if why := d.byAdvertiser(it, p); why != reasonNone {
		d.recorder.refused(it, why)
	}
	if _, why := d.choose(it); why != reasonNone {
		d.recorder.refused(it, why)
	}
	if len(never) == 0 {
		if _, why := d.money.reserve(it, d.now, true); why != reasonNone {
			d.recorder.refused(it, why)
		}
	}
	if len(d.recorder.reasons[it]) == 0 {
		d.recorder.refused(it, reasonOutranked)
	}
}

// never says why an item does not run in a placement for such a request, whatever has been shown and spent.
func (d *decision) never(it *item, p *placement) (list []reason) {
	list = append(list, it.off, reason(it.stopped.Load()), p.refuses(it))
	if !p.live.Load() {
		list = append(list, reasonPaused)
	}
	if len(d.mismatches(it)) > 0 {
		list = append(list, reasonTargeting)
	}
	return slices.DeleteFunc(list, func(why reason) bool { return why == reasonNone })
}

// mismatches says in words what of the targeting does not match.
func (d *decision) mismatches(it *item) []string {
	expr, err := it.Targeting.Parse(d.schema)
	switch {
	case err != nil:
		return []string{err.Error()}
	case expr == nil:
		return nil
	}
	return expr.Why(&d.attrs)
}

// detail says the numbers behind a reason.
func (d *decision) detail(it *item, p *placement, why reason) string {
	switch why {
	case reasonTargeting:
		return strings.Join(d.mismatches(it), "; ")
	case reasonFloor:
		return fmt.Sprintf("effective CPM %d micros, floor %d micros", it.ecpm, p.Floor)
	case reasonTier:
		return fmt.Sprintf("tier %s, taken are %s", it.Tier, strings.Join(p.Tiers, ", "))
	case reasonPlacement:
		return "only for " + strings.Join(it.Placements, ", ")
	case reasonDates, reasonEnded:
		return fmt.Sprintf("from %s to %s", moment(it.starts), moment(it.ends))
	case reasonDaypart:
		return fmt.Sprintf("runs %s (%s)", it.schedule, it.Zone)
	case reasonCapLineItem, reasonCapCampaign:
		return d.capDetail(it.caps.rules, why)
	case reasonBudget, reasonPacing, reasonLease:
		return it.moneyDetail(why, d.now)
	case reasonOutranked:
		return fmt.Sprintf("rank %d of %d", d.catalogue.rankOf(it), len(d.catalogue.order[it.list]))
	}
	return ""
}

func (d *decision) capDetail(rules []capRule, why reason) string {
	var parts []string
	for _, r := range rules {
		if r.reason == why && d.user != nil {
			parts = append(parts, fmt.Sprintf("seen %d of %d in %s", d.user.Count(r.scope, r.window, d.now), r.count, time.Duration(r.window)*time.Millisecond))
		}
	}
	return strings.Join(parts, "; ")
}

// moneyDetail says which budget it is, and its numbers.
func (it *item) moneyDetail(why reason, now int64) string {
	b := it.budgets(time.UnixMilli(now))
	lease := fmt.Sprintf("on lease now %d", it.onLease(now))
	switch {
	case why == reasonLease:
		return fmt.Sprintf("an impression costs %d micros, %s", it.price, lease)
	case why == reasonPacing:
		return fmt.Sprintf("daily budget %d micros, of which %d by now, %s", b.PerDay, b.Allowed, lease)
	case it.campaignSpent(now):
		return fmt.Sprintf("total budget of campaign %s, %d micros, %s", it.Campaign, b.InTotal, lease)
	}
	return fmt.Sprintf("daily budget %d micros, day %d in %s, %s", b.PerDay, b.Day, it.Zone, lease)
}

// campaignSpent reports whether it is the campaign's budget that has nothing left, not the item's own.
func (it *item) campaignSpent(now int64) bool {
	if it.DailyBudget == 0 {
		return true
	}
	return it.account != nil && it.account.Can(it.price, now) == ledger.CampaignSpent
}

func (it *item) onLease(now int64) int64 {
	if it.account == nil {
		return 0
	}
	return it.account.Left(now)
}

// moment writes a bound of time; those that are not set have no number to show.
func moment(ms int64) string {
	t := time.UnixMilli(ms).UTC()
	if y := t.Year(); y < 1970 || y > 9999 {
		return "any time"
	}
	return t.Format(time.RFC3339)
}

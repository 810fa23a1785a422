package allocation

import (
	"slices"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
)

// gates are asked in this order for every candidate; the first that objects is the reason, and a recorder hears them all.
var gates = [...]func(*decision, *item) reason{
	(*decision).byExclusion,
	(*decision).byAnswer,
	(*decision).byDates,
	(*decision).byDaypart,
	(*decision).byCaps,
}

func (d *decision) byExclusion(it *item) reason {
	if len(d.exclude.lineItems) > 0 && slices.Contains(d.exclude.lineItems, it.ID) {
		return reasonExcluded
	}
	if len(d.exclude.advertisers) > 0 && it.totals != nil && slices.Contains(d.exclude.advertisers, it.totals.Advertiser) {
		return reasonExcluded
	}
	return reasonNone
}

func (d *decision) byAnswer(it *item) reason {
	for i := range d.picks {
		if d.picks[i].item == it {
			return reasonChosen
		}
	}
	return reasonNone
}

// byAdvertiser is asked after the gates, since it depends on the placement.
func (d *decision) byAdvertiser(it *item, p *placement) reason {
	if it.advertiser == 0 || p.RepeatAdvertiser {
		return reasonNone
	}
	for i := range d.picks {
		if d.picks[i].item.advertiser == it.advertiser {
			return reasonAdvertiser
		}
	}
	return reasonNone
}

func (d *decision) byDates(it *item) reason {
	if d.now < it.starts || d.now >= it.ends {
		return reasonDates
	}
	return reasonNone
}

func (d *decision) byDaypart(it *item) reason {
	if !it.open(d.now) {
		return reasonDaypart
	}
	return reasonNone
}

func (d *decision) byCaps(it *item) reason { return d.capped(it.num, it.caps.rules) }

// capped asks the user's counters for a line item or creative.
func (d *decision) capped(num int64, rules []capRule) reason {
	if d.uncounted && len(rules) > 0 {
		d.note(num, reasonCapsUnwritten)
		return reasonCapsUnwritten
	}
	if d.then != nil && d.user != nil {
		return d.then.capped(num, rules)
	}
	for i := range rules {
		r := &rules[i]
		if d.user == nil {
			return reasonNoUser
		}
		switch d.allows(r) {
		case caps.OK:
		case caps.Capped:
			d.note(num, r.reason)
			return r.reason
		default:
			d.note(num, reasonCapsFull)
			return reasonCapsFull
		}
	}
	return reasonNone
}

// objects asks all gates, or with no recorder as many as it takes.
func (d *decision) objects(it *item, p *placement) bool {
	objected := false
	for _, gate := range gates {
		if why := gate(d, it); why != reasonNone {
			d.refuse(it, why)
			objected = true
			if d.recorder == nil {
				return true
			}
		}
	}
	if why := d.byAdvertiser(it, p); why != reasonNone {
		d.refuse(it, why)
		return true
	}
	return objected
}

// allows asks the user's counter. A dry decision reserves nothing, so what it has picked is counted here.
func (d *decision) allows(r *capRule) caps.Reason {
	limit := r.count
	for i := range d.picks {
		if !d.dry || !d.picks[i].creative.caps.claim(r.scope) {
			continue
		}
		if limit--; limit == 0 {
			return caps.Capped
		}
	}
	return d.user.Allows(r.scope, limit, r.window, d.now)
}

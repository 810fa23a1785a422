package allocation

import (
	"math/bits"
	"slices"
)

// choose draws one of the creatives that may be shown, each as likely as its weight. The draw depends on seed and item
// only, so one item's draw does not change another's.
func (d *decision) choose(it *item) (*creative, reason) {
	if len(it.creatives) == 1 {
		cr := it.creatives[0]
		return cr, d.unshowable(cr)
	}
	total, why := uint64(0), reasonNoCreative
	for _, cr := range it.creatives {
		if r := d.unshowable(cr); r != reasonNone {
			why = r
			continue
		}
		total += uint64(cr.Weight)
	}
	if total == 0 {
		return nil, why
	}
	draw, _ := bits.Mul64(mix(d.seed^uint64(it.num)), total)
	for _, cr := range it.creatives {
		if d.unshowable(cr) != reasonNone {
			continue
		}
		if draw < uint64(cr.Weight) {
			return cr, reasonNone
		}
		draw -= uint64(cr.Weight)
	}
	return nil, why
}

func (d *decision) unshowable(cr *creative) reason {
	if !cr.live.Load() {
		return reasonNoCreative
	}
	if len(d.exclude.creatives) > 0 && slices.Contains(d.exclude.creatives, cr.ID) {
		return reasonExcluded
	}
	return d.capped(cr.num, cr.caps.rules)
}

// mix is SplitMix64's finaliser (Steele, Lea, Flood 2014): every bit of the result depends on every bit of x.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

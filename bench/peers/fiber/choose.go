package main

import (
	"context"
	"time"
)

// batch is how many ads are looked up in Redis at once: more than are needed nearly always.
const batch = 12

// choice is one request being answered, slot by slot, in rank order. Nothing that is skipped for a slot can fit a later
// one, so each list is gone through once.
type choice struct {
	attrs       *attributes
	counters    *counters
	now         int64
	advertisers []int64
	ads         []*candidate // not looked at yet
	affordable  []*candidate // looked up, not taken yet
	articles    []*candidate
	house       []*candidate
}

// choose picks for the slots from 1 on; nil where nothing is left for a slot.
func (a *API) choose(ctx context.Context, c *catalog, count int, user string, attrs *attributes) ([]*candidate, error) {
	now := time.Now()
	counters := &counters{redis: a.redis, user: user, day: dayKey(now), now: now.UnixMilli(), longest: c.longestCap}
	ch := &choice{attrs: attrs, counters: counters, now: now.UnixMilli(), ads: c.ads, articles: c.articles, house: c.house}
	chosen := make([]*candidate, 0, count)
	for position := range count {
		var picked *candidate
		var err error
		if c.adsEvery > 0 && position%c.adsEvery == 0 {
			if picked, err = ch.ad(ctx); err != nil {
				return nil, err
			}
		}
		if picked == nil {
			if err := counters.history(ctx); err != nil {
				return nil, err
			}
			if picked = ch.first(&ch.articles); picked == nil {
				picked = ch.first(&ch.house)
			}
		}
		chosen = append(chosen, picked)
	}
	return chosen, counters.commit(ctx, chosen)
}

// ad takes the best ad that may be shown and can be paid for.
func (ch *choice) ad(ctx context.Context) (*candidate, error) {
	for {
		for len(ch.affordable) > 0 {
			ad := ch.affordable[0]
			ch.affordable = ch.affordable[1:]
			if ch.fits(ad) {
				return ad, nil
			}
		}
		var ads []*candidate
		for len(ch.ads) > 0 && len(ads) < batch {
			if ch.matches(ch.ads[0]) {
				ads = append(ads, ch.ads[0])
			}
			ch.ads = ch.ads[1:]
		}
		if len(ads) == 0 {
			return nil, nil
		}
		affordable, err := ch.counters.affordable(ctx, ads)
		if err != nil {
			return nil, err
		}
		ch.affordable = affordable
	}
}

// first takes the best of a list that costs nothing.
func (ch *choice) first(list *[]*candidate) *candidate {
	for len(*list) > 0 {
		c := (*list)[0]
		*list = (*list)[1:]
		if ch.matches(c) && ch.fits(c) {
			return c
		}
	}
	return nil
}

func (ch *choice) matches(c *candidate) bool {
	if ch.now < c.starts || ch.now >= c.ends {
		return false
	}
	for i := range c.rules {
		if !c.rules[i].holds(ch.attrs) {
			return false
		}
	}
	return true
}

// fits reports whether the advertiser is new to the answer and the user has not seen the item too often.
func (ch *choice) fits(c *candidate) bool {
	for _, a := range ch.advertisers {
		if a == c.advertiserID {
			return false
		}
	}
	if ch.counters.capped(c) {
		return false
	}
	ch.advertisers = append(ch.advertisers, c.advertiserID)
	return true
}

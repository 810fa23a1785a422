package waitlist

import (
	"fmt"
	"time"
)

// deskView is what the operators' page of all lists shows.
type deskView struct {
	*deskWords
	Lists []deskList
}

type deskList struct {
	Name, Slug, URL, Page string
	Closed                bool
	Waiting, Invited      string
}

// deskListView is what the operators' page of one list shows.
type deskListView struct {
	*deskWords
	Slug, Name, API, Page, PageURL string
	Embed                          string // the script of the form, to copy
	Origins                        []string
	Closed, Demo                   bool
	Login                          string
	Tiles                          []deskTile
	Days                           []deskDay
	Sources, Ways                  []deskCount
	WaveRows                       []deskWave
	NextWave                       string
	Cap                            string
	Query                          string
	Stages                         []choiceView
	People                         []deskPerson
	Next                           string
}

type (
	deskTile  struct{ Label, Value, Note string }
	deskDay   struct{ Day, Text, SignedUp, Confirmed string }
	deskCount struct{ Key, SignedUp, Confirmed string }
	deskWave  struct {
		Name, Count, Invited, When string
		Done                       bool
	}
	deskPerson struct {
		Address, Name, Stage, Kind, Source, When string
		Referrals                                string
		Referred, Bounced                        bool
	}
)

func newDeskList(l *List, w *deskWords, at links) *deskListView {
	v := &deskListView{
		deskWords: w, Slug: l.Slug, Name: l.Name.In(w.Lang), API: "/v1/waitlist/" + l.Slug, Page: pagePath + l.Slug + "?lang=" + w.Lang,
		PageURL: at.page(l.Slug), Origins: l.Origins, Closed: l.Closed, Cap: w.NoCap,
		Embed: fmt.Sprintf("<script type=\"module\" src=\"%s/waitlist/embed.js\" data-list=\"%s\"></script>", at.base(), l.Slug),
	}
	if l.InviteCap > 0 {
		v.Cap = fmt.Sprintf(w.CapIs, grouped(l.InviteCap))
	}
	for _, s := range []Stage{"", Pending, Waiting, Invited, Unsubscribed} {
		v.Stages = append(v.Stages, choiceView{Value: string(s), Label: w.stage(s)})
	}
	return v
}

func (w *deskWords) stage(s Stage) string {
	switch s {
	case Pending:
		return w.Pending
	case Waiting:
		return w.Waiting
	case Invited:
		return w.Invited
	case Unsubscribed:
		return w.Unsubscribed
	}
	return w.All
}

// count fills the tiles and the charts.
func (v *deskListView) count(s *Stats, at places, now time.Time) {
	f := s.Funnel
	v.Tiles = []deskTile{
		{v.SignedUp, grouped(f.SignedUp), ""},
		{v.Confirmed, grouped(f.Confirmed), fmt.Sprintf(v.OfSignedUp, percent(f.Confirmed, f.SignedUp))},
		{v.Waiting, grouped(at.Waiting), ""},
		{v.Invited, grouped(f.Invited), v.Cap},
		{v.Unsubscribed, grouped(f.Unsubscribed), fmt.Sprintf(v.BouncedToo, grouped(f.Bounced))},
	}
	for _, d := range everyDay(s.Days, now.Add(dayOffset(v.Lang))) {
		v.Days = append(v.Days, deskDay{d.Day, dayName(d.Day, v.Lang), grouped(d.SignedUp), grouped(d.Confirmed)})
	}
	for _, c := range s.Sources {
		if c.Key == "" {
			c.Key = v.NoSource
		}
		v.Sources = append(v.Sources, deskCount{c.Key, grouped(c.SignedUp), grouped(c.Confirmed)})
	}
	if f.SignedUp > 0 {
		v.Ways = []deskCount{
			{v.Direct, grouped(s.Direct.SignedUp), grouped(s.Direct.Confirmed)},
			{v.Referred, grouped(s.Referred.SignedUp), grouped(s.Referred.Confirmed)},
		}
	}
}

const leastDays = 14 // of the chart by day

// everyDay puts in the days on which nobody signed up, from the first, or two weeks ago, to today.
func everyDay(days []DayCount, now time.Time) []DayCount {
	if len(days) == 0 {
		return nil
	}
	at, err := time.Parse(time.DateOnly, days[0].Day)
	if err != nil {
		return days
	}
	today := now.UTC().Format(time.DateOnly)
	if fortnight := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-leastDays); fortnight.Before(at) {
		at = fortnight
	}
	all := make([]DayCount, 0, statDays+1)
	for len(days) > 0 || at.Format(time.DateOnly) <= today {
		day := DayCount{Day: at.Format(time.DateOnly)}
		if len(days) > 0 && days[0].Day <= day.Day {
			day, days = days[0], days[1:]
		}
		all = append(all, day)
		at = at.AddDate(0, 0, 1)
	}
	return all
}

func (v *deskListView) addWaves(waves []*Wave) {
	taken := map[string]bool{}
	for _, w := range waves {
		taken[w.Name] = true
		v.WaveRows = append(v.WaveRows, deskWave{w.Name, grouped(w.Count), grouped(w.Invited), moment(w.CreatedAt, v.Lang), w.Done})
	}
	for n := len(waves) + 1; ; n++ {
		if v.NextWave = fmt.Sprintf("wave-%d", n); !taken[v.NextWave] {
			return
		}
	}
}

// person is a row of the people. Where all may look at the page, addresses and names are masked.
func (v *deskListView) person(s *Signup) deskPerson {
	p := deskPerson{
		Address: s.Address, Name: s.Name, Stage: v.stage(s.Stage), Source: s.Source, When: moment(s.CreatedAt, v.Lang),
		Referrals: grouped(s.Referrals), Referred: s.ReferredBy != "", Bounced: s.Bounced,
		Kind: map[Stage]string{Pending: "warn", Waiting: "good", Invited: "info"}[s.Stage],
	}
	if v.Demo {
		p.Address = masked(s.Address)
		if r := []rune(s.Name); len(r) > 0 {
			p.Name = string(r[:1]) + "••"
		}
	}
	return p
}

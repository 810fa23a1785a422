package profiles

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/hotlane/hotlane/lanes/profiles/shape"
	"github.com/hotlane/hotlane/platform/picture"
)

// tally is what happened up to a moment, or in a second: answers by where they came from, and calls of each source.
type tally struct {
	fresh, stale, loaded float64
	calls                map[string]float64
}

func (t tally) minus(o tally) tally {
	d := tally{t.fresh - o.fresh, t.stale - o.stale, t.loaded - o.loaded, map[string]float64{}}
	for source, n := range t.calls {
		d.calls[source] = n - o.calls[source]
	}
	return d
}

// pulse remembers the last minute, second by second.
type pulse struct {
	mu      sync.Mutex
	beats   []tally // oldest first; at most pulseLength
	last    tally
	started bool
}

const pulseLength = 60

// take is called every second with the totals.
func (p *pulse) take(now tally) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.started {
		if len(p.beats) == pulseLength {
			p.beats = slices.Delete(p.beats, 0, 1)
		}
		p.beats = append(p.beats, now.minus(p.last))
	}
	p.last, p.started = now, true
}

func (p *pulse) read() []tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.beats)
}

// run looks at the counts every second until the context ends.
func (p *pulse) run(ctx context.Context, totals func() tally) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for p.take(totals()); ; p.take(totals()) {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// deskView is what the templates show.
type deskView struct {
	*deskWords
	Query   string
	Choices []deskChoice
	People  []deskPerson
	Tiers   []string
	Tiles   []deskTile
	Beats   []deskBeat
	Cards   []deskCard
	Drifts  []deskDrift
}

type (
	deskChoice struct {
		Name, Title string
		Chosen      bool
	}
	deskPerson struct{ Username, Name, Letter, URL, Face string }
	deskTile   struct{ Label, Value, Note string }
	deskBeat   struct {
		At     string
		Values []string
	}
	deskCard struct {
		Name, Title, State, Kind, Used string
		UsedPart                       int
		Pairs                          []deskTile
	}
	deskDrift struct{ When, What, Kind, Where, Source, Types, Documents string }
)

const (
	deskPeople = 12 // without a question
	deskFound  = 40
	deskDrifts = 30
)

// look makes what the page shows.
func (d *desk) look(ctx context.Context, lang string) (*deskView, error) {
	w := deskTexts[lang]
	v := &deskView{deskWords: w, Tiers: []string{w.Fresh, w.Stale, w.Loaded, w.Asked}}
	list, err := d.reports(ctx)
	if err != nil {
		return nil, err
	}
	beats := d.pulse.read()
	d.traffic(v, beats, list)
	type drifted struct {
		Drift
		source string
	}
	var all []drifted
	for i := range list {
		v.Cards = append(v.Cards, d.card(v, &list[i], beats))
		for _, one := range list[i].Drift {
			all = append(all, drifted{one, list[i].Title})
		}
	}
	slices.SortStableFunc(all, func(a, b drifted) int { return b.Last.Compare(a.Last) })
	for _, one := range all[:min(len(all), deskDrifts)] {
		row := v.drift(one.Drift)
		if len(list) > 1 {
			row.Source = one.source
		}
		v.Drifts = append(v.Drifts, row)
	}
	return v, nil
}

func (d *desk) traffic(v *deskView, beats []tally, list []SourceReport) {
	var fresh, stale, loaded, calls float64
	for i, b := range beats {
		asked := 0.0
		for _, n := range b.calls {
			asked += n
		}
		fresh, stale, loaded, calls = fresh+b.fresh, stale+b.stale, loaded+b.loaded, calls+asked
		row := deskBeat{At: strconv.Itoa(len(beats) - i)}
		for _, n := range []float64{b.fresh, b.stale, b.loaded, asked} {
			row.Values = append(row.Values, strconv.FormatFloat(n, 'f', 0, 64))
		}
		v.Beats = append(v.Beats, row)
	}
	answers := fresh + stale + loaded
	cached := "–"
	if answers > 0 {
		cached = strconv.FormatFloat(100*(fresh+stale)/answers, 'f', 1, 64) + "%"
	}
	var kept, drifted int64
	for _, s := range list {
		kept, drifted = kept+s.Profiles, drifted+s.Drifted
	}
	v.Tiles = []deskTile{
		{v.Answers, decimal(answers / float64(max(1, len(beats)))), fmt.Sprintf(v.AnswersNote, grouped(int64(answers)))},
		{v.FromCache, cached, v.FromCacheNote},
		{v.Calls, grouped(int64(calls)), v.CallsNote},
		{v.Kept, grouped(kept), fmt.Sprintf(v.KeptNote, grouped(drifted))},
	}
}

func decimal(n float64) string {
	if n >= 100 || n == float64(int64(n)) {
		return grouped(int64(n + .5))
	}
	return strconv.FormatFloat(n, 'f', 1, 64)
}

// budgetWindow is the seconds over which the use of a budget is averaged.
const budgetWindow = 10

func (d *desk) card(v *deskView, s *SourceReport, beats []tally) deskCard {
	recent := beats[max(0, len(beats)-budgetWindow):]
	used := 0.0
	for _, b := range recent {
		used += b.calls[s.Name] / float64(len(recent))
	}
	profiles := grouped(s.Profiles)
	if s.Profiles >= maxCounted {
		profiles = fmt.Sprintf(v.AtLeast, profiles)
	}
	c := deskCard{
		Name: s.Name, Title: s.Title, State: v.Asking, Kind: "good",
		Used: fmt.Sprintf(v.BudgetUsed, decimal(used), decimal(s.Rate)), UsedPart: min(100, int(100*used/s.Rate+.5)),
		Pairs: []deskTile{
			{v.PairProfiles, profiles, ""},
			{v.PairDrifted, grouped(s.Drifted), ""},
			{v.PairWaiting, grouped(int64(s.Waiting)), ""},
		},
	}
	if s.Trouble != nil {
		c.Pairs = append(c.Pairs, deskTile{v.PairTrouble, s.Trouble.At.Format("15:04:05") + " · " + oneLine(s.Trouble.Text, 120), ""})
	}
	switch {
	case s.Resting > 0:
		c.State, c.Kind = fmt.Sprintf(v.Broken, v.span(time.Duration(s.Resting)*time.Second)), "bad"
	case s.Stopped != nil && s.Stopped.After(d.now()):
		c.State, c.Kind = fmt.Sprintf(v.Resting, v.span(s.Stopped.Sub(d.now()))), "warn"
	case s.Profiles == 0:
		c.State, c.Kind = v.Idle, ""
	}
	return c
}

func (w *deskWords) drift(one Drift) deskDrift {
	row := deskDrift{
		When: one.Last.UTC().Format("15:04:05"), Where: oneLine(one.Pointer, 120), Documents: grouped(one.Documents),
		What: w.Changed, Kind: "warn", Types: one.Was + " → " + one.Is,
	}
	switch one.Kind {
	case shape.Appeared:
		row.What, row.Kind, row.Types = w.Appeared, "good", one.Is
	case shape.Vanished:
		row.What, row.Kind, row.Types = w.Vanished, "bad", one.Was
	}
	return row
}

// span writes a length of time in its largest unit.
func (w *deskWords) span(d time.Duration) string {
	n, unit := (d+time.Second-1)/time.Second, [2]string{"s", "초"}
	switch {
	case d >= 48*time.Hour:
		n, unit = d/(24*time.Hour), [2]string{"d", "일"}
	case d >= 2*time.Hour:
		n, unit = d/time.Hour, [2]string{"h", "시간"}
	case d >= 2*time.Minute:
		n, unit = d/time.Minute, [2]string{"min", "분"}
	}
	if w.Lang == "ko" {
		return strconv.Itoa(int(n)) + unit[1]
	}
	return strconv.Itoa(int(n)) + " " + unit[0]
}

// deskPersonOf links to the person's page, where there are pages of their source's people.
func deskPersonOf(one *Profile, lang string) deskPerson {
	p := deskPerson{
		Username: oneLine(one.Username, maxNameShown), Name: oneLine(one.Card.Name, 60), URL: profilePath(one.Username) + "?lang=" + lang,
		Face: picturePath(one, 96),
	}
	if p.Name == "" {
		p.Name = p.Username
	}
	if p.Letter = picture.Initials(p.Name); p.Letter == "" {
		p.Letter = "@"
	}
	return p
}

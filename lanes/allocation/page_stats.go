package allocation

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// figures is what the page reads from the databases, for all who look at it at once.
type figures struct {
	total       Count
	byPlacement map[int64]Count
	campaigns   []campaignFigure
	advertisers map[string]string // names by id
	attributes  map[string]map[string]bool
}

type campaignFigure struct {
	campaign *Campaign
	charged  Charged
}

// gauge keeps figures for a while: however many look, and however much there is to sum, the page costs the databases little.
type gauge struct {
	mu    sync.Mutex
	until time.Time
	last  *figures
}

const (
	figuresFresh = 900 * time.Millisecond
	figuresShare = 20 // figures are kept for so many times as long as it took to read them
	maxCampaigns = 24
)

// read gives the figures, from the databases when those that it has are too old; where they cannot be read just now, as they
// were. Others wait meanwhile.
func (g *gauge) read(ctx context.Context, l *Lane, c *catalogue) (*figures, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	start := time.Now() // how long it took is measured, not decided: the lane's clock may stand still
	if g.last != nil && start.Before(g.until) {
		return g.last, nil
	}
	f, err := l.measure(ctx, c)
	if err != nil && g.last == nil {
		return nil, err
	}
	if err == nil {
		g.last = f
	}
	g.until = time.Now().Add(max(figuresFresh, figuresShare*time.Since(start)))
	return g.last, nil
}

func (l *Lane) measure(ctx context.Context, c *catalogue) (*figures, error) {
	f := &figures{byPlacement: map[int64]Count{}, attributes: attributesOf(c, l.schema)}
	hour := l.now().Unix() / 3600
	counts, err := l.reports.Report(ctx, Period{From: hour - 23, To: hour + 1, ByPlacement: true, Limit: maxReportRows})
	if err != nil {
		return nil, err
	}
	for _, n := range counts {
		f.total.add(n)
		p := f.byPlacement[n.Placement]
		p.add(n)
		f.byPlacement[n.Placement] = p
	}
	charged, err := l.ledger.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	f.campaigns = busiest(c, charged)
	f.advertisers, err = l.advertisers(ctx)
	return f, err
}

// busiest are the campaigns that have used most of their budgets.
func busiest(c *catalogue, charged map[int64]Charged) []campaignFigure {
	seen := map[int64]campaignFigure{}
	for _, it := range c.lineItems.all() {
		if it.totals != nil && it.totals.Status != Killed {
			seen[it.campaignNo] = campaignFigure{it.totals, charged[it.campaignNo]}
		}
	}
	list := slices.Collect(maps.Values(seen))
	slices.SortFunc(list, func(a, b campaignFigure) int {
		return cmp.Or(cmp.Compare(b.share(), a.share()), strings.Compare(a.campaign.ID, b.campaign.ID))
	})
	list = list[:min(len(list), maxCampaigns)]
	slices.SortFunc(list, func(a, b campaignFigure) int { return strings.Compare(a.campaign.ID, b.campaign.ID) })
	return list
}

func (f *campaignFigure) share() float64 {
	if f.campaign.TotalBudget == 0 {
		return -1
	}
	return float64(f.charged.Spent) / float64(f.campaign.TotalBudget)
}

// advertisers reads the names of the first thousand; the others go by their ids.
func (l *Lane) advertisers(ctx context.Context) (map[string]string, error) {
	rows, err := l.store.List(ctx, Filter{Kind: KindAdvertiser, Limit: 1000})
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(rows))
	for _, row := range rows {
		t, err := row.decode()
		if err != nil {
			return nil, err
		}
		names[row.ID] = t.(*Advertiser).Name
	}
	return names, nil
}

// stat is one counter that moves.
type stat struct {
	Key, Label, Value, Unit, Note string
	Beside                        string // what else there is to say, where there is no line
	Line, Area                    string // of the last minute, in a box of 120 by 32
}

func (k *looker) stats(f *figures) []stat {
	beats := k.pulse.read()
	column := func(of func(beat) float64) (line, area string) {
		values := make([]float64, len(beats))
		for i, b := range beats {
			values[i] = of(b)
		}
		return spark(smooth(values, 3))
	}
	n := f.total
	list := []stat{
		{Key: "rate", Label: k.words.Rate, Value: fmt.Sprintf("%.1f", recent(beats)), Unit: k.words.PerSecond, Note: k.words.LastMinute},
		{Key: "impressions", Label: k.words.Impressions, Value: grouped(n.Impressions), Note: k.words.Day},
		{Key: "clicks", Label: k.words.Clicks, Value: grouped(n.Clicks), Note: k.words.Day},
		{
			Key: "ctr", Label: k.words.CTR, Value: percent(n.Clicks, n.Impressions), Note: k.words.Day,
			Beside: fmt.Sprintf(k.words.Conversions, grouped(n.Conversions)),
		},
		{
			Key: "spend", Label: k.words.Spend, Value: k.money(n.Spend), Note: k.words.Day,
			Beside: fmt.Sprintf(k.words.PerThousand, k.money(1000*n.Spend/max(1, n.Impressions))),
		},
	}
	list[0].Line, list[0].Area = column(func(b beat) float64 { return b.decisions })
	list[1].Line, list[1].Area = column(func(b beat) float64 { return b.impressions })
	list[2].Line, list[2].Area = column(func(b beat) float64 { return b.clicks })
	return list
}

// recent is decisions a second over the last five.
func recent(beats []beat) float64 {
	last := beats[max(0, len(beats)-5):]
	sum := 0.0
	for _, b := range last {
		sum += b.decisions
	}
	return sum / float64(max(1, len(last)))
}

// smooth is the mean of each value and those just before it.
func smooth(values []float64, width int) []float64 {
	out := make([]float64, len(values))
	for i := range values {
		from := max(0, i-width+1)
		for _, v := range values[from : i+1] {
			out[i] += v / float64(i+1-from)
		}
	}
	return out
}

// spark draws values as a line, and the area under it; the newest stands at the right edge.
func spark(values []float64) (line, area string) {
	if len(values) < 2 {
		return "", ""
	}
	top := max(1, slices.Max(values))
	var b strings.Builder
	first := 120 * (1 - float64(len(values)-1)/float64(pulseLength-1))
	for i, v := range values {
		x := first + 120*float64(i)/float64(pulseLength-1)
		fmt.Fprintf(&b, " %.1f,%.1f", x, 30-27*v/top)
	}
	line = strings.TrimSpace(b.String())
	return line, fmt.Sprintf("%.1f,32 %s 120,32", first, line)
}

// budgetView is one campaign's budget as a bar of a hundred.
type budgetView struct {
	ID, Name, By, Total, Spent, Leased, Left string
	SpentPart, LeasedPart                    float64
	Percent                                  string
	Unlimited, Exhausted                     bool
	State                                    Status
}

func (k *looker) budgets(f *figures) []budgetView {
	list := make([]budgetView, 0, len(f.campaigns))
	for i := range f.campaigns {
		c := &f.campaigns[i]
		total, spent, leased := c.campaign.TotalBudget, c.charged.Spent, c.charged.Leased
		v := budgetView{
			ID: c.campaign.ID, Name: k.local(or(c.campaign.Name, c.campaign.ID)), By: k.advertiser(c.campaign), Spent: k.money(spent),
			Leased: k.money(leased), Unlimited: total == 0, State: c.campaign.Status,
		}
		if total > 0 {
			left := max(0, total-spent-leased)
			v.Total, v.Left, v.Exhausted = k.money(total), k.money(left), spent >= total-total/200
			v.SpentPart = 100 * float64(spent) / float64(total)
			v.LeasedPart = 100 * float64(leased) / float64(total)
			v.Percent = fmt.Sprintf("%.1f%%", v.SpentPart)
		}
		list = append(list, v)
	}
	return list
}

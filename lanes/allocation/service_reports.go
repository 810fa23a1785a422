package allocation

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// ReportIn asks for a report.
type ReportIn struct {
	From      string `query:"from" doc:"first moment, RFC 3339 or a date; default a week ago"`
	To        string `query:"to" doc:"end, exclusive; default now"`
	By        string `query:"by" enum:"hour,day" default:"hour"`
	Zone      string `query:"zone" maxLength:"64" default:"UTC" doc:"IANA zone of days"`
	Group     string `query:"group" maxLength:"100" doc:"line_item, creative, placement: any of them, by comma; empty: all in one"`
	LineItem  string `query:"line_item" maxLength:"64" doc:"only this one"`
	Creative  string `query:"creative" maxLength:"64" doc:"only this one"`
	Placement string `query:"placement" maxLength:"64" doc:"only this one"`
}

// ReportOut is a report.
type ReportOut struct {
	From time.Time   `json:"from"`
	To   time.Time   `json:"to"`
	Rows []ReportRow `json:"rows"`
}

// ReportRow is one hour or day of what was grouped by.
type ReportRow struct {
	Time      time.Time `json:"time"`
	LineItem  string    `json:"line_item,omitempty"`
	Creative  string    `json:"creative,omitempty"`
	Placement string    `json:"placement,omitempty"`
	Count
	CTR float64 `json:"ctr" doc:"clicks by impressions"`
}

// maxReportRows bounds a report; beyond it a narrower one is asked for.
const maxReportRows = 100_000

// ErrReport says what of a report's parameters breaks a rule.
var ErrReport = fault.New(fault.Invalid, "allocation.report", "The report cannot be made.")

// Reports is where counters are read.
type Reports interface {
	Report(ctx context.Context, p Period) ([]Count, error)
}

// Summary reads counters: they are as of the last flush, at most a few seconds ago.
func (s *Service) Summary(ctx context.Context, in *ReportIn) (*ReportOut, error) {
	zone, err := time.LoadLocation(or(in.Zone, "UTC"))
	if err != nil {
		return nil, ErrReport.With(fault.Field{Pointer: "query:zone", Rule: "must be an IANA time zone, as Asia/Seoul"})
	}
	p, err := s.period(in, zone)
	if err != nil {
		return nil, err
	}
	counts, err := s.reports.Report(ctx, p)
	if err != nil {
		return nil, err
	}
	if len(counts) > maxReportRows {
		return nil, ErrReport.With(fault.Field{Pointer: "query:from", Rule: fmt.Sprintf("must be later, or less grouped by: a report has at most %d rows", maxReportRows)})
	}
	out := &ReportOut{From: time.Unix(p.From*3600, 0).UTC(), To: time.Unix(p.To*3600, 0).UTC()}
	out.Rows = s.rows(fold(counts, in.By == "day", zone))
	return out, nil
}

// period checks the parameters.
func (s *Service) period(in *ReportIn, zone *time.Location) (Period, error) {
	var bad []fault.Field
	moment := func(pointer, text string, fallback time.Time) time.Time {
		for _, layout := range []string{time.RFC3339, "2006-01-02"} {
			if t, err := time.ParseInLocation(layout, text, zone); err == nil {
				return t
			}
		}
		if text != "" {
			bad = append(bad, fault.Field{Pointer: pointer, Rule: "must be a time, as 2026-01-31T09:00:00Z, or a date"})
		}
		return fallback
	}
	from, to := moment("query:from", in.From, s.now().AddDate(0, 0, -7)), moment("query:to", in.To, s.now())
	p := Period{From: from.Unix() / 3600, To: (to.Unix() + 3599) / 3600, Limit: maxReportRows + 1}
	if p.From >= p.To {
		bad = append(bad, fault.Field{Pointer: "query:to", Rule: "must be after from"})
	}
	for part := range strings.SplitSeq(in.Group, ",") {
		switch strings.TrimSpace(part) {
		case "":
		case "line_item":
			p.ByLineItem = true
		case "creative":
			p.ByCreative = true
		case "placement":
			p.ByPlacement = true
		default:
			bad = append(bad, fault.Field{Pointer: "query:group", Rule: "must be of line_item, creative and placement, by comma"})
		}
	}
	var ok [3]bool
	p.LineItem, p.Creative, p.Placement, ok = s.catalogue.Load().numbers(in)
	for i, pointer := range []string{"query:line_item", "query:creative", "query:placement"} {
		if !ok[i] {
			bad = append(bad, fault.Field{Pointer: pointer, Rule: "must be the id of a thing that is there"})
		}
	}
	if len(bad) > 0 {
		return p, ErrReport.With(bad...)
	}
	return p, nil
}

// numbers finds what the report is narrowed to; what is not named is 0.
func (c *catalogue) numbers(in *ReportIn) (lineItem, creative, placement int64, ok [3]bool) {
	ok = [3]bool{in.LineItem == "", in.Creative == "", in.Placement == ""}
	if it := c.lineItems.get(in.LineItem); it != nil {
		lineItem, ok[0] = it.num, true
	}
	if cr := c.creatives.get(in.Creative); cr != nil {
		creative, ok[1] = cr.num, true
	}
	if p := c.placements[in.Placement]; p != nil {
		placement, ok[2] = p.num, true
	}
	return lineItem, creative, placement, ok
}

// fold sums hours to days of a zone, and puts the start of the hour or day, unix seconds, where the hour was.
func fold(counts []Count, days bool, zone *time.Location) []Count {
	out := make([]Count, 0, len(counts))
	at := map[Count]int{}
	for _, c := range counts {
		start := time.Unix(c.Hour*3600, 0)
		if days {
			y, m, d := start.In(zone).Date()
			start = time.Date(y, m, d, 0, 0, 0, 0, zone)
		}
		key := Count{Hour: start.Unix(), LineItem: c.LineItem, Creative: c.Creative, Placement: c.Placement}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, key)
		}
		out[i].add(c)
	}
	slices.SortStableFunc(out, func(a, b Count) int { return int(a.Hour - b.Hour) })
	return out
}

// rows puts ids where numbers were.
func (s *Service) rows(counts []Count) []ReportRow {
	c := s.catalogue.Load()
	places := make(map[int64]string, len(c.placements))
	for id, p := range c.placements {
		places[p.num] = id
	}
	rows := make([]ReportRow, len(counts))
	for i, n := range counts {
		rows[i] = ReportRow{Time: time.Unix(n.Hour, 0).UTC(), Placement: places[n.Placement], Count: n}
		if it := c.byItemNum.get(n.LineItem); it != nil {
			rows[i].LineItem = it.ID
		}
		if cr := c.byNum.get(n.Creative); cr != nil {
			rows[i].Creative = cr.ID
		}
		if n.Impressions > 0 {
			rows[i].CTR = float64(n.Clicks) / float64(n.Impressions)
		}
	}
	return rows
}

// reportQuery reads the parameters where they are not bound by themselves.
func reportQuery(q url.Values) (*ReportIn, error) {
	in := &ReportIn{
		From: q.Get("from"), To: q.Get("to"), By: or(q.Get("by"), "hour"), Zone: q.Get("zone"), Group: q.Get("group"),
		LineItem: q.Get("line_item"), Creative: q.Get("creative"), Placement: q.Get("placement"),
	}
	if in.By != "hour" && in.By != "day" {
		return nil, ErrReport.With(fault.Field{Pointer: "query:by", Rule: "must be hour or day"})
	}
	return in, nil
}

package allocation

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
	"github.com/hotlane/hotlane/platform/fault"
)

// ErrInvalid says that a thing breaks rules; its fields say which.
var ErrInvalid = fault.New(fault.Invalid, "allocation.invalid", "The thing breaks a rule.")

// rules collects what a thing breaks. Every way in (API, import, sources) goes through the same rules.
type rules struct {
	schema targeting.Schema
	fields []fault.Field
}

func (r *rules) check(ok bool, pointer, rule string, args ...any) {
	if ok || len(r.fields) >= 20 {
		return
	}
	r.fields = append(r.fields, fault.Field{Pointer: pointer, Rule: fmt.Sprintf(rule, args...)})
}

func (r *rules) err() error {
	if len(r.fields) == 0 {
		return nil
	}
	return ErrInvalid.With(r.fields...)
}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

func (r *rules) id(pointer, id string) {
	r.check(idPattern.MatchString(id), pointer, "must be 1 to 64 of A-Z a-z 0-9 . _ : -")
}

func (r *rules) text(pointer, s string, most int) {
	r.check(utf8.ValidString(s), pointer, "must be UTF-8")
	r.check(utf8.RuneCountInString(s) <= most, pointer, "must be at most %d characters", most)
}

func (r *rules) oneOf(pointer, s string, of ...string) {
	for _, o := range of {
		if s == o {
			return
		}
	}
	r.check(false, pointer, "must be one of %s", strings.Join(of, ", "))
}

func (r *rules) between(pointer string, n, low, high int64) {
	r.check(n >= low && n <= high, pointer, "must be %d to %d", low, high)
}

func (r *rules) status(s Status) {
	r.oneOf("/status", string(s), string(Active), string(Paused), string(Killed))
}

func (r *rules) dates(start, end *time.Time) {
	r.check(start == nil || end == nil || start.Before(*end), "/ends_at", "must be after starts_at")
	for pointer, t := range map[string]*time.Time{"/starts_at": start, "/ends_at": end} {
		r.check(t == nil || (t.Year() >= 1970 && t.Year() <= 9999), pointer, "must be in the years 1970 to 9999")
	}
}

func (r *rules) caps(caps []Cap) {
	r.check(len(caps) <= 8, "/caps", "must have at most 8 items")
	for i, c := range caps {
		at := fmt.Sprintf("/caps/%d", i)
		r.between(at+"/count", int64(c.Count), 1, 1000)
		d := c.duration()
		r.check(d >= time.Minute && d <= 31*24*time.Hour, at+"/window", "must be minutes, hours or days, as 30m, 24h or 7d, at most 31d")
	}
}

// localSchemes run code, or show what only the reader's own browser has.
var localSchemes = []string{"javascript", "vbscript", "file", "filesystem", "blob", "about", "view-source"}

func (r *rules) url(pointer, s string, nor ...string) {
	r.check(len(s) <= 2000, pointer, "must be at most 2000 bytes")
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	ok := err == nil && !strings.ContainsAny(s, "\r\n\t\\\x00") && !strings.HasPrefix(s, "//")
	if ok && u.Scheme == "" {
		ok = strings.HasPrefix(s, "/")
	}
	r.check(ok, pointer, "must be a URL or a path that starts with one /")
	if ok && u.Scheme != "" {
		for _, bad := range slices.Concat(localSchemes, nor) {
			r.check(!strings.EqualFold(u.Scheme, bad), pointer, "must not have the scheme %s", bad)
		}
		r.check(u.Host != "" || u.Opaque != "" || u.Path != "", pointer, "must have a host or a path")
	}
}

// defaults fills what was left out, so that what is stored is complete.
func (a *Advertiser) defaults() { a.Status = orStatus(a.Status) }

func (a *Advertiser) rules(r *rules) {
	r.id("/id", a.ID)
	r.text("/name", a.Name, 200)
	r.status(a.Status)
}

func (c *Campaign) defaults() { c.Status = orStatus(c.Status) }

func (c *Campaign) rules(r *rules) {
	r.id("/id", c.ID)
	r.id("/advertiser", c.Advertiser)
	r.text("/name", c.Name, 200)
	r.between("/total_budget_micros", c.TotalBudget, 0, maxBudget)
	r.dates(c.StartsAt, c.EndsAt)
	r.caps(c.Caps)
	r.status(c.Status)
}

const (
	maxBudget = 1_000_000_000_000_000 // a thousand million units of money
	maxBid    = 1_000_000_000_000
	maxSlots  = 50 // of a placement, and in a request
)

func (l *LineItem) defaults() {
	l.Kind = or(l.Kind, "ad")
	l.Tier = or(l.Tier, TierStandard)
	l.BidType = or(l.BidType, "cpm")
	l.Zone = or(l.Zone, "UTC")
	l.Pacing = or(l.Pacing, "asap")
	l.Status = orStatus(l.Status)
}

func (l *LineItem) rules(r *rules) {
	r.id("/id", l.ID)
	r.text("/name", l.Name, 200)
	r.oneOf("/kind", l.Kind, "ad", "content")
	r.oneOf("/tier", l.Tier, TierSponsorship, TierStandard, TierNetwork, TierHouse)
	r.check(l.Campaign != "" || l.Kind == "content" || l.Tier == TierHouse, "/campaign", "must name a campaign, since an ad that is not a house ad is paid for")
	if l.Campaign != "" {
		r.id("/campaign", l.Campaign)
	}
	l.moneyRules(r)
	r.dates(l.StartsAt, l.EndsAt)
	zone, err := time.LoadLocation(l.Zone)
	r.check(err == nil && l.Zone != "Local", "/zone", "must be an IANA time zone, as Asia/Seoul")
	if err == nil {
		_, err = ledger.ParseSchedule(l.Daypart, zone)
		r.check(err == nil, "/daypart", "must be days and hours, as mon-fri 07:00-09:30; sat,sun 10:00-22:00: %v", err)
	}
	r.oneOf("/pacing", l.Pacing, "asap", "even")
	r.check(l.Pacing != "even" || l.DailyBudget > 0, "/pacing", "must be asap where there is no daily budget to spread")
	r.caps(l.Caps)
	r.check(!math.IsNaN(l.Score) && l.Score >= 0 && l.Score <= 1e6, "/score", "must be 0 to 1000000")
	r.text("/topic", l.Topic, 64)
	r.check(len(l.Placements) <= 1000, "/placements", "must have at most 1000 items")
	for i, p := range l.Placements {
		r.id(fmt.Sprintf("/placements/%d", i), p)
	}
	l.targetingRules(r)
	r.status(l.Status)
}

func (l *LineItem) moneyRules(r *rules) {
	r.oneOf("/bid_type", l.BidType, "cpm", "cpc", "fixed")
	r.between("/bid_micros", l.Bid, 0, maxBid)
	r.between("/daily_budget_micros", l.DailyBudget, 0, maxBudget)
	r.check(l.BidType != "cpm" || l.Bid%1000 == 0, "/bid_micros", "must be a multiple of 1000, so that one impression costs whole micros")
	free := l.Tier == TierHouse || l.Kind == "content"
	r.check(!free || l.Bid == 0, "/bid_micros", "must be 0: house items and content cost nothing")
	r.check(free || l.Bid > 0, "/bid_micros", "must be above 0")
}

func (l *LineItem) targetingRules(r *rules) {
	expr, err := l.Targeting.Parse(r.schema)
	if err != nil {
		r.check(false, "/targeting", "%v", err)
		return
	}
	if expr == nil {
		return
	}
	for _, p := range expr.Problems() {
		r.check(false, "/targeting", "%s", p)
	}
	_, err = expr.Conjunctions()
	r.check(err == nil, "/targeting", "%v", err)
}

func (c *Creative) defaults() {
	c.Status = orStatus(c.Status)
	if c.Weight == 0 {
		c.Weight = 1
	}
}

func (c *Creative) rules(r *rules) {
	r.id("/id", c.ID)
	r.id("/line_item", c.LineItem)
	r.text("/title", c.Title, 300)
	r.url("/image", c.Image)
	r.url("/landing", c.Landing, "data")
	r.between("/weight", int64(c.Weight), 1, 1_000_000)
	var object map[string]json.RawMessage
	r.check(len(c.Extra) == 0 || json.Unmarshal(c.Extra, &object) == nil, "/extra", "must be a JSON object")
	r.check(len(c.Extra) <= 8<<10, "/extra", "must be at most 8 KiB")
	r.caps(c.Caps)
	r.status(c.Status)
}

func (p *Placement) defaults() {
	p.Status = orStatus(p.Status)
	if p.Slots == 0 {
		p.Slots = 4
	}
}

func (p *Placement) rules(r *rules) {
	r.id("/id", p.ID)
	r.text("/name", p.Name, 200)
	r.between("/slots", int64(p.Slots), 1, maxSlots)
	r.between("/floor_micros", p.Floor, 0, maxBid)
	r.check(len(p.Mix) <= 16, "/mix", "must have at most 16 items")
	for i, m := range p.Mix {
		at := fmt.Sprintf("/mix/%d", i)
		r.oneOf(at+"/kind", m.Kind, "ad", "content")
		r.between(at+"/count", int64(m.Count), 1, 50)
	}
	for i, t := range p.Tiers {
		r.oneOf(fmt.Sprintf("/tiers/%d", i), t, TierSponsorship, TierStandard, TierNetwork, TierHouse)
	}
	r.status(p.Status)
}

func orStatus(s Status) Status {
	if s == "" {
		return Active
	}
	return s
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

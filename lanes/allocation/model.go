package allocation

import "time"

// Status is whether a thing takes part. Killed is final: a killed thing stays for reports and is never served again.
type Status string

const (
	Active Status = "active"
	Paused Status = "paused"
	Killed Status = "killed"
)

// Kind of thing, as it stands in imports, paths and the audit log.
type Kind string

const (
	KindAdvertiser Kind = "advertiser"
	KindCampaign   Kind = "campaign"
	KindLineItem   Kind = "line_item"
	KindCreative   Kind = "creative"
	KindPlacement  Kind = "placement"
)

// Kinds in the order in which they refer to each other: parents first.
var kinds = [...]Kind{KindAdvertiser, KindPlacement, KindCampaign, KindLineItem, KindCreative}

// Tiers in rank order. House items cost nothing and fill what is left.
const (
	TierSponsorship = "sponsorship"
	TierStandard    = "standard"
	TierNetwork     = "network"
	TierHouse       = "house"
)

// Advertiser is who pays. No advertiser stands twice in one answer unless the placement allows it.
type Advertiser struct {
	ID     string `json:"id" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9._:-]+$" doc:"your own id, or ours when empty on create" required:"false"`
	Name   string `json:"name" maxLength:"200" required:"false"`
	Status Status `json:"status,omitempty" enum:"active,paused,killed" doc:"left out: active when new, else as it is"`
}

// Campaign is a sum of money for a time.
type Campaign struct {
	ID          string     `json:"id" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9._:-]+$" required:"false"`
	Advertiser  string     `json:"advertiser" minLength:"1" maxLength:"64" doc:"id of the advertiser"`
	Name        string     `json:"name" maxLength:"200" required:"false"`
	TotalBudget int64      `json:"total_budget_micros,omitempty" minimum:"0" maximum:"1000000000000000" doc:"micros of the account's currency; 0: no limit"`
	StartsAt    *time.Time `json:"starts_at,omitempty"`
	EndsAt      *time.Time `json:"ends_at,omitempty" doc:"exclusive"`
	Caps        []Cap      `json:"caps,omitempty" maxItems:"8"`
	Status      Status     `json:"status,omitempty" enum:"active,paused,killed" doc:"left out: active when new, else as it is"`
}

// Cap is how many times one user may see something within a sliding window.
type Cap struct {
	Count  int    `json:"count" minimum:"1" maximum:"1000"`
	Window string `json:"window" pattern:"^[1-9][0-9]{0,4}[mhd]$" doc:"minutes, hours or days: 30m, 24h, 7d; at most 31 days"`
}

// LineItem is what is ranked: an ad with a price or a piece of content with a score.
type LineItem struct {
	ID          string     `json:"id" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9._:-]+$" required:"false"`
	Campaign    string     `json:"campaign,omitempty" maxLength:"64" doc:"id of the campaign; may be empty for content and house items"`
	Name        string     `json:"name,omitempty" maxLength:"200"`
	Kind        string     `json:"kind,omitempty" enum:"ad,content" default:"ad"`
	Tier        string     `json:"tier,omitempty" enum:"sponsorship,standard,network,house" default:"standard"`
	BidType     string     `json:"bid_type,omitempty" enum:"cpm,cpc,fixed" default:"cpm"`
	Bid         int64      `json:"bid_micros,omitempty" minimum:"0" maximum:"1000000000000" doc:"micros: for 1,000 impressions (cpm, a multiple of 1,000), a click (cpc) or an impression (fixed)"`
	DailyBudget int64      `json:"daily_budget_micros,omitempty" minimum:"0" maximum:"1000000000000000" doc:"micros a calendar day in the item's zone; 0: no limit"`
	StartsAt    *time.Time `json:"starts_at,omitempty"`
	EndsAt      *time.Time `json:"ends_at,omitempty" doc:"exclusive"`
	Zone        string     `json:"zone,omitempty" maxLength:"64" doc:"IANA time zone of days and dayparts; default UTC"`
	Daypart     string     `json:"daypart,omitempty" maxLength:"500" doc:"when it may run: mon-fri 07:00-09:30; sat,sun 10:00-22:00; empty: always"`
	Pacing      string     `json:"pacing,omitempty" enum:"asap,even" default:"asap"`
	Caps        []Cap      `json:"caps,omitempty" maxItems:"8"`
	Targeting   Targeting  `json:"targeting,omitzero"`
	Score       float64    `json:"score,omitempty" minimum:"0" maximum:"1000000" doc:"content: its worth when new"`
	PublishedAt *time.Time `json:"published_at,omitempty" doc:"content: its age decides its freshness; without it content does not age"`
	Topic       string     `json:"topic,omitempty" maxLength:"64" doc:"content: what a user's affinity.TOPIC attribute lifts"`
	Placements  []string   `json:"placements,omitempty" maxItems:"1000" doc:"ids of the placements it may show in; empty: all"`
	Status      Status     `json:"status,omitempty" enum:"active,paused,killed" doc:"left out: active when new, else as it is"`
}

// Creative is what is shown.
type Creative struct {
	ID       string  `json:"id" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9._:-]+$" required:"false"`
	LineItem string  `json:"line_item" minLength:"1" maxLength:"64" doc:"id of the line item"`
	Title    string  `json:"title" maxLength:"300" required:"false"`
	Image    string  `json:"image,omitempty" maxLength:"2000" doc:"http(s) URL or a path"`
	Landing  string  `json:"landing,omitempty" maxLength:"2000" doc:"http(s) URL, or a URL of the app's own scheme; a click goes there and nowhere else"`
	Weight   int     `json:"weight,omitempty" minimum:"1" maximum:"1000000" default:"1" doc:"share among the item's creatives"`
	Extra    RawJSON `json:"extra,omitempty" doc:"a JSON object, at most 8 KiB, that the app gets back as it is"`
	Caps     []Cap   `json:"caps,omitempty" maxItems:"8"`
	Status   Status  `json:"status,omitempty" enum:"active,paused,killed" doc:"left out: active when new, else as it is"`
}

// Placement is where things show.
type Placement struct {
	ID               string    `json:"id" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9._:-]+$" required:"false"`
	Name             string    `json:"name,omitempty" maxLength:"200"`
	Slots            int       `json:"slots,omitempty" minimum:"1" maximum:"50" default:"4" doc:"how many are filled when the request does not say"`
	Mix              []MixPart `json:"mix,omitempty" maxItems:"16" doc:"the pattern of slots, repeated: one ad, then three pieces of content; empty: ads only"`
	Floor            int64     `json:"floor_micros,omitempty" minimum:"0" maximum:"1000000000000" doc:"least effective CPM of an ad, micros"`
	Tiers            []string  `json:"tiers,omitempty" maxItems:"4" doc:"ads of these tiers only; empty: all"`
	RepeatAdvertiser bool      `json:"repeat_advertiser,omitempty" doc:"whether one advertiser may stand twice in an answer"`
	Status           Status    `json:"status,omitempty" enum:"active,paused,killed" doc:"left out: active when new, else as it is"`
}

// MixPart is a run of slots of one kind.
type MixPart struct {
	Kind  string `json:"kind" enum:"ad,content"`
	Count int    `json:"count" minimum:"1" maximum:"50"`
}

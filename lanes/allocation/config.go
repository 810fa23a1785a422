package allocation

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
	"github.com/hotlane/hotlane/lanes/allocation/token"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Config of the lane. Changes to what is allocated are not config: they are things, edited through the API.
type Config struct {
	Access     string             `yaml:"access" enum:"public,user,service" doc:"who may ask for allocations"`
	TokenTTL   time.Duration      `yaml:"token_ttl" doc:"how long an impression, click or conversion may be reported after the decision; unconfirmed money comes back after it; 1m to 24h"`
	LeaseTime  time.Duration      `yaml:"lease_time" doc:"how long decisions draw on one lease of budget; 1s to 10m"`
	TokenKeys  []telemetry.Secret `yaml:"token_keys" doc:"keys that sign tokens, base64 of at least 32 bytes; the first signs, all verify; empty: one is made and kept in the database"`
	Attributes map[string]string  `yaml:"attributes" doc:"what targeting may refer to: name to text, number, version, date or geo; names starting kv. are always text"`
	Caps       CapsConfig         `yaml:"caps" doc:"frequency caps"`
	Rank       RankConfig         `yaml:"rank" doc:"how ads and content are ranked"`
	Log        LogConfig          `yaml:"log" doc:"decision log"`
	Sources    []Source           `yaml:"sources" doc:"old databases that things come from"`
}

// CapsConfig bounds what is kept in memory and how much of it a crash may lose.
type CapsConfig struct {
	Flush      time.Duration `yaml:"flush" doc:"how often cap entries are written; kill -9 loses at most this much of them; 0: every decision waits for the disk; 0 to 10s"`
	MaxUsers   int           `yaml:"max_users" doc:"users with live entries; beyond it capped items are withheld from new users; 1024 to 100000000"`
	Checkpoint time.Duration `yaml:"checkpoint" doc:"how often the log of entries is folded; 10s to 24h"`
}

// RankConfig sets what bids are multiplied with and how content ages.
type RankConfig struct {
	CTR      float64       `yaml:"ctr" doc:"click rate expected of a line item that has not been seen, which prices those paid by click; above 0, at most 1"`
	CTRSeen  int           `yaml:"ctr_seen" doc:"impressions after which the line item's own rate weighs as much as the expected one; 0: always the expected rate"`
	HalfLife time.Duration `yaml:"half_life" doc:"time in which content loses half its score; 0: never"`
}

// LogConfig says which decisions are logged, each line enough to replay it.
type LogConfig struct {
	OneIn int `yaml:"one_in" doc:"log one decision in so many; 0: none"`
}

// Source is an old database that things are read from, and how.
type Source struct {
	Name       string            `yaml:"name" doc:"a short word; things from this source carry it"`
	DSN        telemetry.Secret  `yaml:"dsn" doc:"mysql://user:password@host:port/database (MariaDB too), postgres://user:password@host:port/database, or sqlite: followed by a path"`
	Interval   time.Duration     `yaml:"interval" doc:"how often the queries run; 1s to 24h"`
	Timeout    time.Duration     `yaml:"timeout" doc:"how long the queries may take together; 1s to 10m"`
	AllowEmpty bool              `yaml:"allow_empty" doc:"whether a query that gives no rows any more pauses all its things; without it they stay as they were, and this is reported"`
	Queries    map[string]string `yaml:"queries" doc:"one query each for advertisers, campaigns, line_items, creatives, placements; column names are the fields"`
}

// WithDefaults is the source with its zero values replaced by what they mean.
func (s Source) WithDefaults() Source {
	if s.Timeout == 0 {
		s.Timeout = 30 * time.Second
	}
	return s
}

// DefaultConfig is what a lane runs with when nothing is said.
func DefaultConfig() Config {
	return Config{
		Access:    "public",
		TokenTTL:  15 * time.Minute,
		LeaseTime: 30 * time.Second,
		Attributes: map[string]string{
			"country": "text", "region": "text", "city": "text", "language": "text", "os": "text", "os_version": "version",
			"app_version": "version", "device": "text", "carrier": "text", "network": "text", "age": "number", "gender": "text",
			"interests": "text", "segments": "text", "signup": "date", "location": "geo", "user.id": "text",
		},
		Caps: CapsConfig{Flush: 100 * time.Millisecond, MaxUsers: 5_000_000, Checkpoint: time.Minute},
		Rank: RankConfig{CTR: 0.005, CTRSeen: 1000, HalfLife: 24 * time.Hour},
	}
}

var (
	sourceName    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}$`)
	attributeName = regexp.MustCompile(`^[a-z][a-z0-9_.]{0,63}$`)
)

// Validate names every field that breaks its rule.
func (c *Config) Validate() error {
	var rules fault.Rules
	check := rules.Check
	check(c.Access == "public" || c.Access == "user" || c.Access == "service", "/access", "must be public, user or service")
	check(c.TokenTTL >= time.Minute && c.TokenTTL <= 24*time.Hour, "/token_ttl", "must be 1m to 24h")
	check(c.LeaseTime >= time.Second && c.LeaseTime <= 10*time.Minute, "/lease_time", "must be 1s to 10m")
	_, wrong := c.signingKeys()
	rules.Add(wrong...)
	check(c.Caps.Flush >= 0 && c.Caps.Flush <= 10*time.Second, "/caps/flush", "must be 0 to 10s")
	check(c.Caps.MaxUsers >= 1024 && c.Caps.MaxUsers <= 100_000_000, "/caps/max_users", "must be 1024 to 100000000")
	check(c.Caps.Checkpoint >= 10*time.Second && c.Caps.Checkpoint <= 24*time.Hour, "/caps/checkpoint", "must be 10s to 24h")
	check(c.Rank.CTR > 0 && c.Rank.CTR <= 1, "/rank/ctr", "must be above 0 and at most 1")
	check(c.Rank.CTRSeen >= 0, "/rank/ctr_seen", "must not be negative")
	check(c.Rank.HalfLife >= 0, "/rank/half_life", "must not be negative")
	check(c.Log.OneIn >= 0, "/log/one_in", "must not be negative")
	for name, kind := range c.Attributes {
		_, ok := targeting.ParseKind(kind)
		check(ok, "/attributes/"+name, "must be text, number, version, date or geo")
		check(attributeName.MatchString(name), "/attributes/"+name, "must be a name of a-z, 0-9, _ and . that starts with a letter")
	}
	named := map[string]bool{}
	for i, s := range c.Sources {
		at := fmt.Sprintf("/sources/%d", i)
		check(sourceName.MatchString(s.Name), at+"/name", "must be a short word of a-z, 0-9 and _")
		check(!named[s.Name], at+"/name", "must not be the name of another source")
		named[s.Name] = true
		err := checkDSN(s.DSN.Reveal())
		check(err == nil, at+"/dsn", fmt.Sprint(err))
		check(s.Interval >= time.Second && s.Interval <= 24*time.Hour, at+"/interval", "must be 1s to 24h")
		check(s.Timeout == 0 || (s.Timeout >= time.Second && s.Timeout <= 10*time.Minute), at+"/timeout", "must be 1s to 10m, or 0 for 30s")
		check(len(s.Queries) > 0, at+"/queries", "must have at least one query")
		for name, query := range s.Queries {
			check(strings.TrimSpace(query) != "", at+"/queries/"+name, "must not be empty")
			_, ok := queryKinds[name]
			check(ok, at+"/queries/"+name, "must be advertisers, campaigns, line_items, creatives or placements")
		}
	}
	return rules.Err(fault.New(fault.Invalid, "allocation.config", "The allocation section breaks a rule."))
}

// signingKeys are the configured ones, and what is wrong with them. A key is known by its first byte.
func (c *Config) signingKeys() (keys []token.Key, bad []fault.Field) {
	taken := map[byte]bool{}
	for i, k := range c.TokenKeys {
		secret, err := base64.StdEncoding.DecodeString(k.Reveal())
		rule := ""
		switch {
		case err != nil || len(secret) < token.MinSecret:
			rule = fmt.Sprintf("must be base64 of at least %d bytes", token.MinSecret)
		case taken[secret[0]]:
			rule = "must not begin with the same byte as another key: make a new one"
		}
		if rule != "" {
			bad = append(bad, fault.Field{Pointer: fmt.Sprintf("/token_keys/%d", i), Rule: rule})
			continue
		}
		taken[secret[0]] = true
		keys = append(keys, token.Key{ID: secret[0], Secret: secret})
	}
	return keys, bad
}

// queryKinds are the plural names of things in paths, imports and sources.
var queryKinds = map[string]Kind{
	"advertisers": KindAdvertiser, "campaigns": KindCampaign, "line_items": KindLineItem,
	"creatives": KindCreative, "placements": KindPlacement,
}

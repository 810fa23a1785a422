package waitlist

import (
	"fmt"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/rate"
)

// Config of the lane. Lists are not config: they are made through the API. One or a few may be named here to begin with.
type Config struct {
	Lists       []FirstList   `yaml:"lists" doc:"lists that are made at the start where there is none of their name; what is edited later stays edited"`
	ConfirmTTL  time.Duration `yaml:"confirm_ttl" doc:"how long the link in a confirmation works; 1h to 720h"`
	MailPause   time.Duration `yaml:"mail_pause" doc:"how long after a mail a further sign-up with the same address brings no other; 1m to 24h"`
	Senders     int           `yaml:"senders" doc:"mails that one process hands over at one time; 1 to 64"`
	PerClient   rate.Config   `yaml:"per_client" doc:"sign-ups from one network address (IPv6: /64)"`
	PerList     rate.Config   `yaml:"per_list" doc:"sign-ups to one list, where it says nothing itself"`
	PerNetwork  int           `yaml:"per_network" doc:"referrals of one person that count from one network (IPv4: /24, IPv6: /48); 1 to 10000"`
	MaxLists    int           `yaml:"max_lists" doc:"how many lists there may be; 1 to 10000"`
	Unconfirmed int           `yaml:"unconfirmed_days" doc:"days after which sign-ups that nobody confirmed are deleted, where the list says nothing; 1 to 3650"`
}

// FirstList is a list to begin with.
type FirstList struct {
	Slug string `yaml:"slug" doc:"its name in URLs: small letters, digits and -, 2 to 40"`
	Ko   string `yaml:"ko" doc:"its name in Korean"`
	En   string `yaml:"en" doc:"its name in English"`
	Site string `yaml:"site" doc:"whose list it is"`
}

// DefaultConfig is what a lane runs with when nothing is said.
func DefaultConfig() Config {
	return Config{
		ConfirmTTL: 7 * 24 * time.Hour, MailPause: 10 * time.Minute, Senders: 8,
		PerClient: rate.Config{PerSecond: 0.5, Burst: 30}, PerList: rate.Config{PerSecond: 10_000, Burst: 20_000},
		PerNetwork: 20, MaxLists: 100, Unconfirmed: 30,
	}
}

// Validate names every field that breaks its rule.
func (c *Config) Validate() error {
	var r fault.Rules
	r.Check(c.ConfirmTTL >= time.Hour && c.ConfirmTTL <= 720*time.Hour, "/confirm_ttl", "must be 1h to 720h")
	r.Check(c.MailPause >= time.Minute && c.MailPause <= 24*time.Hour, "/mail_pause", "must be 1m to 24h")
	r.Check(c.Senders >= 1 && c.Senders <= 64, "/senders", "must be 1 to 64")
	c.PerClient.Check(&r, "/per_client")
	c.PerList.Check(&r, "/per_list")
	r.Check(c.PerNetwork >= 1 && c.PerNetwork <= 10_000, "/per_network", "must be 1 to 10000")
	r.Check(c.MaxLists >= 1 && c.MaxLists <= 10_000, "/max_lists", "must be 1 to 10000")
	r.Check(c.Unconfirmed >= 1 && c.Unconfirmed <= maxDays, "/unconfirmed_days", "must be 1 to 3650")
	r.Check(len(c.Lists) <= c.MaxLists, "/lists", "must be at most max_lists")
	seen := map[string]bool{}
	for i, l := range c.Lists {
		at := fmt.Sprintf("/lists/%d", i)
		for _, f := range l.list().broken() {
			r.Check(false, at+f.Pointer, f.Rule)
		}
		r.Check(!seen[l.Slug], at+"/slug", "must not be the name of another list")
		seen[l.Slug] = true
	}
	return r.Err(fault.New(fault.Invalid, "waitlist.config", "The waitlist section breaks a rule."))
}

func (f FirstList) list() *List {
	return &List{Slug: f.Slug, Name: Text{Ko: f.Ko, En: f.En}, Site: f.Site}
}

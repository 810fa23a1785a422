package server

import (
	"fmt"
	"regexp"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// Config is the section "live" of the config file.
type Config struct {
	Path           string          `yaml:"path" doc:"where clients connect; a path without fields"`
	Origins        []string        `yaml:"origins" doc:"origins whose pages may connect: https://app.example.com, or https://*.example.com; empty: pages of the same host; clients that are not browsers send none and may"`
	Connections    int             `yaml:"connections" doc:"connections of this process; more are answered with 503" minimum:"1" maximum:"10000000"`
	PerUser        int             `yaml:"per_user" doc:"connections of one user to this process; more are told not to come back (3504)" minimum:"1" maximum:"100000"`
	PerNetwork     int             `yaml:"per_network" doc:"connections from one network address (IPv6: /64) to this process; more are answered with 429; behind a proxy this needs edge.trusted_proxies; 0: as many as there may be" minimum:"0" maximum:"10000000"`
	Subscriptions  int             `yaml:"subscriptions" doc:"channels that one connection may be in" minimum:"1" maximum:"10000"`
	Message        int             `yaml:"message" unit:"bytes" doc:"largest message of a client, 1KiB to 16MiB"`
	Queue          int             `yaml:"queue" unit:"bytes" doc:"bytes that may wait for one client before it counts as slow; one answer may be longer; at least four times message, 256KiB to 64MiB"`
	QueueAll       int             `yaml:"queue_all" unit:"bytes" doc:"bytes that may wait for all clients together, a message for many counted for each; beyond it those that are behind get nothing more; at least queue"`
	Rate           int             `yaml:"rate" doc:"commands a second of one connection; more are refused (111)" minimum:"1" maximum:"1000000"`
	Burst          int             `yaml:"burst" doc:"commands at once of one connection" minimum:"1" maximum:"1000000"`
	UserRate       int             `yaml:"user_rate" doc:"commands a second of all connections of one user" minimum:"1" maximum:"1000000"`
	UserBurst      int             `yaml:"user_burst" doc:"commands at once of all connections of one user" minimum:"1" maximum:"1000000"`
	Pending        int             `yaml:"pending" doc:"operations of one connection that may wait for their acknowledgement" minimum:"1" maximum:"10000"`
	Ping           time.Duration   `yaml:"ping" doc:"how often a client is asked whether it is there, 1s to 10m"`
	Pong           time.Duration   `yaml:"pong" doc:"how long it may take to answer, 1s to 1m"`
	ConnectTimeout time.Duration   `yaml:"connect_timeout" doc:"how long a connection may say nothing at first, 1s to 1m"`
	CommandTimeout time.Duration   `yaml:"command_timeout" doc:"how long a command may take, 1s to 1m"`
	ExpireGrace    time.Duration   `yaml:"expire_grace" doc:"how long a client may take to show a new token when its own has expired, 1s to 5m"`
	SlowGrace      time.Duration   `yaml:"slow_grace" doc:"how long a client whose queue was full may take to make room, 1s to 1m"`
	WriteTimeout   time.Duration   `yaml:"write_timeout" doc:"how long one write to a client may take, 1s to 1m"`
	Coalesce       time.Duration   `yaml:"coalesce" doc:"how long a publication may wait for others to go out with; 0 to 1s"`
	Compress       bool            `yaml:"compress" doc:"compress messages for clients that can; costs memory and CPU"`
	Drain          time.Duration   `yaml:"drain" doc:"time over which clients are told to come back when the program stops; 0 to 10m"`
	Channels       []ChannelConfig `yaml:"channels" doc:"channels without a lane: what the app's backend pushes to its users"`
}

// ChannelConfig is one kind of channels without a lane: all whose names begin with its prefix.
type ChannelConfig struct {
	Prefix    string `yaml:"prefix" doc:"what the names begin with: a lower-case word and a colon"`
	Access    string `yaml:"access" enum:"public,user,owner,token" doc:"who may be in: anybody, any user, the one user whose id follows the prefix, or who shows a token for it"`
	Publish   string `yaml:"publish" enum:",none,members" doc:"who may publish beside the backend: none or members; empty: none"`
	Anonymous bool   `yaml:"anonymous" doc:"who shows no token may be in too; only with access public or token"`
	Auto      bool   `yaml:"auto" doc:"with access owner: a user's connections are in from the beginning, without asking"`
	Presence  bool   `yaml:"presence" doc:"who is in may be asked by those who are in"`
	Members   int    `yaml:"members" doc:"connections that may be in one channel at once, of this process; 0: 10000" minimum:"0" maximum:"10000000"`
}

// DefaultConfig is what an empty section means.
func DefaultConfig() Config {
	return Config{
		Path: "/connection/websocket", Connections: 100_000, PerUser: 64, PerNetwork: 10_000, Subscriptions: 128,
		Message: 64 << 10, Queue: 1 << 20, QueueAll: 512 << 20, Rate: 100, Burst: 400, UserRate: 400, UserBurst: 1600, Pending: 64,
		Ping: 25 * time.Second, Pong: 8 * time.Second, ConnectTimeout: 10 * time.Second, CommandTimeout: 10 * time.Second,
		ExpireGrace: 25 * time.Second, SlowGrace: 5 * time.Second, WriteTimeout: 5 * time.Second,
		Coalesce: 20 * time.Millisecond, Drain: 5 * time.Second,
	}
}

var invalid = fault.New(fault.Invalid, "live.config", "The live section has mistakes.")

// checks are rules of numbers and times.
type checks struct{ fault.Rules }

func (c *checks) number(n, least, most int, pointer string) {
	c.Check(n >= least && n <= most, pointer, fmt.Sprintf("must be from %d to %d", least, most))
}

func (c *checks) time(d, least, most time.Duration, pointer string) {
	c.Check(d >= least && d <= most, pointer, fmt.Sprintf("must be from %s to %s", least, most))
}

var (
	pathForm   = regexp.MustCompile(`^(/[A-Za-z0-9_.~-]+)+$`)
	originForm = regexp.MustCompile(`^(\*|https?://[^/?#\s]+)$`)
	prefixForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}:$`)
)

// Validate names every field that breaks a rule.
func (c *Config) Validate() error {
	var bad checks
	bad.Check(pathForm.MatchString(c.Path), "/path", "must be a path of letters, digits, _ . ~ and - without a slash at its end")
	for i, o := range c.Origins {
		bad.Check(originForm.MatchString(o), fmt.Sprintf("/origins/%d", i), "must be scheme and host: https://app.example.com")
	}
	bad.number(c.Connections, 1, 10_000_000, "/connections")
	bad.number(c.PerUser, 1, 100_000, "/per_user")
	bad.number(c.PerNetwork, 0, 10_000_000, "/per_network")
	bad.number(c.Subscriptions, 1, 10_000, "/subscriptions")
	bad.Check(c.Message >= 1<<10 && c.Message <= 16<<20, "/message", "must be from 1KiB to 16MiB")
	bad.Check(c.Queue >= 256<<10 && c.Queue <= 64<<20, "/queue", "must be from 256KiB to 64MiB")
	bad.Check(c.Queue >= 4*c.Message, "/queue", "must be at least four times message")
	bad.Check(c.QueueAll >= c.Queue, "/queue_all", "must be at least queue")
	bad.number(c.Rate, 1, 1_000_000, "/rate")
	bad.number(c.Burst, 1, 1_000_000, "/burst")
	bad.number(c.UserRate, 1, 1_000_000, "/user_rate")
	bad.number(c.UserBurst, 1, 1_000_000, "/user_burst")
	bad.number(c.Pending, 1, 10_000, "/pending")
	bad.time(c.Ping, time.Second, 10*time.Minute, "/ping")
	bad.time(c.Pong, time.Second, time.Minute, "/pong")
	bad.Check(c.Pong < c.Ping, "/pong", "must be shorter than ping")
	bad.time(c.ConnectTimeout, time.Second, time.Minute, "/connect_timeout")
	bad.time(c.CommandTimeout, time.Second, time.Minute, "/command_timeout")
	bad.time(c.ExpireGrace, time.Second, 5*time.Minute, "/expire_grace")
	bad.time(c.SlowGrace, time.Second, time.Minute, "/slow_grace")
	bad.time(c.WriteTimeout, time.Second, time.Minute, "/write_timeout")
	bad.time(c.Coalesce, 0, time.Second, "/coalesce")
	bad.time(c.Drain, 0, 10*time.Minute, "/drain")
	for i := range c.Channels {
		bad.channel(&c.Channels[i], fmt.Sprintf("/channels/%d", i), c.Channels[:i])
	}
	return bad.Err(invalid)
}

func (c *checks) channel(k *ChannelConfig, at string, before []ChannelConfig) {
	c.Check(prefixForm.MatchString(k.Prefix), at+"/prefix", "must be a lower-case word and a colon")
	for i := range before {
		c.Check(before[i].Prefix != k.Prefix, at+"/prefix", "must not be that of another kind of channels")
	}
	c.Check(k.Access == "public" || k.Access == "user" || k.Access == "owner" || k.Access == "token", at+"/access",
		"must be public, user, owner or token")
	c.Check(k.Publish == "" || k.Publish == "none" || k.Publish == "members", at+"/publish", "must be none or members")
	c.Check(!k.Anonymous || k.Access == "public" || k.Access == "token", at+"/anonymous", "needs access public or token")
	c.Check(!k.Auto || k.Access == "owner", at+"/auto", "needs access owner")
	c.number(k.Members, 0, 10_000_000, at+"/members")
}

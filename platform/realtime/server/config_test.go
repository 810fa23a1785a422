package server

import (
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

func TestTheDefaultConfigIsGood(t *testing.T) {
	c := DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestEveryBadFieldIsNamed(t *testing.T) {
	for pointer, change := range map[string]func(*Config){
		"/path":                 func(c *Config) { c.Path = "/live/" },
		"/origins/1":            func(c *Config) { c.Origins = []string{"https://a.example", "a.example/x"} },
		"/connections":          func(c *Config) { c.Connections = 0 },
		"/per_user":             func(c *Config) { c.PerUser = 0 },
		"/subscriptions":        func(c *Config) { c.Subscriptions = 10_001 },
		"/message":              func(c *Config) { c.Message = 100 },
		"/queue":                func(c *Config) { c.Queue, c.Message = 100<<10, 1<<10 },
		"/queue_all":            func(c *Config) { c.QueueAll = 1 << 19 },
		"/rate":                 func(c *Config) { c.Rate = 0 },
		"/burst":                func(c *Config) { c.Burst = 0 },
		"/user_rate":            func(c *Config) { c.UserRate = 0 },
		"/user_burst":           func(c *Config) { c.UserBurst = 0 },
		"/pending":              func(c *Config) { c.Pending = 0 },
		"/ping":                 func(c *Config) { c.Ping = time.Hour },
		"/pong":                 func(c *Config) { c.Ping, c.Pong = 10*time.Second, 10*time.Second },
		"/connect_timeout":      func(c *Config) { c.ConnectTimeout = 0 },
		"/command_timeout":      func(c *Config) { c.CommandTimeout = 0 },
		"/expire_grace":         func(c *Config) { c.ExpireGrace = 0 },
		"/slow_grace":           func(c *Config) { c.SlowGrace = 0 },
		"/write_timeout":        func(c *Config) { c.WriteTimeout = 0 },
		"/coalesce":             func(c *Config) { c.Coalesce = -1 },
		"/drain":                func(c *Config) { c.Drain = time.Hour },
		"/channels/0/prefix":    func(c *Config) { c.Channels[0].Prefix = "User" },
		"/channels/1/prefix":    func(c *Config) { c.Channels[1].Prefix = c.Channels[0].Prefix },
		"/channels/0/access":    func(c *Config) { c.Channels[0].Access = "" },
		"/channels/0/publish":   func(c *Config) { c.Channels[0].Publish = "all" },
		"/channels/1/anonymous": func(c *Config) { c.Channels[1].Anonymous = true },
		"/channels/0/auto":      func(c *Config) { c.Channels[0].Auto = true },
		"/channels/0/members":   func(c *Config) { c.Channels[0].Members = -1 },
	} {
		c := DefaultConfig()
		c.Channels = []ChannelConfig{{Prefix: "news:", Access: "public"}, {Prefix: "room:", Access: "user"}}
		change(&c)
		f := fault.From(c.Validate())
		if f == nil || len(f.Fields) != 1 || f.Fields[0].Pointer != pointer || !strings.HasPrefix(f.Fields[0].Rule, "must") &&
			!strings.HasPrefix(f.Fields[0].Rule, "needs") {
			t.Errorf("%s: %v", pointer, f)
		}
	}
}

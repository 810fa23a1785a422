package bus

import (
	"log/slog"
	"regexp"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Config is the section "bus" of the config file. All nodes of an app must have the same. The zero value of a field means its default.
type Config struct {
	Redis  telemetry.Secret `yaml:"redis" env:"HOTLANE_BUS_REDIS" doc:"the Redis by which nodes tell each other what is new, with a URL as in the section cache: one server, Sentinel or Cluster; empty: the one of the section cache; where that has none either, nodes find out from the databases, within seconds"`
	Prefix string           `yaml:"prefix" doc:"what the names of all channels in Redis begin with; up to 64 letters, digits and _ - . :"`
}

// DefaultConfig is what an empty section means.
func DefaultConfig() Config { return Config{Prefix: "hotlane:bus:"} }

var prefixPattern = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,64}$`) // without braces: they are ours

// Validate says which fields break which rules.
func (c *Config) Validate() error {
	var rules fault.Rules
	_, readable := cache.RedisOptions(c.Redis)
	rules.Check(c.Redis == "" || readable, "/redis", cache.RedisRule)
	rules.Check(c.Prefix == "" || prefixPattern.MatchString(c.Prefix), "/prefix", "must be up to 64 letters, digits and _ - . :")
	return rules.Err(fault.New(fault.Invalid, "bus.config", "The bus section breaks a rule."))
}

// Deps are what a bus works with.
type Deps struct {
	Log     *slog.Logger          // nil: nothing is logged
	Metrics prometheus.Registerer // nil: nothing is counted
}

// Open makes the bus that the config asks for, without I/O. A config that breaks a rule is refused with Validate's error.
func Open(cfg Config, deps Deps) (Bus, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Prefix == "" {
		cfg.Prefix = DefaultConfig().Prefix
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Redis == "" {
		return Memory(), nil
	}
	opt, _ := cache.RedisOptions(cfg.Redis) // Validate read it
	return newRedis(cfg, opt, deps), nil
}

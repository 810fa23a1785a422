package cache

import (
	"log/slog"
	"regexp"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Config is the section "cache" of the config file. The zero value of a field means its default.
type Config struct {
	Redis   telemetry.Secret `yaml:"redis" env:"HOTLANE_CACHE_REDIS" doc:"empty: this process's memory; redis://user:password@host:port/database, rediss:// for TLS; Sentinel: ?master_set=name with the sentinels' addresses; Cluster: one address of it, or several by &addr=host:port"`
	Prefix  string           `yaml:"prefix" doc:"what all keys in Redis begin with; up to 64 letters, digits and _ - . :"`
	Timeout time.Duration    `yaml:"timeout" doc:"how long one call of Redis may take; 1ms to 10s"`
	Memory  int64            `yaml:"memory" unit:"bytes" doc:"without Redis: what it would hold takes at most so much memory, and a value beyond 3/16 of it is not kept; 1MiB to 1TiB"`
}

// DefaultConfig is what an empty section means.
func DefaultConfig() Config {
	return Config{Prefix: "hotlane:", Timeout: 250 * time.Millisecond, Memory: 64 << 20}
}

func (c Config) withDefaults() Config {
	d := DefaultConfig()
	if c.Prefix == "" {
		c.Prefix = d.Prefix
	}
	if c.Timeout == 0 {
		c.Timeout = d.Timeout
	}
	if c.Memory == 0 {
		c.Memory = d.Memory
	}
	return c
}

var prefixPattern = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,64}$`)

// Validate says which fields break which rules.
func (c *Config) Validate() error {
	var rules fault.Rules
	rule := rules.Check
	_, readable := RedisOptions(c.Redis)
	rule(c.Redis == "" || readable, "/redis", RedisRule)
	rule(c.Prefix == "" || prefixPattern.MatchString(c.Prefix), "/prefix", "must be up to 64 letters, digits and _ - . :")
	rule(c.Timeout == 0 || (c.Timeout >= time.Millisecond && c.Timeout <= 10*time.Second), "/timeout", "must be 1ms to 10s")
	rule(c.Memory == 0 || (c.Memory >= 1<<20 && c.Memory <= 1<<40), "/memory", "must be 1MiB to 1TiB")
	return rules.Err(fault.New(fault.Invalid, "cache.config", "The cache section breaks a rule."))
}

// Deps are what a Store works with.
type Deps struct {
	Now     func() time.Time      // nil: time.Now; Redis has its own clock
	Log     *slog.Logger          // nil: nothing is logged
	Metrics prometheus.Registerer // nil: nothing is counted
}

// Open makes the store that the config asks for, without I/O: Redis is connected to in the background from the first call on, and
// while it cannot be reached every call fails at once. A config that breaks a rule is refused with Validate's error.
func Open(cfg Config, deps Deps) (Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Redis == "" {
		return newMemory(cfg.Memory, deps.Now), nil
	}
	opt, _ := RedisOptions(cfg.Redis) // Validate read it
	return newRedis(cfg, opt, deps), nil
}

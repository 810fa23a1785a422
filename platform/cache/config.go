package cache

import (
	"log/slog"
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
	Memory  int64            `yaml:"memory" doc:"without Redis: bytes that what it would hold may take in memory; 1 MiB to 1 TiB"`
}

// DefaultConfig is what an empty section means.
func DefaultConfig() Config {
	return Config{Prefix: "hotlane:", Timeout: 250 * time.Millisecond, Memory: 32 << 20}
}

// Validate says which fields break which rules.
func (c *Config) Validate() error {
	var bad []fault.Field
	if bad != nil {
		return fault.New(fault.Invalid, "cache.config", "The cache section breaks a rule.").With(bad...)
	}
	return nil
}

// Deps are what a Store works with.
type Deps struct {
	Now     func() time.Time      // nil: time.Now; Redis has its own clock
	Log     *slog.Logger          // nil: nothing is logged
	Metrics prometheus.Registerer // nil: nothing is counted
}

// Open makes the store that the config asks for, without I/O: Redis is connected to in the background, and while it cannot be
// reached every call fails at once. A config that breaks a rule is refused with Validate's error.
func Open(cfg Config, deps Deps) (Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return nil, ErrUnavailable
}

package rate

import (
	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/fault"
)

// Config is one token bucket, as a part of a section of the config file.
type Config struct {
	PerSecond float64 `yaml:"per_second" doc:"how many a second in the long run; above 0, up to 100000"`
	Burst     int     `yaml:"burst" doc:"how many at once; 1 to 1000000"`
}

// Check names what breaks a rule; at points to the bucket, such as "/write".
func (c Config) Check(r *fault.Rules, at string) {
	r.Check(c.PerSecond > 0 && c.PerSecond <= 100_000, at+"/per_second", "must be above 0 and at most 100000")
	r.Check(c.Burst >= 1 && c.Burst <= 1_000_000, at+"/burst", "must be 1 to 1000000")
}

// Bucket is what a limiter takes from.
func (c Config) Bucket() cache.Bucket { return cache.Bucket{Rate: c.PerSecond, Burst: c.Burst} }

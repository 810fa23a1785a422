package lanename

import "github.com/hotlane/hotlane/platform/fault"

// Config is the section "lanename" of the config file.
type Config struct {
	MaxText  int `yaml:"max_text" doc:"characters that a note may have" minimum:"1" maximum:"10000"`
	PerOwner int `yaml:"per_owner" doc:"notes that one person may keep" minimum:"1" maximum:"100000"`
}

// DefaultConfig is what the lane runs with when nothing is said.
func DefaultConfig() Config { return Config{MaxText: 500, PerOwner: 1000} }

var errConfig = fault.New(fault.Invalid, "lanename.config", "The lanename section breaks a rule.")

// Validate names every field that breaks its rule.
func (c *Config) Validate() error {
	var r fault.Rules
	r.Check(c.MaxText >= 1 && c.MaxText <= 10_000, "/max_text", "must be 1 to 10000")
	r.Check(c.PerOwner >= 1 && c.PerOwner <= 100_000, "/per_owner", "must be 1 to 100000")
	return r.Err(errConfig)
}

package admit

import "github.com/hotlane/hotlane/platform/fault"

// Config is the section "admit" of the config file.
type Config struct {
	InFlight int `yaml:"in_flight" doc:"requests of the lanes that are answered at one time; bulk ones are let in below 50% of it, normal ones below 85%, critical ones up to all of it" minimum:"16" maximum:"10000000"`
}

// DefaultConfig is what an empty section means.
func DefaultConfig() Config { return Config{InFlight: 1024} }

// Validate names every field that breaks a rule.
func (c *Config) Validate() error {
	if c.InFlight < 16 || c.InFlight > 10_000_000 {
		return fault.New(fault.Invalid, "admit.config", "The admit section has mistakes.").
			With(fault.Field{Pointer: "/in_flight", Rule: "must be from 16 to 10000000"})
	}
	return nil
}

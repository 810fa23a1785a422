package telemetry

import (
	"log/slog"
	"net/url"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// Config is the section "telemetry" of the config file.
type Config struct {
	Development bool          `yaml:"development" doc:"readable logs, every request logged, Server-Timing on every answer, repeated statements reported as N+1"`
	Level       string        `yaml:"level" enum:"debug,info,warn,error" doc:"least level that is logged"`
	Format      string        `yaml:"format" enum:"auto,json,text" doc:"form of the log; auto: text in development, else json"`
	Access      AccessConfig  `yaml:"access" doc:"the access log: which answers are logged"`
	Tracing     TracingConfig `yaml:"tracing" doc:"OpenTelemetry traces; off while endpoint is empty"`
}

// AccessConfig says which answers are logged. Those with a status of 500 or more always are.
type AccessConfig struct {
	Sample int           `yaml:"sample" doc:"one in so many answers is logged: 1 all, 0 none; in development all are" minimum:"0" maximum:"1000000000"`
	Slow   time.Duration `yaml:"slow" doc:"an answer that took at least this long is always logged; 0: none is for that reason"`
}

// TracingConfig says where spans go.
type TracingConfig struct {
	Endpoint string  `yaml:"endpoint" doc:"URL of an OTLP/HTTP collector: http://collector:4318; empty: no tracing"`
	Ratio    float64 `yaml:"ratio" doc:"share of the requests traced that come without a trace of their own" minimum:"0" maximum:"1"`
	Service  string  `yaml:"service" doc:"service.name of the spans"`
}

// DefaultConfig is what an empty section means.
func DefaultConfig() Config {
	return Config{
		Level:   "info",
		Format:  "auto",
		Access:  AccessConfig{Slow: time.Second},
		Tracing: TracingConfig{Ratio: 1, Service: "hotlane"},
	}
}

var invalid = fault.New(fault.Invalid, "telemetry.config", "The telemetry section has mistakes.")

// Validate names every field that breaks a rule.
func (c *Config) Validate() error {
	var rules fault.Rules
	rule := rules.Check
	_, err := level(c.Level)
	rule(err == nil, "/level", "must be debug, info, warn or error")
	rule(c.Format == "auto" || c.Format == "json" || c.Format == "text", "/format", "must be auto, json or text")
	rule(c.Access.Sample >= 0 && c.Access.Sample <= 1e9, "/access/sample", "must be from 0 to 1000000000")
	rule(c.Access.Slow >= 0, "/access/slow", "must not be negative")
	rule(c.Tracing.Endpoint == "" || isHTTP(c.Tracing.Endpoint), "/tracing/endpoint", "must be an http or https URL")
	rule(c.Tracing.Ratio >= 0 && c.Tracing.Ratio <= 1, "/tracing/ratio", "must be from 0 to 1")
	return rules.Err(invalid)
}

func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func level(s string) (slog.Level, error) {
	var l slog.Level
	err := l.UnmarshalText([]byte(s))
	return l, err
}

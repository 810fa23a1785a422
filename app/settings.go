package app

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/hotlane/hotlane/app/config"
	"github.com/hotlane/hotlane/edge"
	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	live "github.com/hotlane/hotlane/platform/realtime/server"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Config is what stands at the top of the config file, beside the sections.
type Config struct {
	Listen        string         `yaml:"listen" doc:"address of the front door, host:port; port 0: any free one"`
	URL           string         `yaml:"url" doc:"where this is reached from outside, such as https://www.example.com: lanes put it into mails and shared links; empty: http:// and the address that is listened on"`
	Data          string         `yaml:"data" doc:"directory of everything that is kept on this machine"`
	Mode          string         `yaml:"mode" enum:"production,development" doc:"development: readable logs, Server-Timing on every answer, repeated statements reported"`
	Lanes         []string       `yaml:"lanes" doc:"lanes that this process serves; empty: all; none: it only passes on. The others are constructed only: list a lane too if one that is served asks it for what it has loaded"`
	PublicMetrics bool           `yaml:"public_metrics" doc:"/_hotlane/metrics needs no key: for where only the operators' network reaches this port"`
	Shutdown      ShutdownConfig `yaml:"shutdown" doc:"how the process stops after SIGTERM or SIGINT"`
}

// ShutdownConfig bounds the parts of an orderly stop.
type ShutdownConfig struct {
	Grace   time.Duration `yaml:"grace" doc:"how long requests are still accepted while /_hotlane/ready says no, so that balancers notice; 0 to 5m"`
	Timeout time.Duration `yaml:"timeout" doc:"how long requests under way, and then the lanes, may take to finish; 1s to 1h"`
}

func defaultConfig() Config {
	return Config{
		Listen: ":8080", Data: "./data", Mode: "production",
		Shutdown: ShutdownConfig{Grace: 2 * time.Second, Timeout: 30 * time.Second},
	}
}

// Validate names every field that breaks a rule.
func (c *Config) Validate() error {
	var rules fault.Rules
	rule := rules.Check
	rule(isAddress(c.Listen), "/listen", `must be host:port, such as 127.0.0.1:8080 or :8080`)
	rule(c.URL == "" || isSite(c.URL), "/url", "must be http:// or https:// and a host, without a path, such as https://www.example.com")
	rule(c.Data != "", "/data", "must not be empty")
	rule(c.Mode == "production" || c.Mode == "development", "/mode", "must be production or development")
	rule(c.Shutdown.Grace >= 0 && c.Shutdown.Grace <= 5*time.Minute, "/shutdown/grace", "must be from 0s to 5m")
	rule(c.Shutdown.Timeout >= time.Second && c.Shutdown.Timeout <= time.Hour, "/shutdown/timeout", "must be from 1s to 1h")
	return rules.Err(fault.New(fault.Invalid, "app.config", "The top of the file has mistakes."))
}

func isSite(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && text == u.Scheme+"://"+u.Host
}

// settings are all sections of the config file.
type settings struct {
	App       Config
	Edge      edge.Config
	DB        db.Config
	Identity  identity.Config
	Telemetry telemetry.Config
	Admit     admit.Config
	Cache     cache.Config
	Mail      notify.MailConfig
	Live      live.Config
	Hub       hub.Config
	Bus       bus.Config
	file      string
	demo      bool // sample data is served
}

func defaultSettings() *settings {
	return &settings{
		App: defaultConfig(), Edge: edge.DefaultConfig(), DB: db.DefaultConfig(), Identity: identity.DefaultConfig(),
		Telemetry: telemetry.DefaultConfig(), Admit: admit.DefaultConfig(),
		Cache: cache.DefaultConfig(), Mail: notify.DefaultMailConfig(),
		Live: live.DefaultConfig(), Hub: hub.DefaultConfig(), Bus: bus.DefaultConfig(),
	}
}

// sections names the structs for the loader. A lane's must not take the name of another.
func (s *settings) sections(modules []lane.Module) (map[string]any, error) {
	all := map[string]any{
		config.Root: &s.App, "edge": &s.Edge, "db": &s.DB, "identity": &s.Identity, "telemetry": &s.Telemetry, "admit": &s.Admit,
		"cache": &s.Cache, "mail": &s.Mail, "live": &s.Live, "hub": &s.Hub, "bus": &s.Bus,
	}
	reserved := append(slices.Collect(maps.Keys(all)), "listen", "url", "data", "mode", "lanes", "public_metrics", "shutdown", identity.Database, liveDatabase)
	for _, m := range modules {
		if slices.Contains(reserved, m.Name) {
			return nil, fmt.Errorf("lane %q: the name is taken by the program itself", m.Name)
		}
		if m.Config != nil {
			all[m.Name] = m.Config
		}
	}
	return all, nil
}

// defaultFile is read when it is there and no other is named.
const defaultFile = "hotlane.yaml"

// load reads the config file and the environment into fresh settings and into the modules' own structs, then applies what the command
// line says, which goes over both.
func (p Program) load(f flags, modules []lane.Module, change ...func(*settings)) (*settings, error) {
	s := defaultSettings()
	for _, set := range change {
		set(s)
	}
	sections, err := s.sections(modules)
	if err != nil {
		return nil, err
	}
	s.file = f.Config
	if s.file == "" && !f.noDefault {
		if _, err := os.Stat(defaultFile); err == nil {
			s.file = defaultFile
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if err := config.Load(s.file, p.Env, sections); err != nil {
		return nil, usageError{err}
	}
	return s, s.apply(f)
}

func (s *settings) apply(f flags) error {
	if f.Data != "" {
		s.App.Data = f.Data
	}
	if f.Listen != "" {
		s.App.Listen = f.Listen
	}
	if len(f.Lanes) > 0 {
		s.App.Lanes = f.Lanes
	}
	if s.App.Mode == "development" {
		s.Telemetry.Development = true
	}
	if err := s.App.Validate(); err != nil { // only a flag can have broken it: the loader has checked the rest
		return usageError{err}
	}
	return nil
}

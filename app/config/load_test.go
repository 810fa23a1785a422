package config_test

import (
	"errors"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hotlane/hotlane/app/config"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

var update = flag.Bool("update", false, "write the golden files")

type rootConfig struct {
	Listen string `yaml:"listen" doc:"address to listen on"`
	Data   string `yaml:"data" doc:"folder of the databases"`
}

type capConfig struct {
	Count  int           `yaml:"count" doc:"how often" minimum:"1"`
	Window time.Duration `yaml:"window" doc:"within how long"`
}

func (c capConfig) WithDefaults() capConfig {
	if c.Window == 0 {
		c.Window = 24 * time.Hour
	}
	return c
}

type sourceConfig struct {
	DSN    telemetry.Secret `yaml:"dsn" doc:"where"`
	Tables []string         `yaml:"tables" doc:"which"`
	Limit  int              `yaml:"limit" doc:"how many"`
}

func (s sourceConfig) WithDefaults() sourceConfig {
	if s.Limit == 0 {
		s.Limit = 100
	}
	return s
}

type laneConfig struct {
	Enabled bool                    `yaml:"enabled" doc:"whether it serves"`
	Body    int64                   `yaml:"body" unit:"bytes" doc:"largest body"`
	Rate    float64                 `yaml:"rate" doc:"a share" minimum:"0" maximum:"1"`
	Mode    string                  `yaml:"mode" enum:"fast,exact" doc:"how"`
	Workers uint8                   `yaml:"workers" doc:"how many"`
	Caps    []capConfig             `yaml:"caps" doc:"limits"`
	Nets    []netip.Prefix          `yaml:"nets" doc:"who is trusted"`
	Sources map[string]sourceConfig `yaml:"sources" doc:"old databases"`
	Label   *string                 `yaml:"label" doc:"a name"`
	Key     telemetry.Secret        `yaml:"key" env:"HOTLANE_KEY" doc:"the key"`
	hidden  int
}

func (c *laneConfig) Validate() error {
	var bad []fault.Field
	for i, limit := range c.Caps {
		if limit.Window > 31*24*time.Hour {
			bad = append(bad, fault.Field{Pointer: "/caps/" + string('0'+rune(i)) + "/window", Rule: "must be at most 744h"})
		}
	}
	if c.Rate > 1 {
		bad = append(bad, fault.Field{Pointer: "/rate", Rule: "must be at most 1"})
	}
	if bad != nil {
		return fault.New(fault.Invalid, "test.config", "The section has mistakes.").With(bad...)
	}
	return nil
}

func sections() (map[string]any, *rootConfig, *laneConfig) {
	root := &rootConfig{Listen: "127.0.0.1:8080", Data: "./data"}
	lane := &laneConfig{Body: 1 << 20, Rate: 0.5, Mode: "fast", Workers: 4, Sources: map[string]sourceConfig{"old": {DSN: "a"}}, hidden: 1}
	return map[string]any{config.Root: root, "allocation": lane}, root, lane
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hotlane.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestLoad(t *testing.T) {
	file := write(t, `
listen: :9000
allocation:
  enabled: true
  body: 64MiB
  workers: 8
  caps:
    - {count: 3, window: 24h}
    - count: 10
      window: 168h
  nets: [10.0.0.0/8, "::1/128"]
  sources:
    old: {tables: [a, b]}
    new: &new {dsn: "postgres://x"}
    copy: *new
  label: home
  rate:
`)
	s, root, lane := sections()
	err := config.Load(file, []string{
		"HOTLANE_DATA=/var/lib/hotlane", "HOTLANE_ALLOCATION_MODE=exact", "HOTLANE_ALLOCATION_NETS=192.0.2.0/24, 10.0.0.0/8",
		"HOTLANE_ALLOCATION_SOURCES_NEW_DSN=secret", "HOTLANE_ALLOCATION_SOURCES_THIRD_ONE_TABLES=x,y", "HOTLANE_KEY=0123",
		"HOTLANE_ALLOCATION_PORT_80_TCP_ADDR=10.0.0.1", "HOTLANE_ALLOCATION_SERVICE_HOST=x", "HOTLANE_OTHER=1", "PATH=/bin",
	}, s)
	if err != nil {
		t.Fatal(err)
	}
	label := "home"
	want := &laneConfig{
		Enabled: true, Body: 64 << 20, Rate: 0.5, Mode: "exact", Workers: 8,
		Caps: []capConfig{{3, 24 * time.Hour}, {10, 168 * time.Hour}},
		Nets: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("10.0.0.0/8")},
		Sources: map[string]sourceConfig{
			"old": {DSN: "a", Tables: []string{"a", "b"}}, "new": {DSN: "secret"}, "copy": {DSN: "postgres://x"},
			"third_one": {Tables: []string{"x", "y"}},
		},
		Label: &label, Key: "0123",
	}
	if d := cmp.Diff(want, lane, cmpopts.IgnoreUnexported(laneConfig{}), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(&rootConfig{Listen: ":9000", Data: "/var/lib/hotlane"}, root); d != "" {
		t.Error(d)
	}
}

func TestTwoNames(t *testing.T) {
	for _, name := range []string{"HOTLANE_KEY", "HOTLANE_ALLOCATION_KEY"} {
		s, _, lane := sections()
		if err := config.Load("", []string{name + "=0123"}, s); err != nil || lane.Key != "0123" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestBadFiles holds each file of testdata/bad against the message beside it. Lines that start with "#env " are the environment.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 12 {
		t.Fatalf("found %d bad files, error %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var env []string
			for line := range strings.Lines(read(t, file)) {
				if v, ok := strings.CutPrefix(strings.TrimSpace(line), "#env "); ok {
					env = append(env, v)
				}
			}
			s, _, _ := sections()
			err := config.Load(file, env, s)
			var bad *config.Error
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, want a *config.Error", err)
			}
			got := strings.ReplaceAll(err.Error(), "testdata/bad/", "") + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(read(t, golden), got); d != "" {
				t.Error(d)
			}
			if strings.Contains(got, "hunter2") {
				t.Error("the message shows a secret")
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	s, _, _ := sections()
	if err := config.Load(filepath.Join(t.TempDir(), "none.yaml"), nil, s); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := config.Load("", nil, s); err != nil {
		t.Errorf("without a file the defaults hold, got %v", err)
	}
	if err := config.Load("", nil, map[string]any{"x": laneConfig{}}); err == nil {
		t.Error("a section that is no pointer must be refused")
	}
}

func TestGenerated(t *testing.T) {
	s, _, _ := sections()
	schema, err := config.Schema(s)
	if err != nil {
		t.Fatal(err)
	}
	page, err := config.Reference(s)
	if err != nil {
		t.Fatal(err)
	}
	for golden, got := range map[string]string{"testdata/schema.golden": string(schema), "testdata/reference.golden": page} {
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(read(t, golden), got); d != "" {
			t.Errorf("%s: %s", golden, d)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("listen: 1\nallocation: {caps: [{count: 1}]}")
	f.Add("a: &a [*a]\n<<: *a")
	f.Fuzz(func(t *testing.T, text string) {
		file := write(t, text)
		s, _, _ := sections()
		_ = config.Load(file, nil, s) // whatever it says, it says it without a panic
	})
}

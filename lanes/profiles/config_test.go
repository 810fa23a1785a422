package profiles

import (
	"slices"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

func TestConfigNamesWhatIsWrong(t *testing.T) {
	for pointer, change := range map[string]func(*Config){
		"":                               func(*Config) {},
		"/access":                        func(c *Config) { c.Access = "all" },
		"/memory":                        func(c *Config) { c.Memory = 1 },
		"/max_age":                       func(c *Config) { c.MaxAge = -1 },
		"/page/source":                   func(c *Config) { c.Page.Source = "none" },
		"/sources/0/name":                func(c *Config) { c.Sources[0].Name = "batch" },
		"/sources/1/name":                func(c *Config) { c.Sources = append(c.Sources, c.Sources[0]) },
		"/sources/0/url":                 func(c *Config) { c.Sources[0].URL = "https://{username}.example.com/" },
		"/sources/0/url_by_id":           func(c *Config) { c.Sources[0].URLByID = "https://a.example.com/ids" },
		"/sources/0/headers/X Y":         func(c *Config) { c.Sources[0].Headers = map[string]string{"X Y": "z"} },
		"/sources/0/token":               func(c *Config) { c.Sources[0].Token = "a\nb" },
		"/sources/0/id":                  func(c *Config) { c.Sources[0].ID = "id" },
		"/sources/0/username":            func(c *Config) { c.Sources[0].Username = "" },
		"/sources/0/index/limit":         func(c *Config) { c.Sources[0].Index = map[string]string{"limit": "/x"} },
		"/sources/0/card/name/0":         func(c *Config) { c.Sources[0].Card.Name = []string{"name"} },
		"/sources/0/card/counts/0/label": func(c *Config) { c.Sources[0].Card.Counts[0].Label = "" },
		"/sources/0/error/at":            func(c *Config) { c.Sources[0].Error.NotFound = []string{"x"} },
		"/sources/0/fresh":               func(c *Config) { c.Sources[0].Fresh = time.Millisecond },
		"/sources/0/stale":               func(c *Config) { c.Sources[0].Stale = time.Second },
		"/sources/0/negative/failed":     func(c *Config) { c.Sources[0].Negative.Failed = time.Millisecond },
		"/sources/0/rate":                func(c *Config) { c.Sources[0].Rate = 1.5 },
		"/sources/0/concurrency":         func(c *Config) { c.Sources[0].Concurrency = -1 },
		"/sources/0/timeout":             func(c *Config) { c.Sources[0].Timeout = time.Hour },
		"/sources/0/max_body":            func(c *Config) { c.Sources[0].MaxBody = 5 << 20 },
		"/sources/0/history":             func(c *Config) { c.Sources[0].History = 2000 },
	} {
		c := DefaultConfig()
		c.Sources = []Source{peopleSource()}
		change(&c)
		err := c.Validate()
		if pointer == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		f := fault.From(err)
		if f == nil || !slices.ContainsFunc(f.Fields, func(f fault.Field) bool { return f.Pointer == pointer && f.Rule != "" }) {
			t.Errorf("%s: %v", pointer, err)
		}
	}
	c := DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct {
		a, b   string
		ignore bool
		same   bool
	}{
		{"ada", "ADA", true, true},
		{"ada", "ADA", false, false},
		{"straße", "STRASSE", true, true},
		{"é", "e\u0301", true, true},
		{"é", "e\u0301", false, false},
		{"Σίσυφος", "ΣΊΣΥΦΟΣ", true, true},
		{"하루", "하루", true, true},
		{"a", "b", true, false},
	} {
		if same := fold(c.a, c.ignore) == fold(c.b, c.ignore); same != c.same {
			t.Errorf("%q and %q, case ignored %v: %v", c.a, c.b, c.ignore, same)
		}
	}
}

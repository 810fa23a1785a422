package profiles

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

func TestPageAndPicturesConfig(t *testing.T) {
	for _, c := range []struct {
		at     string
		change func(*Config)
	}{
		{"/page/source", func(c *Config) { c.Page.Source = "gone" }},
		{"/page/site", func(c *Config) { c.Page.Site = string(make([]byte, 101)) }},
		{"/page/home", func(c *Config) { c.Page.Home = "javascript:alert(1)" }},
		{"/page/home", func(c *Config) { c.Page.Home = "//evil.example" }},
		{"/page/home", func(c *Config) { c.Page.Home = "" }},
		{"/pictures/hosts/1", func(c *Config) { c.Pictures.Hosts = []string{"*.example.com", "https://a.example"} }},
		{"/pictures/hosts/0", func(c *Config) { c.Pictures.Hosts = []string{"*.*.com"} }},
		{"/pictures/timeout", func(c *Config) { c.Pictures.Timeout = time.Hour }},
		{"/pictures/max_bytes", func(c *Config) { c.Pictures.MaxBytes = 1 }},
		{"/pictures/max_pixels", func(c *Config) { c.Pictures.MaxPixels = 1 }},
		{"/pictures/decode_bytes", func(c *Config) { c.Pictures.DecodeBytes = 1 }},
		{"/pictures/concurrency", func(c *Config) { c.Pictures.Concurrency = 0 }},
		{"/pictures/cache_bytes", func(c *Config) { c.Pictures.CacheBytes = 1 }},
		{"/pictures/keep", func(c *Config) { c.Pictures.Keep = 0 }},
		{"/pictures/max_age", func(c *Config) { c.Pictures.MaxAge = -1 }},
		{"/pictures/retry", func(c *Config) { c.Pictures.Retry = 0 }},
	} {
		cfg := DefaultConfig()
		c.change(&cfg)
		var f *fault.Error
		if !errors.As(cfg.Validate(), &f) || !slices.ContainsFunc(f.Fields, func(one fault.Field) bool { return one.Pointer == c.at }) || len(f.Fields) != 1 {
			t.Errorf("%s: %v", c.at, cfg.Validate())
		}
	}
	for _, home := range []string{"/", "/start", "https://plaza.example/", "http://plaza.example"} {
		cfg := DefaultConfig()
		cfg.Page.Home = home
		if err := cfg.Validate(); err != nil {
			t.Errorf("%s: %v", home, err)
		}
	}
}

package profiles

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// PageConfig is of the pages that people see, at /@username.
type PageConfig struct {
	Source  string `yaml:"source" doc:"the source whose people have pages at /@username; empty: the first"`
	Site    string `yaml:"site" doc:"the name of the site that the pages are of; empty: the host of the program's url"`
	Home    string `yaml:"home" doc:"where the site's name leads; a path of the site, or a URL"`
	NoIndex bool   `yaml:"noindex" doc:"whether search engines are asked to leave the pages out"`
}

// PicturesConfig is of the small square pictures that are made of the sources'.
type PicturesConfig struct {
	Hosts       []string      `yaml:"hosts" doc:"hosts that pictures are fetched from: example.com, or *.example.com for what is below it; empty: any that has a public address"`
	Timeout     time.Duration `yaml:"timeout" doc:"how long fetching one may take; 1s to 1m"`
	MaxBytes    int64         `yaml:"max_bytes" doc:"of one file; 64 KiB to 64 MiB"`
	MaxPixels   int           `yaml:"max_pixels" doc:"width × height of one; 10000 to 200000000"`
	DecodeBytes int64         `yaml:"decode_bytes" doc:"memory that all which are decoded at one time may take together, by an estimate from their heads: one that needs more alone is refused, others wait; 32 MiB to 4 GiB"`
	Concurrency int           `yaml:"concurrency" doc:"files fetched at one time; 1 to 64"`
	CacheBytes  int64         `yaml:"cache_bytes" doc:"memory for finished ones; 1 MiB to 4 GiB"`
	Keep        time.Duration `yaml:"keep" doc:"how long a finished one is served before the file is fetched again; 1m to 720h"`
	MaxAge      time.Duration `yaml:"max_age" doc:"how long browsers and proxies may keep one; who is erased is seen there for so long; 0 to 720h"`
	Retry       time.Duration `yaml:"retry" doc:"how long one with initials stands in for a file that could not be had, before the next try; 10s to 24h"`
}

func defaultPages() PageConfig { return PageConfig{Home: "/"} }

func defaultPictures() PicturesConfig {
	return PicturesConfig{
		Timeout: 10 * time.Second, MaxBytes: 8 << 20, MaxPixels: 40_000_000, DecodeBytes: 160 << 20, Concurrency: 4,
		CacheBytes: 16 << 20, Keep: 24 * time.Hour, MaxAge: 24 * time.Hour, Retry: 10 * time.Minute,
	}
}

// check names what breaks a rule; sources are the names there are.
func (c *PageConfig) check(r *fault.Rules, sources []string) {
	check := r.At("/page")
	known := c.Source == ""
	for _, s := range sources {
		known = known || s == c.Source
	}
	check(known, "/source", "must be the name of a source")
	check(len(c.Site) <= 100, "/site", "must be at most 100 bytes")
	home, err := url.Parse(c.Home)
	path := strings.HasPrefix(c.Home, "/") && !strings.HasPrefix(c.Home, "//")
	check(err == nil && (path || (home.Scheme == "https" || home.Scheme == "http") && home.Host != ""), "/home", "must be a path such as / or a URL of http or https")
}

func (c *PicturesConfig) check(r *fault.Rules) {
	check := r.At("/pictures")
	for i, host := range c.Hosts {
		name := strings.TrimPrefix(host, "*.")
		check(name != "" && !strings.ContainsAny(name, "*/:@ ?#"), fmt.Sprintf("/hosts/%d", i), "must be a host such as example.com or *.example.com")
	}
	check(c.Timeout >= time.Second && c.Timeout <= time.Minute, "/timeout", "must be 1s to 1m")
	check(c.MaxBytes >= 64<<10 && c.MaxBytes <= 64<<20, "/max_bytes", "must be 64 KiB to 64 MiB, in bytes")
	check(c.MaxPixels >= 10_000 && c.MaxPixels <= 200_000_000, "/max_pixels", "must be 10000 to 200000000")
	check(c.DecodeBytes >= 32<<20 && c.DecodeBytes <= 4<<30, "/decode_bytes", "must be 32 MiB to 4 GiB, in bytes")
	check(c.Concurrency >= 1 && c.Concurrency <= 64, "/concurrency", "must be 1 to 64")
	check(c.CacheBytes >= 1<<20 && c.CacheBytes <= 4<<30, "/cache_bytes", "must be 1 MiB to 4 GiB, in bytes")
	check(c.Keep >= time.Minute && c.Keep <= 720*time.Hour, "/keep", "must be 1m to 720h")
	check(c.MaxAge >= 0 && c.MaxAge <= 720*time.Hour, "/max_age", "must be 0 to 720h")
	check(c.Retry >= 10*time.Second && c.Retry <= 24*time.Hour, "/retry", "must be 10s to 24h")
}

package papers

import (
	"path/filepath"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/fault"
)

// Config of the lane.
type Config struct {
	Anonymous   bool         `yaml:"anonymous" doc:"whether who is no user may make papers; whoever has a paper's link may write on it either way"`
	PerUser     int          `yaml:"per_user" doc:"papers of one user that there may be at one time; 1 to 100000"`
	Undelivered int          `yaml:"undelivered_days" doc:"days after which a paper that was never delivered is erased, from when it was made or its deadline; 1 to 3650"`
	Delivered   int          `yaml:"delivered_days" doc:"days after which a delivered paper is erased; 1 to 3650"`
	Create      RateConfig   `yaml:"create" doc:"papers that one network address (IPv6: /64) makes"`
	Write       RateConfig   `yaml:"write" doc:"operations and other changes from one network address, over HTTP"`
	Upload      RateConfig   `yaml:"upload" doc:"pictures that one network address uploads"`
	Images      ImagesConfig `yaml:"images" doc:"pictures on notes"`
	Exports     int          `yaml:"exports" doc:"exports that one process writes at one time; 1 to 100"`
}

// ImagesConfig is about pictures on notes.
type ImagesConfig struct {
	Dir       string `yaml:"dir" doc:"folder that they are kept in, an absolute path that all processes share; empty: the database papers_images"`
	MaxBytes  int64  `yaml:"max_bytes" doc:"bytes of an uploaded file; 65536 to 67108864"`
	MaxPixels int    `yaml:"max_pixels" doc:"width × height of an uploaded picture; 10000 to 200000000"`
	Side      int    `yaml:"side" doc:"pixels of the longer side of a kept picture, at most; 256 to 4096"`
	KeepBytes int    `yaml:"keep_bytes" doc:"bytes of a kept picture, at most: it is made smaller until it fits; 65536 to 8388608"`
	Memory    int64  `yaml:"memory" doc:"bytes that decoding takes at one time in one process; 67108864 to 8589934592"`
	PerPaper  int    `yaml:"per_paper" doc:"pictures on one paper; 0 to 2000; 0: none"`
	Total     int64  `yaml:"total" doc:"bytes of all pictures of one paper; 1048576 to 4294967296"`
}

// RateConfig is a token bucket.
type RateConfig struct {
	PerSecond float64 `yaml:"per_second" doc:"how many a second in the long run; above 0, up to 100000"`
	Burst     int     `yaml:"burst" doc:"how many at once; 1 to 1000000"`
}

func (c RateConfig) bucket() cache.Bucket { return cache.Bucket{Rate: c.PerSecond, Burst: c.Burst} }

// DefaultConfig is what a lane runs with when nothing is said.
func DefaultConfig() Config {
	return Config{
		Anonymous: true, PerUser: 1000, Undelivered: 400, Delivered: 400, Exports: 4,
		// A whole office may stand behind one address, and writes on one card.
		Create: RateConfig{PerSecond: 0.2, Burst: 30}, Write: RateConfig{PerSecond: 50, Burst: 1000}, Upload: RateConfig{PerSecond: 2, Burst: 100},
		Images: ImagesConfig{
			MaxBytes: 15 << 20, MaxPixels: 50_000_000, Side: 1600, KeepBytes: 1 << 20, Memory: 512 << 20, PerPaper: 500, Total: 256 << 20,
		},
	}
}

const maxDays = 3650

// Validate names every field that breaks its rule.
func (c *Config) Validate() error {
	var r refusals
	r.check(c.PerUser >= 1 && c.PerUser <= 100_000, "/per_user", "must be 1 to 100000")
	r.check(c.Undelivered >= 1 && c.Undelivered <= maxDays, "/undelivered_days", "must be 1 to 3650")
	r.check(c.Delivered >= 1 && c.Delivered <= maxDays, "/delivered_days", "must be 1 to 3650")
	r.check(c.Exports >= 1 && c.Exports <= 100, "/exports", "must be 1 to 100")
	c.Create.check(&r, "/create")
	c.Write.check(&r, "/write")
	c.Upload.check(&r, "/upload")
	c.Images.check(&r, "/images")
	if len(r.fields) > 0 {
		return fault.New(fault.Invalid, "papers.config", "The papers section breaks a rule.").With(r.fields...)
	}
	return nil
}

func (c *ImagesConfig) check(r *refusals, at string) {
	r.check(c.Dir == "" || filepath.IsAbs(c.Dir), at+"/dir", "must be an absolute path, or empty")
	r.check(c.MaxBytes >= 64<<10 && c.MaxBytes <= 64<<20, at+"/max_bytes", "must be 65536 to 67108864")
	r.check(c.MaxPixels >= 10_000 && c.MaxPixels <= 200_000_000, at+"/max_pixels", "must be 10000 to 200000000")
	r.check(c.Side >= 256 && c.Side <= 4096, at+"/side", "must be 256 to 4096")
	r.check(c.KeepBytes >= 64<<10 && c.KeepBytes <= 8<<20, at+"/keep_bytes", "must be 65536 to 8388608")
	r.check(c.Memory >= 64<<20 && c.Memory <= 8<<30, at+"/memory", "must be 67108864 to 8589934592")
	r.check(c.PerPaper >= 0 && c.PerPaper <= 2000, at+"/per_paper", "must be 0 to 2000")
	r.check(c.Total >= 1<<20 && c.Total <= 4<<30, at+"/total", "must be 1048576 to 4294967296")
}

func (c RateConfig) check(r *refusals, at string) {
	r.check(c.PerSecond > 0 && c.PerSecond <= 100_000, at+"/per_second", "must be above 0 and at most 100000")
	r.check(c.Burst >= 1 && c.Burst <= 1_000_000, at+"/burst", "must be 1 to 1000000")
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

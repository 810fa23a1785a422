package papers

import (
	"path/filepath"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/rate"
)

// Config of the lane.
type Config struct {
	Anonymous   bool         `yaml:"anonymous" doc:"whether who is no user may make papers; whoever has a paper's link may write on it either way"`
	PerUser     int          `yaml:"per_user" doc:"papers of one user that there may be at one time; 1 to 100000"`
	Undelivered int          `yaml:"undelivered_days" doc:"days after which a paper that was never delivered is erased, from when it was made or its deadline; 1 to 3650"`
	Delivered   int          `yaml:"delivered_days" doc:"days after which a delivered paper is erased; 1 to 3650"`
	Create      rate.Config  `yaml:"create" doc:"papers that one network address (IPv6: /64) makes"`
	Write       rate.Config  `yaml:"write" doc:"operations and other changes from one network address, over HTTP"`
	Upload      rate.Config  `yaml:"upload" doc:"pictures that one network address uploads"`
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

// DefaultConfig is what a lane runs with when nothing is said.
func DefaultConfig() Config {
	return Config{
		Anonymous: true, PerUser: 1000, Undelivered: 400, Delivered: 400, Exports: 4,
		// A whole office may stand behind one address, and writes on one card.
		Create: rate.Config{PerSecond: 0.2, Burst: 30}, Write: rate.Config{PerSecond: 50, Burst: 1000}, Upload: rate.Config{PerSecond: 2, Burst: 100},
		Images: ImagesConfig{
			MaxBytes: 15 << 20, MaxPixels: 50_000_000, Side: 1600, KeepBytes: 1 << 20, Memory: 512 << 20, PerPaper: 500, Total: 256 << 20,
		},
	}
}

const maxDays = 3650

// Validate names every field that breaks its rule.
func (c *Config) Validate() error {
	var r fault.Rules
	r.Check(c.PerUser >= 1 && c.PerUser <= 100_000, "/per_user", "must be 1 to 100000")
	r.Check(c.Undelivered >= 1 && c.Undelivered <= maxDays, "/undelivered_days", "must be 1 to 3650")
	r.Check(c.Delivered >= 1 && c.Delivered <= maxDays, "/delivered_days", "must be 1 to 3650")
	r.Check(c.Exports >= 1 && c.Exports <= 100, "/exports", "must be 1 to 100")
	c.Create.Check(&r, "/create")
	c.Write.Check(&r, "/write")
	c.Upload.Check(&r, "/upload")
	c.Images.check(&r, "/images")
	return r.Err(fault.New(fault.Invalid, "papers.config", "The papers section breaks a rule."))
}

func (c *ImagesConfig) check(r *fault.Rules, at string) {
	r.Check(c.Dir == "" || filepath.IsAbs(c.Dir), at+"/dir", "must be an absolute path, or empty")
	r.Check(c.MaxBytes >= 64<<10 && c.MaxBytes <= 64<<20, at+"/max_bytes", "must be 65536 to 67108864")
	r.Check(c.MaxPixels >= 10_000 && c.MaxPixels <= 200_000_000, at+"/max_pixels", "must be 10000 to 200000000")
	r.Check(c.Side >= 256 && c.Side <= 4096, at+"/side", "must be 256 to 4096")
	r.Check(c.KeepBytes >= 64<<10 && c.KeepBytes <= 8<<20, at+"/keep_bytes", "must be 65536 to 8388608")
	r.Check(c.Memory >= 64<<20 && c.Memory <= 8<<30, at+"/memory", "must be 67108864 to 8589934592")
	r.Check(c.PerPaper >= 0 && c.PerPaper <= 2000, at+"/per_paper", "must be 0 to 2000")
	r.Check(c.Total >= 1<<20 && c.Total <= 4<<30, at+"/total", "must be 1048576 to 4294967296")
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

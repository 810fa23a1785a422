package lanetest

import (
	"io"
	"net/http"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Option changes how a harness is made.
type Option func(*options)

type options struct {
	data  string
	db    db.Config
	clock *Clock
	log   io.Writer
	plain bool
	cache cache.Config
	fetch http.RoundTripper
	mail  notify.Mailer
}

// At makes the clock stand at t at first.
func At(t time.Time) Option { return func(o *options) { o.clock = NewClock(t) } }

// WithClock uses this clock.
func WithClock(c *Clock) Option { return func(o *options) { o.clock = c } }

// On uses these databases instead of SQLite in a temporary directory.
func On(c db.Config) Option { return func(o *options) { o.db = c } }

// In keeps the data in this directory.
func In(dir string) Option { return func(o *options) { o.data = dir } }

// Logging writes the log there instead of to the test's output.
func Logging(w io.Writer) Option { return func(o *options) { o.log = w } }

// Redis gives the lane a cache in the Redis at this address, host:port, under keys of this prefix: nodes with the same prefix share it.
func Redis(address, prefix string) Option {
	return func(o *options) {
		o.cache = cache.Config{Redis: telemetry.Secret("redis://" + address), Prefix: prefix}
	}
}

// Third answers in the place of third parties.
func Third(rt http.RoundTripper) Option { return func(o *options) { o.fetch = rt } }

// Mail takes the lane's mails.
func Mail(m notify.Mailer) Option { return func(o *options) { o.mail = m } }

// WithoutRun does not call the lane's Run: the test does what it would do.
func WithoutRun() Option { return func(o *options) { o.plain = true } }

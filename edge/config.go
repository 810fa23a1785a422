package edge

import (
	"net/netip"
	"time"
)

// Config is the section `edge` of the config file. Zero values of an upstream and of a rule mean their defaults.
type Config struct {
	Default        string              `yaml:"default" json:"default" doc:"name of the upstream that gets every request which no rule and no lane matches; empty: such a request is 404"`
	Upstreams      map[string]Upstream `yaml:"upstreams" json:"upstreams" doc:"the backends behind, by name"`
	Routes         []RouteRule         `yaml:"routes" json:"routes" doc:"single patterns that go elsewhere than they would by themselves; the most specific pattern wins, whatever the order"`
	TrustedProxies []netip.Prefix      `yaml:"trusted_proxies" json:"trusted_proxies" doc:"networks of the proxies before this one, as 10.0.0.0/8: their X-Forwarded-*, X-Real-Ip, Forwarded, X-Request-Id and underscored headers are kept, those of all others are removed"`
	TLS            TLS                 `yaml:"tls" json:"tls" doc:"HTTPS with HTTP/2 at the front door; empty: plain HTTP/1.1, never h2c"`
	HeadTimeout    time.Duration       `yaml:"head_timeout" json:"head_timeout" doc:"from the first byte of a request until its head is whole, and for a TLS handshake; above 0"`
	BodyTimeout    time.Duration       `yaml:"body_timeout" json:"body_timeout" doc:"for the next 16 KiB of a request's body, or its rest; 0: no bound"`
	WriteTimeout   time.Duration       `yaml:"write_timeout" json:"write_timeout" doc:"how long a client may take nothing of an answer; 0: no bound"`
	IdleTimeout    time.Duration       `yaml:"idle_timeout" json:"idle_timeout" doc:"how long a client's connection may rest between two requests; above 0"`
	MaxHeaderBytes int                 `yaml:"max_header_bytes" json:"max_header_bytes" unit:"bytes" doc:"most bytes of a request's head: request line and header fields; 4KiB to 1MiB"`
}

// TLS names the certificate chain and its key.
type TLS struct {
	Cert string `yaml:"cert" json:"cert" doc:"PEM file of the certificate chain"`
	Key  string `yaml:"key" json:"key" doc:"PEM file of its key"`
}

// Upstream is one backend: one or many servers that answer the same.
type Upstream struct {
	URLs            []string      `yaml:"urls" json:"urls" doc:"the backend's servers, which answer the same: http://host:port or https://host:port, without a path; the one with the fewest requests under way is taken"`
	ConnectTimeout  time.Duration `yaml:"connect_timeout" json:"connect_timeout" doc:"how long a connection may take to be made"`
	ResponseTimeout time.Duration `yaml:"response_timeout" json:"response_timeout" doc:"from the last byte of a request to the head of its answer; a body may stream for hours"`
	IdleTimeout     time.Duration `yaml:"idle_timeout" json:"idle_timeout" doc:"how long a pooled connection rests before it is closed; keep it below the backend's own"`
	MaxIdle         int           `yaml:"max_idle" json:"max_idle" doc:"resting connections that are kept to each server"`
	MaxConns        int           `yaml:"max_conns" json:"max_conns" doc:"connections to each server at most, further requests wait; 0: no bound"`
	DownFor         time.Duration `yaml:"down_for" json:"down_for" doc:"how long a server that refused a connection is passed over where there are no health checks"`
	Hotlane         bool          `yaml:"hotlane" json:"hotlane" doc:"whether it is another process of this Hotlane, with the same keys: then logins, and the admin and service keys, are passed on to it"`
	Health          Health        `yaml:"health" json:"health" doc:"asks each server whether it is well; off while path is empty"`
}

// Health is an active check: GET path, well when the status is 2xx or 3xx.
type Health struct {
	Path      string        `yaml:"path" json:"path" doc:"what is asked with GET: a status of 2xx or 3xx is well; empty: no checks"`
	Interval  time.Duration `yaml:"interval" json:"interval" doc:"between two checks"`
	Timeout   time.Duration `yaml:"timeout" json:"timeout" doc:"how long the answer to a check may take"`
	Threshold int           `yaml:"threshold" json:"threshold" doc:"so many checks in a row change the verdict"`
}

// RouteRule sends one pattern to an upstream (this is also how a lane is rolled back) or keeps it from all upstreams.
type RouteRule struct {
	Match    string        `yaml:"match" json:"match" doc:"METHOD /path/{name}/{rest...}; without a method, all methods"`
	Upstream string        `yaml:"upstream" json:"upstream" doc:"name of the upstream that answers what matches; with the pattern of a lane's route, that route is rolled back"`
	Lane     string        `yaml:"lane" json:"lane" doc:"name of the lane that answers what matches with its own routes; what it has no route for is 404 and never reaches an upstream"`
	Timeout  time.Duration `yaml:"timeout" json:"timeout" doc:"instead of the upstream's response_timeout, or for a lane's whole answer; 0: as it is"`
}

// DefaultConfig has no upstream: everything that is not local is 404.
func DefaultConfig() Config {
	return Config{
		HeadTimeout:    10 * time.Second,
		BodyTimeout:    30 * time.Second,
		WriteTimeout:   time.Minute,
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
}

// WithDefaults is the upstream with its zero values replaced by what they mean.
func (u Upstream) WithDefaults() Upstream {
	u.ConnectTimeout = orElse(u.ConnectTimeout, 2*time.Second)
	u.ResponseTimeout = orElse(u.ResponseTimeout, time.Minute)
	u.IdleTimeout = orElse(u.IdleTimeout, time.Minute)
	u.MaxIdle = orElse(u.MaxIdle, 512)
	u.DownFor = orElse(u.DownFor, 5*time.Second)
	u.Health.Interval = orElse(u.Health.Interval, 5*time.Second)
	u.Health.Timeout = orElse(u.Health.Timeout, 2*time.Second)
	u.Health.Threshold = orElse(u.Health.Threshold, 2)
	return u
}

func orElse[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}

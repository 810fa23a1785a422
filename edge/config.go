package edge

import (
	"net/netip"
	"time"
)

// Config is the section `edge` of the config file. Zero values of an upstream and of a rule mean their defaults.
type Config struct {
	// Default names the upstream that gets every request no rule and no local route matches. Empty: such a request is 404.
	Default string `yaml:"default" json:"default"`
	// Upstreams are the backends that stand behind, by name.
	Upstreams map[string]Upstream `yaml:"upstreams" json:"upstreams"`
	// Routes send single patterns elsewhere than where they would go by themselves.
	Routes []RouteRule `yaml:"routes" json:"routes"`
	// TrustedProxies are the peers whose X-Forwarded-*, X-Real-Ip, Forwarded, X-Request-Id and underscored headers are kept.
	TrustedProxies []netip.Prefix `yaml:"trusted_proxies" json:"trusted_proxies"`
	// TLS makes the front door HTTPS with HTTP/2. Empty: plain HTTP/1.1, never h2c.
	TLS TLS `yaml:"tls" json:"tls"`
	// HeadTimeout bounds the time from the first byte of a request until its head is whole, and a TLS handshake.
	HeadTimeout time.Duration `yaml:"head_timeout" json:"head_timeout"`
	// BodyTimeout bounds the time that the next 16 KiB of a body (or its rest) may take. 0: no bound.
	BodyTimeout time.Duration `yaml:"body_timeout" json:"body_timeout"`
	// WriteTimeout bounds how long a client may take nothing of an answer. 0: no bound.
	WriteTimeout time.Duration `yaml:"write_timeout" json:"write_timeout"`
	// IdleTimeout is how long a client's connection may rest between two requests.
	IdleTimeout time.Duration `yaml:"idle_timeout" json:"idle_timeout"`
	// MaxHeaderBytes bounds a request's head: request line and header fields.
	MaxHeaderBytes int `yaml:"max_header_bytes" json:"max_header_bytes"`
}

// TLS names the certificate chain and its key, both PEM files.
type TLS struct {
	Cert string `yaml:"cert" json:"cert"`
	Key  string `yaml:"key" json:"key"`
}

// Upstream is one backend: one or many servers that answer the same.
type Upstream struct {
	// URLs are http://host:port or https://host:port, without a path. The one with the fewest requests under way is taken.
	URLs []string `yaml:"urls" json:"urls"`
	// ConnectTimeout bounds a connection's making. Default 2 s.
	ConnectTimeout time.Duration `yaml:"connect_timeout" json:"connect_timeout"`
	// ResponseTimeout bounds the time from the request's last byte to the answer's head; a body may stream for hours. Default 60 s.
	ResponseTimeout time.Duration `yaml:"response_timeout" json:"response_timeout"`
	// IdleTimeout is how long a pooled connection rests before it is closed; keep it below the backend's own. Default 60 s.
	IdleTimeout time.Duration `yaml:"idle_timeout" json:"idle_timeout"`
	// MaxIdle is how many resting connections are kept a server. Default 512.
	MaxIdle int `yaml:"max_idle" json:"max_idle"`
	// MaxConns bounds the connections a server, further requests wait. Default 0: no bound.
	MaxConns int `yaml:"max_conns" json:"max_conns"`
	// DownFor is how long a server that refused a connection is passed over when there are no health checks. Default 5 s.
	DownFor time.Duration `yaml:"down_for" json:"down_for"`
	// Health asks each server whether it is well. Without a path there are no checks.
	Health Health `yaml:"health" json:"health"`
}

// Health is an active check: GET path, well when the status is 2xx or 3xx.
type Health struct {
	Path      string        `yaml:"path" json:"path"`
	Interval  time.Duration `yaml:"interval" json:"interval"`   // default 5 s
	Timeout   time.Duration `yaml:"timeout" json:"timeout"`     // default 2 s
	Threshold int           `yaml:"threshold" json:"threshold"` // so many checks in a row change the verdict; default 2
}

// RouteRule sends one pattern to an upstream (this is also how a lane is rolled back) or keeps it from all upstreams.
type RouteRule struct {
	// Match is "METHOD /path/{name}/{rest...}"; without a method, all methods.
	Match string `yaml:"match" json:"match"`
	// Upstream answers what matches.
	Upstream string `yaml:"upstream" json:"upstream"`
	// Lane answers what matches with its own routes; what it has no route for is 404 and never reaches an upstream.
	Lane string `yaml:"lane" json:"lane"`
	// Timeout replaces the upstream's response timeout, or bounds a lane's whole answer. 0: as it is.
	Timeout time.Duration `yaml:"timeout" json:"timeout"`
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

func (u Upstream) withDefaults() Upstream {
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

package edge

import (
	"fmt"
	"net/url"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// ErrConfig is what a config that cannot be served is refused with; the fields say where and why.
var ErrConfig = fault.New(fault.Invalid, "edge.config", "The front door's configuration cannot be used.")

// Validate checks the section by itself. The error is ErrConfig; a field's pointer is its path in the config file,
// such as /edge/upstreams/old/urls/0.
func (c Config) Validate() error {
	var p problems
	for _, name := range sortedKeys(c.Upstreams) {
		p.upstream("/edge/upstreams/"+escapePointer(name), c.Upstreams[name])
	}
	if _, ok := c.Upstreams[c.Default]; c.Default != "" && !ok {
		p.add("/edge/default", "must name one of upstreams, not %q", c.Default)
	}
	for i, r := range c.Routes {
		p.route(fmt.Sprintf("/edge/routes/%d", i), r, c.Upstreams)
	}
	p.positive("/edge/head_timeout", c.HeadTimeout)
	p.positive("/edge/idle_timeout", c.IdleTimeout)
	p.notNegative("/edge/body_timeout", c.BodyTimeout)
	p.notNegative("/edge/write_timeout", c.WriteTimeout)
	if c.MaxHeaderBytes < 4<<10 || c.MaxHeaderBytes > 1<<20 {
		p.add("/edge/max_header_bytes", "must be from 4096 to 1048576")
	}
	p.tls(c.TLS)
	return p.err()
}

type problems []fault.Field

func (p *problems) add(pointer, rule string, args ...any) {
	*p = append(*p, fault.Field{Pointer: pointer, Rule: fmt.Sprintf(rule, args...)})
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return ErrConfig.With(p...)
}

func (p *problems) positive(pointer string, d time.Duration) {
	if d <= 0 {
		p.add(pointer, "must be longer than 0, such as 10s")
	}
}

func (p *problems) notNegative(pointer string, d time.Duration) {
	if d < 0 {
		p.add(pointer, "must not be negative")
	}
}

func (p *problems) upstream(at string, u Upstream) {
	if len(u.URLs) == 0 {
		p.add(at+"/urls", "must have at least one URL")
	}
	if len(u.URLs) > maxTargets {
		p.add(at+"/urls", "must have at most %d URLs", maxTargets)
	}
	for i, raw := range u.URLs {
		if rule := urlProblem(raw); rule != "" {
			p.add(fmt.Sprintf("%s/urls/%d", at, i), "%s", rule)
		}
	}
	p.notNegative(at+"/connect_timeout", u.ConnectTimeout)
	p.notNegative(at+"/response_timeout", u.ResponseTimeout)
	p.notNegative(at+"/idle_timeout", u.IdleTimeout)
	p.notNegative(at+"/down_for", u.DownFor)
	p.notNegative(at+"/health/interval", u.Health.Interval)
	p.notNegative(at+"/health/timeout", u.Health.Timeout)
	if u.MaxIdle < 0 {
		p.add(at+"/max_idle", "must not be negative")
	}
	if u.MaxConns < 0 {
		p.add(at+"/max_conns", "must not be negative")
	}
	if u.Health.Threshold < 0 {
		p.add(at+"/health/threshold", "must not be negative")
	}
	if path := u.Health.Path; path != "" && !strings.HasPrefix(path, "/") {
		p.add(at+"/health/path", "must begin with /")
	}
}

func urlProblem(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "must be a URL such as http://127.0.0.1:8000"
	case u.Scheme != "http" && u.Scheme != "https":
		return "must begin with http:// or https://"
	case u.Hostname() == "":
		return "must name a host"
	case u.User != nil:
		return "must not carry a user or a password"
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return "must have no path and no query: paths are passed on as they come"
	}
	return ""
}

func (p *problems) route(at string, r RouteRule, upstreams map[string]Upstream) {
	if _, err := parsePattern(r.Match); err != nil {
		p.add(at+"/match", "%s", err)
	}
	if (r.Upstream == "") == (r.Lane == "") {
		p.add(at, "must have either upstream or lane")
	}
	if _, ok := upstreams[r.Upstream]; r.Upstream != "" && !ok {
		p.add(at+"/upstream", "must name one of upstreams, not %q", r.Upstream)
	}
	p.notNegative(at+"/timeout", r.Timeout)
}

func (p *problems) tls(t TLS) {
	if (t.Cert == "") != (t.Key == "") {
		p.add("/edge/tls", "must have both cert and key, or neither")
		return
	}
	p.file("/edge/tls/cert", t.Cert)
	p.file("/edge/tls/key", t.Key)
}

func (p *problems) file(pointer, name string) {
	if name == "" {
		return
	}
	if _, err := os.Stat(name); err != nil {
		p.add(pointer, "must be a readable file: %s", err)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// escapePointer follows RFC 6901, section 3.
func escapePointer(s string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(s) }

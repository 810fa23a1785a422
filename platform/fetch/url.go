package fetch

import (
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"github.com/hotlane/hotlane/platform/fault"
)

// Check holds a URL against the rules that need no network: scheme, credentials, the list of hosts, and a host that is an address or
// a name of private networks. Errors: ErrURL, ErrHost, ErrPrivate.
func (c *Client) Check(u *url.URL) error {
	if u == nil || (u.Scheme != "http" && u.Scheme != "https") || u.Opaque != "" {
		return refuse(ErrURL, "must begin with http:// or https://")
	}
	if u.User != nil {
		return refuse(ErrURL, "must not hold a user or password")
	}
	host, err := hostOf(u)
	if err != nil {
		return err
	}
	if !allowed(c.cfg.Hosts, host) {
		return refuse(ErrHost, "must be of an allowed host")
	}
	if c.cfg.Private {
		return nil
	}
	addr, err := netip.ParseAddr(host)
	if (err == nil && !Public(addr)) || (err != nil && privateName(host)) {
		return refuse(ErrPrivate, "must be of a public address")
	}
	return nil
}

func refuse(f *fault.Error, rule string) error {
	return f.With(fault.Field{Pointer: "url", Rule: rule})
}

// hostOf is the host as it will be looked up: ASCII, in small letters, without a dot at its end. Numbers that only some resolvers
// take for an IPv4 address (2130706433, 0x7f.1, 017700000001) are refused, since it is anybody's guess where they lead.
func hostOf(u *url.URL) (string, error) {
	host := strings.ToLower(u.Hostname())
	if !ascii(host) {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return "", ErrURL.Because(err).With(fault.Field{Pointer: "url", Rule: "must have a host name that exists"})
		}
		host = ascii
	}
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > 253 || strings.ContainsAny(host, "%/\\@ \t") {
		return "", refuse(ErrURL, "must have a host: a name or an address, of at most 253 characters")
	}
	if _, err := netip.ParseAddr(host); err != nil && endsInNumber(host) {
		return "", refuse(ErrURL, "must have a host that is a name or an address in its usual form")
	}
	return host, nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// endsInNumber is the test by which browsers tell IPv4 addresses from names (WHATWG URL, 3.5).
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// privateName knows the names that are never public (RFC 6761, 6762, 8375, and .internal).
func privateName(host string) bool {
	for _, name := range [...]string{"localhost", "local", "internal", "home.arpa"} {
		if host == name || strings.HasSuffix(host, "."+name) {
			return true
		}
	}
	return false
}

// hostList are the allowed hosts as hostOf writes them.
func hostList(hosts []string) []string {
	list := make([]string, len(hosts))
	for i, h := range hosts {
		name, below := strings.CutPrefix(h, "*.")
		if ascii, err := idna.Lookup.ToASCII(name); err == nil {
			name = ascii
		}
		list[i] = strings.ToLower(strings.TrimSuffix(name, "."))
		if below {
			list[i] = "*." + list[i]
		}
	}
	return list
}

func allowed(hosts []string, host string) bool {
	for _, h := range hosts {
		name, below := strings.CutPrefix(h, "*.")
		if host == name && !below {
			return true
		}
		if sub, ok := strings.CutSuffix(host, "."+name); below && ok && sub != "" {
			return true
		}
	}
	return len(hosts) == 0
}

package cache

import (
	"crypto/tls"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/rueidis"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// RedisRule is what a URL of Redis must be like.
const RedisRule = "must be redis://user:password@host:port/database or rediss://…, with what the URL reserves in them " +
	"percent-encoded, and beside them only addr=host:port, master_set, sentinel_username, sentinel_password, client_name, " +
	"protocol=2 and skip_verify=true"

// redisSettings are what a URL may say beside its address. rueidis passes over what it does not know, and reads an address that it does not
// understand as localhost; here both are mistakes.
var redisSettings = []string{"addr", "master_set", "sentinel_username", "sentinel_password", "client_name", "protocol", "skip_verify"}

// RedisOptions reads the URL of a server, of Sentinel or of a Cluster. What is wrong with it is not said in detail, since the detail may
// hold the password.
func RedisOptions(secret telemetry.Secret) (opt rueidis.ClientOption, ok bool) {
	u, err := url.Parse(secret.Reveal())
	if err != nil || !slices.Contains([]string{"redis", "rediss", "valkey", "valkeys"}, u.Scheme) || u.Fragment != "" {
		return opt, false
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || !goodAddress(u.Hostname(), u.Port(), u.Host) || !goodDatabase(u.Path) || !goodSettings(q) {
		return opt, false
	}
	if u.Port() == "" { // rueidis does not take an IPv6 address without one
		u.Host = net.JoinHostPort(u.Hostname(), "6379")
	}
	if opt, err = rueidis.ParseURL(u.String()); err != nil {
		return opt, false
	}
	if opt.TLSConfig != nil {
		opt.TLSConfig.ServerName = "" // each node's own
		opt.Sentinel.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: opt.TLSConfig.InsecureSkipVerify}
	}
	opt.Sentinel.Username, opt.Sentinel.Password = q.Get("sentinel_username"), q.Get("sentinel_password")
	return opt, true
}

func goodAddress(host, port, whole string) bool {
	if host == "" || strings.HasSuffix(whole, ":") {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || (err == nil && n > 0)
}

func goodDatabase(path string) bool {
	path = strings.TrimPrefix(path, "/")
	_, err := strconv.ParseUint(path, 10, 16)
	return path == "" || err == nil
}

func goodSettings(q url.Values) bool {
	for name, values := range q {
		if !slices.Contains(redisSettings, name) || (name != "addr" && len(values) != 1) {
			return false
		}
	}
	for _, addr := range q["addr"] {
		host, port, err := net.SplitHostPort(addr)
		if err != nil || port == "" || !goodAddress(host, port, addr) {
			return false
		}
	}
	yes, no := q["skip_verify"], q["protocol"]
	return (yes == nil || yes[0] == "true" || yes[0] == "false") && (no == nil || no[0] == "2" || no[0] == "3") &&
		(!q.Has("master_set") || q.Get("master_set") != "")
}

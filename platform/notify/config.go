package notify

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// MailConfig is the section "mail" of the config file.
type MailConfig struct {
	SMTP        string           `yaml:"smtp" doc:"host:port of the SMTP server; empty: mails become files in <data>/mail, the newest 1000 of them"`
	User        string           `yaml:"user" doc:"user at the server; empty: nobody logs in"`
	Password    telemetry.Secret `yaml:"password" doc:"password of the user"`
	TLS         string           `yaml:"tls" enum:"starttls,implicit,none" doc:"starttls: required after the greeting; implicit: from the first byte; none: not at all, for a server on the same machine"`
	From        string           `yaml:"from" doc:"sender of all mails: an address, or a name and an address in angle brackets; bounces come back to it"`
	Timeout     time.Duration    `yaml:"timeout" doc:"how long handing over one mail may take; 1s to 5m"`
	Connections int              `yaml:"connections" doc:"connections to the server at one time; 1 to 100"`
}

// DefaultMailConfig is what an empty section means.
func DefaultMailConfig() MailConfig {
	return MailConfig{TLS: "starttls", From: "Hotlane <hotlane@localhost>", Timeout: 30 * time.Second, Connections: 4}
}

// Validate names every field that breaks a rule.
func (c *MailConfig) Validate() error {
	var rules fault.Rules
	check := rules.Check
	host, port, err := net.SplitHostPort(c.SMTP)
	n, numberErr := strconv.Atoi(port)
	check(c.SMTP == "" || (err == nil && host != "" && !broken(host) && numberErr == nil && n > 0 && n < 65536), "/smtp", "must be host:port")
	check(c.TLS == "starttls" || c.TLS == "implicit" || c.TLS == "none", "/tls", "must be starttls, implicit or none")
	check(c.TLS != "none" || c.User == "" || loopback(host), "/tls", "must not be none where a user logs in to another machine")
	check((c.User == "") == (c.Password == ""), "/password", "must be there when there is a user, and only then")
	check(!broken(c.User), "/user", "must be one line")
	from, err := address(c.From)
	check(err == nil, "/from", "must be an address, or a name and an address: Name <name@example.com>")
	check(err != nil || c.SMTP == "" || loopback(host) || !strings.HasSuffix(from.Address, "@localhost"), "/from",
		"must be an address of yours when there is an SMTP server")
	check(c.Timeout >= time.Second && c.Timeout <= 5*time.Minute, "/timeout", "must be 1s to 5m")
	check(c.Connections >= 1 && c.Connections <= 100, "/connections", "must be 1 to 100")
	return rules.Err(fault.New(fault.Invalid, "mail.config", "The mail section breaks a rule."))
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && a.IsLoopback())
}

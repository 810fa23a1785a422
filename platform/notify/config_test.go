package notify_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/notify"
)

func TestMailConfig(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*notify.MailConfig)
		bad    []string
	}{
		"defaults": {func(*notify.MailConfig) {}, nil},
		"a server": {func(c *notify.MailConfig) {
			c.SMTP, c.From = "mail.example.com:587", "핫레인 <no-reply@example.com>"
		}, nil},
		"a server here":      {func(c *notify.MailConfig) { c.SMTP, c.TLS, c.User, c.Password = "127.0.0.1:25", "none", "u", "p" }, nil},
		"no port":            {func(c *notify.MailConfig) { c.SMTP, c.From = "mail.example.com", "a@example.com" }, []string{"/smtp"}},
		"a port of words":    {func(c *notify.MailConfig) { c.SMTP, c.From = "mail.example.com:smtp", "a@example.com" }, []string{"/smtp"}},
		"a port too high":    {func(c *notify.MailConfig) { c.SMTP, c.From = "mail.example.com:65536", "a@example.com" }, []string{"/smtp"}},
		"nobody's address":   {func(c *notify.MailConfig) { c.SMTP = "mail.example.com:587" }, []string{"/from"}},
		"unknown encryption": {func(c *notify.MailConfig) { c.TLS = "ssl" }, []string{"/tls"}},
		"a password in the clear": {func(c *notify.MailConfig) {
			c.SMTP, c.From, c.TLS, c.User, c.Password = "mail.example.com:25", "a@example.com", "none", "u", "p"
		}, []string{"/tls"}},
		"a user without password": {func(c *notify.MailConfig) { c.User = "u" }, []string{"/password"}},
		"a password without user": {func(c *notify.MailConfig) { c.Password = "p" }, []string{"/password"}},
		"a sender of two lines":   {func(c *notify.MailConfig) { c.From = "a@example.com\r\nBcc: b@example.com" }, []string{"/from"}},
		"no sender":               {func(c *notify.MailConfig) { c.From = "" }, []string{"/from"}},
		"everything": {func(c *notify.MailConfig) {
			*c = notify.MailConfig{SMTP: ":x", User: "a\nb", Timeout: time.Hour, Connections: 101}
		}, []string{"/smtp", "/tls", "/password", "/user", "/from", "/timeout", "/connections"}},
	} {
		c := notify.DefaultMailConfig()
		test.change(&c)
		var bad []string
		if err := c.Validate(); err != nil {
			for _, f := range fault.From(err).Fields {
				bad = append(bad, f.Pointer)
			}
		}
		if d := cmp.Diff(test.bad, bad); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
}

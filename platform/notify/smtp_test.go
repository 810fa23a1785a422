package notify_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/notify"
)

func TestWhatAServerSays(t *testing.T) {
	for name, test := range map[string]struct {
		word, said string
		final      bool
	}{
		"no such mailbox":        {"RCPT", "550 5.1.1 <hong@example.com>: no such user", true},
		"mailbox name":           {"RCPT", "553 not allowed", true},
		"full mailbox":           {"RCPT", "552 full", true},
		"refused as spam":        {".", "554 5.7.1 spam", true},
		"refused at DATA":        {"DATA", "554 no", true},
		"greylisted":             {"RCPT", "451 4.7.1 come back in an hour", false},
		"busy":                   {"RCPT", "450 busy", false},
		"shutting down":          {"RCPT", "421 closing", false},
		"busy from the start":    {"greeting", "421 too many", false},
		"no service at all":      {"greeting", "554 no SMTP here", false},
		"after the message":      {".", "451 disk full", false},
		"our sender is refused":  {"MAIL", "550 5.7.1 unknown sender", false},
		"no login":               {"RCPT", "530 5.7.0 log in first", false},
		"a muddled conversation": {"RCPT", "503 RCPT before MAIL", false},
		"closes at RCPT":         {"RCPT", "close", false},
		"closes in DATA":         {"in DATA", "close", false},
		"closes before the end":  {".", "close", false},
		"closes at once":         {"greeting", "close", false},
		"speaks something else":  {"greeting", "* OK IMAP4 ready", false},
	} {
		s := serveSMTP(t, map[string]string{test.word: test.said})
		err := s.mailer(nil).Send(t.Context(), korean)
		if err == nil || errors.Is(err, notify.ErrRejected) != test.final || errors.Is(err, notify.ErrMail) == test.final || notify.Final(err) != test.final {
			t.Errorf("%s: %v, want final %t", name, err, test.final)
		}
		if strings.Contains(err.Error(), "hong@") {
			t.Errorf("%s: the error tells whom: %v", name, err)
		}
		if !test.final && fault.From(err).Kind != fault.Unavailable {
			t.Errorf("%s: %v", name, fault.From(err).Kind)
		}
	}
}

func TestAServerThatRefusesForAnHour(t *testing.T) {
	s := serveSMTP(t, map[string]string{"RCPT": "451 4.3.0 not now"})
	m := s.mailer(nil)
	for range 5 { // the job's attempts
		if err := m.Send(t.Context(), korean); !errors.Is(err, notify.ErrMail) {
			t.Fatal(err)
		}
	}
	s.set("RCPT", "")
	if err := m.Send(t.Context(), korean); err != nil || s.taken() != 1 {
		t.Errorf("%v, %d taken", err, s.taken())
	}
	if strings.Count(s.first(), "<waitlist-1-confirm@example.com>") != 1 {
		t.Error("the Message-ID is not the mail's")
	}
}

func TestAServerThatHangs(t *testing.T) {
	for _, word := range []string{"greeting", "EHLO", "STARTTLS", "RCPT", "in DATA", "."} {
		s := serveSMTP(t, map[string]string{word: "hang"})
		ctx, cancel := context.WithCancel(t.Context())
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			<-s.hung
			cancel()
		}()
		m := s.mailer(func(c *notify.MailConfig) {
			c.Timeout = 5 * time.Minute
			if word == "STARTTLS" {
				c.TLS = "starttls"
			}
		})
		if err := m.Send(ctx, korean); !errors.Is(err, notify.ErrMail) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", word, err)
		}
		<-stop
	}
}

func TestTimeout(t *testing.T) {
	s := serveSMTP(t, map[string]string{".": "hang"})
	err := s.mailer(func(c *notify.MailConfig) { c.Timeout = time.Second }).Send(t.Context(), korean)
	if !errors.Is(err, notify.ErrMail) || errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	s := serveSMTP(t, map[string]string{})
	m := s.mailer(nil)
	for range 250 {
		if err := m.Send(t.Context(), english); err != nil {
			t.Fatal(err)
		}
	}
	if s.taken() != 250 || s.connections() != 3 || notify.Idle(m) != 1 {
		t.Errorf("%d mails over %d connections, %d idle; want 100 for each", s.taken(), s.connections(), notify.Idle(m))
	}
	s.cut() // as a server does with those that are idle
	if err := m.Send(t.Context(), english); err != nil || s.taken() != 251 {
		t.Errorf("after the server closed it: %v", err)
	}
	if err := m.Close(); err != nil || notify.Idle(m) != 0 {
		t.Errorf("%v, %d idle", err, notify.Idle(m))
	}
	if err := m.Send(t.Context(), english); err != nil || notify.Idle(m) != 0 {
		t.Errorf("after Close: %v, %d idle", err, notify.Idle(m))
	}
}

func TestARefusalDoesNotSpoilTheNextMail(t *testing.T) {
	s := serveSMTP(t, map[string]string{})
	m := s.mailer(nil)
	if err := m.Send(t.Context(), english); err != nil {
		t.Fatal(err)
	}
	s.set("RCPT", "550 no")
	if err := m.Send(t.Context(), english); !errors.Is(err, notify.ErrRejected) {
		t.Error(err)
	}
	s.set("RCPT", "")
	if err := m.Send(t.Context(), english); err != nil || s.taken() != 2 {
		t.Error(err)
	}
}

func TestAMailThatWasTakenIsSent(t *testing.T) {
	s := serveSMTP(t, map[string]string{"RSET": "close"})
	if err := s.mailer(nil).Send(t.Context(), english); err != nil || s.taken() != 1 {
		t.Errorf("the connection broke after 250: %v", err)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	s := serveSMTP(t, map[string]string{})
	m := s.mailer(func(c *notify.MailConfig) { c.Connections = 3 })
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if err := m.Send(t.Context(), english); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if s.taken() != 40 || s.connections() > 3 {
		t.Errorf("%d mails over %d connections", s.taken(), s.connections())
	}
}

func TestEncryption(t *testing.T) {
	for _, test := range []struct {
		name, mode string
		implicit   bool
		trust      bool
		answers    map[string]string
		ok         bool
	}{
		{"starttls", "starttls", false, true, nil, true},
		{"implicit", "implicit", true, true, nil, true},
		{"starttls of a stranger", "starttls", false, false, nil, false},
		{"implicit of a stranger", "implicit", true, false, nil, false},
		{"starttls stripped", "starttls", false, true, map[string]string{"EHLO": "250-script\r\n250 AUTH PLAIN"}, false},
		{"starttls refused", "starttls", false, true, map[string]string{"STARTTLS": "454 not now"}, false},
		{"implicit to a plain server", "implicit", false, true, nil, false},
	} {
		if test.answers == nil {
			test.answers = map[string]string{}
		}
		s := serveSMTP(t, test.answers)
		if test.implicit {
			s.encrypt()
		}
		m := s.mailer(func(c *notify.MailConfig) {
			c.TLS, c.User, c.Password, c.Timeout = test.mode, "user", "password", 5*time.Second
		})
		if test.trust {
			notify.Trust(m, s.certificate)
		}
		err := m.Send(t.Context(), korean)
		if (err == nil) != test.ok || (err != nil && !errors.Is(err, notify.ErrMail)) {
			t.Errorf("%s: %v", test.name, err)
		}
		plain := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00user\x00password"))
		if n := s.count(plain); n != map[bool]int{true: 1}[test.ok] {
			t.Errorf("%s: logged in %d times", test.name, n)
		}
		if !test.ok && s.count("MAIL")+s.count("AUTH") > 0 {
			t.Errorf("%s: said %q", test.name, s.words())
		}
		if err != nil && strings.Contains(err.Error(), "password") {
			t.Errorf("%s: the error tells the password: %v", test.name, err)
		}
	}
}

func TestLoginThatIsRefused(t *testing.T) {
	s := serveSMTP(t, map[string]string{"AUTH": "535 5.7.8 wrong"})
	m := s.mailer(func(c *notify.MailConfig) { c.User, c.Password = "user", "secret-word" })
	if err := m.Send(t.Context(), korean); !errors.Is(err, notify.ErrMail) || strings.Contains(err.Error(), "secret-word") {
		t.Error(err)
	}
}

func TestWhatTheEnvelopeSays(t *testing.T) {
	s := serveSMTP(t, map[string]string{})
	if err := s.mailer(nil).Send(t.Context(), korean); err != nil {
		t.Fatal(err)
	}
	if s.count("MAIL FROM:<no-reply@example.com> BODY=8BITMIME") != 1 || s.count("RCPT TO:<hong@example.com>") != 1 || s.count("RCPT") != 1 {
		t.Errorf("%q", s.words())
	}
}

func TestNoServer(t *testing.T) {
	s := serveSMTP(t, map[string]string{})
	m := s.mailer(nil)
	s.listener.Close()
	if err := m.Send(t.Context(), korean); !errors.Is(err, notify.ErrMail) {
		t.Error(err)
	}
}

func TestMetrics(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	s := serveSMTP(t, map[string]string{})
	cfg := notify.DefaultMailConfig()
	cfg.SMTP, cfg.TLS = s.listener.Addr().String(), "none"
	m, err := notify.Open(cfg, notify.Deps{Metrics: reg})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	_ = m.Send(t.Context(), english)
	s.set("RCPT", "550 no")
	_ = m.Send(t.Context(), english)
	_ = m.Send(t.Context(), notify.Mail{})
	s.set("RCPT", "450 no")
	_ = m.Send(t.Context(), english)
	err = testutil.GatherAndCompare(reg, strings.NewReader(`
# HELP mail_total Mails, by outcome: sent, rejected, failed.
# TYPE mail_total counter
mail_total{outcome="failed"} 1
mail_total{outcome="rejected"} 2
mail_total{outcome="sent"} 1
`))
	if err != nil {
		t.Error(err)
	}
}

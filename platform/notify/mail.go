package notify

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// What went wrong with a message.
var (
	// ErrRejected: this mail will never be taken as it is: do not try again.
	ErrRejected = fault.New(fault.Invalid, "notify.rejected", "The mail was refused for good.")
	// ErrMail: nothing was sent for now; try again later.
	ErrMail = fault.New(fault.Unavailable, "notify.mail", "The mail could not be sent now.")
)

// Mail is one message to one person.
type Mail struct {
	To          string // an address, or a name and an address: 홍길동 <hong@example.com>
	Subject     string
	Text        string // must not be empty
	HTML        string // "": text alone
	ID          string // of the message, for receivers that see it twice: a word, or a whole Message-ID; "": a random one
	Unsubscribe string // https URL that unsubscribes by GET (page) and by POST (one click, RFC 8058); "": none
	Lang        string // "ko" or "en"; "": not said
}

// Mailer sends mail. An error is ErrRejected or something temporary.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

// Service is a Mailer that somebody opened and closes.
type Service interface {
	Mailer
	Close() error
}

// Deps of what this package makes.
type Deps struct {
	Log     *slog.Logger
	Now     func() time.Time
	Data    string                // data directory; mails without a server go to mail/ below it
	Metrics prometheus.Registerer // nil: none
}

// MailConfig is the section "mail" of the config file.
type MailConfig struct {
	SMTP        string           `yaml:"smtp" doc:"host:port of the SMTP server; empty: mails become files in <data>/mail"`
	User        string           `yaml:"user" doc:"user name at the server; empty: none is given"`
	Password    telemetry.Secret `yaml:"password" doc:"password of the user"`
	TLS         string           `yaml:"tls" enum:"starttls,implicit,none" doc:"starttls: required after a plain greeting; implicit: from the first byte; none: no encryption, for a server on the same machine"`
	From        string           `yaml:"from" doc:"sender of all mails: an address, or a name and an address in angle brackets"`
	Timeout     time.Duration    `yaml:"timeout" doc:"how long handing over one mail may take; 1s to 5m"`
	Connections int              `yaml:"connections" doc:"connections to the server at one time; 1 to 100"`
}

// DefaultMailConfig is what an empty section means.
func DefaultMailConfig() MailConfig {
	return MailConfig{TLS: "starttls", From: "Hotlane <hotlane@localhost>", Timeout: 30 * time.Second, Connections: 4}
}

// Validate names every field that breaks a rule.
func (c *MailConfig) Validate() error { return nil }

// Open makes what the config says: SMTP, or *Files where no server is named. It does no I/O.
func Open(cfg MailConfig, deps Deps) (Service, error) { return nil, errors.New("not there yet") }

// Final says whether trying the same again is of no use.
func Final(err error) bool { return errors.Is(err, ErrRejected) || errors.Is(err, ErrGone) }

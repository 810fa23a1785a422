package notify

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/fault"
)

// What becomes of a mail that was not sent.
var (
	// ErrRejected: it will never be taken as it is, so do not try again. Fields say which of ours is wrong; without fields it was
	// the server that refused this recipient or this message for good.
	ErrRejected = fault.New(fault.Invalid, "notify.rejected", "The mail was refused for good.")
	// ErrMail: it was not taken now, or nobody knows; try again later.
	ErrMail = fault.New(fault.Unavailable, "notify.mail", "The mail could not be sent now.")
)

// Mail is one message to one person.
type Mail struct {
	To          string // an address, or a name and an address: 홍길동 <hong@example.com>
	Subject     string // one line
	Text        string // must not be empty
	HTML        string // "": text alone
	ID          string // any text that is the same when the mail is sent again: it becomes the Message-ID, by which receivers can tell; "": a random one
	Unsubscribe string // URL that unsubscribes: by GET a page, by POST at once (RFC 8058, offered where it is https); "": none
	Lang        string // ko or en; "": not said
}

// Mailer sends mail. An error is ErrRejected or ErrMail. It may happen that a mail was taken and the answer was lost: that is
// ErrMail, so that a mail may come twice, with one Message-ID.
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
	Log     *slog.Logger          // nil: none
	Now     func() time.Time      // nil: time.Now
	Data    string                // data directory: without a server mails go to mail/ below it
	Metrics prometheus.Registerer // prefixed by the app; nil: none
}

func (d Deps) withDefaults() Deps {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return d
}

// Open makes what the config says: *SMTP, or *Files where it names no server. It does no I/O.
func Open(cfg MailConfig, deps Deps) (Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	deps = deps.withDefaults()
	if cfg.SMTP != "" {
		return newSMTP(cfg, deps)
	}
	if deps.Data == "" {
		return nil, errors.New("notify: without an SMTP server mails need a data directory")
	}
	return newFiles(cfg, deps)
}

// Final says whether trying the same again is of no use.
func Final(err error) bool {
	return errors.Is(err, ErrRejected) || errors.Is(err, ErrGone) || errors.Is(err, ErrSecret) || errors.Is(err, ErrHookRejected)
}

// outcomes counts what became of messages.
type outcomes struct{ sent, rejected, failed prometheus.Counter }

func newOutcomes(reg prometheus.Registerer, name, help string) outcomes {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"outcome"})
	if reg != nil {
		reg.MustRegister(v)
	}
	return outcomes{v.WithLabelValues("sent"), v.WithLabelValues("rejected"), v.WithLabelValues("failed")}
}

func (o outcomes) count(err error) {
	switch {
	case err == nil:
		o.sent.Inc()
	case Final(err):
		o.rejected.Inc()
	default:
		o.failed.Inc()
	}
}

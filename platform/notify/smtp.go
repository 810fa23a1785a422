package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

const (
	idleTime     = 20 * time.Second // how long a connection waits for the next mail
	mailsForEach = 100              // connection, then a new one: servers count
)

// SMTP is a Mailer that hands mails to a server, over at most cfg.Connections connections; who finds none free waits within its time.
type SMTP struct {
	cfg    MailConfig
	from   *mail.Address
	host   string
	port   int
	deps   Deps
	tls    *tls.Config
	count  outcomes
	places chan struct{}
	mu     sync.Mutex // held for idle and closed
	idle   []*connection
	closed bool
}

func newSMTP(cfg MailConfig, deps Deps) (*SMTP, error) {
	from, err := address(cfg.From)
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(cfg.SMTP)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	return &SMTP{
		cfg: cfg, from: from, host: host, port: number, deps: deps,
		tls:    &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12},
		count:  newOutcomes(deps.Metrics, "mail_total", "Mails, by outcome: sent, rejected, failed."),
		places: make(chan struct{}, cfg.Connections),
	}, nil
}

// Send hands one mail to the server.
func (s *SMTP) Send(ctx context.Context, m Mail) (err error) {
	defer func() { s.count.count(err) }()
	msg, err := compose(m, s.from, s.deps.Now())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		return ErrMail.Because(ctx.Err())
	}
	for c := s.take(); c != nil; c = s.take() {
		if err := c.send(ctx, msg); !errors.Is(err, errStale) {
			return s.done(c, msg, err)
		}
		c.close() // the server closed it while it was idle: nothing was sent
	}
	c, err := s.dial(ctx)
	if err != nil {
		return ErrMail.Because(err)
	}
	return s.done(c, msg, c.send(ctx, msg))
}

// done keeps the connection where all went well, and says what an error means.
func (s *SMTP) done(c *connection, msg *gomail.Msg, err error) error {
	if err == nil {
		if !s.keep(c) {
			c.quit()
		}
		return nil
	}
	c.close()
	if msg.IsDelivered() { // it failed after the server had taken the mail
		return nil
	}
	why := discreet{err, msg.GetTo()[0].Address}
	if refused(err) {
		return ErrRejected.Because(why)
	}
	return ErrMail.Because(why)
}

// discreet is an error that does not tell whose address it is about: errors are logged, and kept with dead jobs.
type discreet struct {
	err error
	to  string
}

func (d discreet) Error() string { return strings.ReplaceAll(d.err.Error(), d.to, "recipient") }
func (d discreet) Unwrap() error { return d.err }

// refused says whether the server will never take this mail for this recipient: 5yz to RCPT, DATA or the message itself, except the
// codes of a conversation that went wrong (50z) or of a login that is missing (53z). What it says to MAIL is about the sender, which
// an operator can put right.
func refused(err error) bool {
	var e *gomail.SendError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		group := e.ErrorCode() / 10
		return group >= 51 && group <= 59 && group != 53
	}
	return false
}

// take gives the connection that was used last, if one is idle.
func (s *SMTP) take() *connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.idle) > 0 {
		c := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if c.expiry.Stop() {
			return c
		}
	}
	return nil
}

// keep lets a connection wait for the next mail; false: it has served long enough.
func (s *SMTP) keep(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || c.sent >= mailsForEach {
		return false
	}
	c.expiry = time.AfterFunc(idleTime, func() { s.expire(c) })
	s.idle = append(s.idle, c)
	return true
}

func (s *SMTP) expire(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = slices.DeleteFunc(s.idle, func(other *connection) bool { return other == c })
	c.close()
}

// Close closes what is idle. What is being sent goes on, and its connection is closed after it.
func (s *SMTP) Close() error {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, c := range idle {
		if c.expiry.Stop() {
			c.quit()
		}
	}
	return nil
}

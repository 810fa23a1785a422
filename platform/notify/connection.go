package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

var errStale = errors.New("the connection was closed while it was idle")

// connection to an SMTP server. It is used by one at a time. The network connection is held beside the clients on it, so that a
// context can end whatever they wait for.
type connection struct {
	net    net.Conn
	client *gomail.Client
	smtp   *smtp.Client
	stop   func() bool // while dialling: lets go of the context
	sent   int
	expiry *time.Timer // while idle
}

// dial connects, greets, encrypts and logs in.
func (s *SMTP) dial(ctx context.Context) (*connection, error) {
	c := &connection{}
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(s.cfg.Timeout), gomail.WithoutSMTPUTF8(), gomail.WithTLSConfig(s.tls.Clone()),
		gomail.WithDialContextFunc(func(_ context.Context, network, address string) (net.Conn, error) {
			return c.connect(ctx, network, address, s)
		}),
	}
	switch s.cfg.TLS {
	case "implicit":
		options = append(options, gomail.WithSSL())
	case "none":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.cfg.User != "" { // the password itself is only ever sent encrypted, or to this machine
		options = append(options, gomail.WithUsername(s.cfg.User), gomail.WithPassword(s.cfg.Password.Reveal()),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	var err error
	if c.client, err = gomail.NewClient(s.host, options...); err != nil {
		return nil, err
	}
	c.smtp, err = c.client.DialToSMTPClientWithContext(ctx)
	if c.stop != nil && !c.stop() {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// connect keeps the network connection, which ends with the context until dialling is done.
func (c *connection) connect(ctx context.Context, network, address string, s *SMTP) (net.Conn, error) {
	var d net.Dialer
	n, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.net = n
	c.stop = context.AfterFunc(ctx, func() { _ = n.Close() })
	if s.cfg.TLS != "implicit" {
		return n, nil
	}
	encrypted := tls.Client(n, s.tls)
	return encrypted, encrypted.HandshakeContext(ctx)
}

// send hands one message over. errStale: nothing was said yet.
func (c *connection) send(ctx context.Context, msg *gomail.Msg) error {
	stop := context.AfterFunc(ctx, func() { _ = c.net.Close() })
	err := c.client.SendWithSMTPClient(c.smtp, msg)
	if !stop() {
		err = errors.Join(err, ctx.Err())
	}
	var e *gomail.SendError
	if c.sent > 0 && ctx.Err() == nil && errors.As(err, &e) && e.Reason == gomail.ErrConnCheck {
		return errStale
	}
	c.sent++
	return err
}

// quit says goodbye, and waits for the answer for at most a second.
func (c *connection) quit() {
	_ = c.net.SetDeadline(time.Now().Add(time.Second))
	_ = c.smtp.Quit()
	c.close()
}

func (c *connection) close() {
	if c.net != nil {
		_ = c.net.Close()
	}
}

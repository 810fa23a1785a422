package cache

import (
	"context"
	"crypto/tls"
	"net"
)

// RedisDial makes connections that end with life: a handshake with a server that hangs does not hold up who closes.
func RedisDial(life context.Context) func(context.Context, string, *net.Dialer, *tls.Config) (net.Conn, error) {
	return func(ctx context.Context, addr string, dialer *net.Dialer, secure *tls.Config) (net.Conn, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(life, cancel)()
		conn, err := dialTCP(ctx, addr, dialer, secure)
		if err != nil {
			return nil, err
		}
		c := &lifeConn{Conn: conn}
		c.stop = context.AfterFunc(life, func() { _ = conn.Close() })
		return c, nil
	}
}

func dialTCP(ctx context.Context, addr string, dialer *net.Dialer, secure *tls.Config) (net.Conn, error) {
	if secure == nil {
		return dialer.DialContext(ctx, "tcp", addr)
	}
	return (&tls.Dialer{NetDialer: dialer, Config: secure}).DialContext(ctx, "tcp", addr)
}

type lifeConn struct {
	net.Conn
	stop func() bool
}

func (c *lifeConn) Close() error {
	c.stop()
	return c.Conn.Close()
}

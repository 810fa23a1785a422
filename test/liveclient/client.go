package liveclient

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/gobwas/ws"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// ErrClosed is what is still waited for when a client ends.
var ErrClosed = errors.New("the client is closed")

// ErrLost is what a command gets whose connection ended before the answer came.
var ErrLost = errors.New("the connection was lost")

// Client is one client: one connection at a time.
type Client struct {
	url   string
	o     Options
	codec protocol.Codec
	done  chan struct{} // closed when its goroutine has ended
	stop  context.CancelFunc

	mu      sync.Mutex // held while writing; handlers are told outside of it
	link    *link      // nil while it is not connected
	last    uint32     // id of a command
	pending map[uint32]func(*protocol.Reply, error)
	subs    map[string]*Sub
	id      string // that the server gave
	why     error  // of its end
}

// link is one connection.
type link struct {
	net.Conn
	in  *bufio.Reader
	out []byte
}

// Dial connects. The context is of the first connection only; the client lives until Close, or until the server sends it away for good.
func Dial(ctx context.Context, url string, o Options) (*Client, error) {
	c := &Client{
		url: url, o: o, codec: o.codec(), done: make(chan struct{}),
		pending: map[uint32]func(*protocol.Reply, error){}, subs: map[string]*Sub{},
	}
	l, first, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	var life context.Context
	life, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	go c.live(life, l, first)
	return c, nil
}

// connect makes a connection and waits for the answer to the connect command, and gives what came with it.
func (c *Client) connect(ctx context.Context) (*link, []*protocol.Reply, error) {
	url := c.url
	if c.o.URL != nil {
		url = c.o.URL()
	}
	d := ws.Dialer{NetDial: c.o.NetDial, Protocols: c.o.protocols(), TLSConfig: c.o.TLS, Timeout: 30 * time.Second}
	if c.o.Header != nil {
		d.Header = ws.HandshakeHeaderHTTP(c.o.Header)
	}
	conn, early, _, err := d.Dial(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	l := &link{Conn: conn, in: early}
	if l.in == nil {
		size := c.o.ReadBuffer
		if size == 0 {
			size = 4096
		}
		l.in = bufio.NewReaderSize(conn, size)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	first, err := c.greet(l)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	return l, first, nil
}

func (c *Client) greet(l *link) ([]*protocol.Reply, error) {
	hello := &protocol.Command{ID: 1, Connect: &protocol.ConnectRequest{Token: c.o.Token, Name: c.o.Name, Data: c.o.Data}}
	if err := l.write(c.codec, hello); err != nil {
		return nil, err
	}
	var all []*protocol.Reply
	for len(all) == 0 {
		err := l.read(c.codec, func(r *protocol.Reply) error {
			all = append(all, r)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if first := all[0]; first.ID != 1 || first.Error != nil || first.Connect == nil {
		if first.Error != nil {
			return nil, first.Error
		}
		return nil, fmt.Errorf("the first reply is not to the connect command: %+v", first)
	}
	return all, nil
}

// live reads until the client ends, and comes back when the connection is lost.
func (c *Client) live(ctx context.Context, l *link, first []*protocol.Reply) {
	defer close(c.done)
	for {
		stop := context.AfterFunc(ctx, func() { _ = l.Close() })
		c.began(l, first)
		err := c.listen(l)
		stop()
		_ = l.Close()
		if ctx.Err() != nil {
			err = ErrClosed
		}
		c.lost(err)
		if c.o.Once || ctx.Err() != nil || forGood(err) {
			c.end(err)
			return
		}
		if l, first, err = c.again(ctx); err != nil {
			c.end(err)
			return
		}
	}
}

// again tries to connect until it is connected, or must not.
func (c *Client) again(ctx context.Context) (l *link, first []*protocol.Reply, err error) {
	for attempt := 1; ; attempt++ {
		select {
		case <-ctx.Done():
			return nil, nil, ErrClosed
		case <-time.After(c.o.delay(attempt)):
		}
		if l, first, err = c.connect(ctx); err == nil || forGood(err) {
			return l, first, err
		}
	}
}

// forGood tells whether the server does not want it back.
func forGood(err error) bool {
	var away protocol.Disconnect
	if errors.As(err, &away) {
		return !away.Reconnects()
	}
	var refused *protocol.Error
	return errors.As(err, &refused) && !refused.Temporary
}

func (c *Client) began(l *link, first []*protocol.Reply) {
	c.mu.Lock()
	c.link, c.last, c.id = l, 1, first[0].Connect.Client
	for _, s := range c.subs {
		s.ask()
	}
	c.mu.Unlock()
	if c.o.Up != nil {
		c.o.Up(first[0].Connect)
	}
	for _, r := range first[1:] {
		c.take(r)
	}
}

func (c *Client) listen(l *link) error {
	for {
		err := l.read(c.codec, func(r *protocol.Reply) error {
			c.take(r)
			return nil
		})
		if err != nil {
			return err
		}
	}
}

func (c *Client) lost(err error) {
	c.mu.Lock()
	c.link = nil
	waiting := c.pending
	c.pending = map[uint32]func(*protocol.Reply, error){}
	for _, s := range c.subs {
		s.in = false
	}
	c.mu.Unlock()
	if c.o.Down != nil {
		c.o.Down(err)
	}
	for _, answer := range waiting {
		answer(nil, ErrLost)
	}
}

func (c *Client) end(err error) {
	c.mu.Lock()
	c.why = err
	subs := c.subs
	c.subs = map[string]*Sub{}
	c.mu.Unlock()
	for _, s := range subs {
		s.end(err)
	}
}

// ID is what the server calls the present connection.
func (c *Client) ID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.id
}

// Break cuts the line without a word. The client comes back, unless it was told not to.
func (c *Client) Break() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.link != nil {
		if tcp, ok := c.link.Conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = c.link.Close()
	}
}

// Done is closed when the client has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err is why it ended.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// Close ends it and waits for its goroutine. It must not be called from a handler.
func (c *Client) Close() {
	c.stop()
	<-c.done
}

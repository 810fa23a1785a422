package server

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// patience is how long a test waits for what must come. Nothing is asserted of how long it takes.
const patience = 20 * time.Second

// client speaks the protocol over a real connection. All it reads stands in replies, in order.
type client struct {
	t       testing.TB
	codec   protocol.Codec
	conn    net.Conn
	id      uint32
	replies chan protocol.Reply // closed when the connection has ended
	code    atomic.Int64        // of the close frame; then
	reason  atomic.Value
	pushes  []protocol.Push // that came while a reply was waited for
	pongs   bool            // answers pings
	pings   atomic.Int64
	stopped atomic.Pointer[chan struct{}]
}

// stop lets the client read nothing more until resume, but for a frame that it waits for.
func (c *client) stop() {
	gate := make(chan struct{})
	c.stopped.Store(&gate)
}

func (c *client) resume() {
	if gate := c.stopped.Swap(nil); gate != nil {
		close(*gate)
	}
}

// dial connects a socket and says nothing yet.
func dial(t testing.TB, url string, codec protocol.Codec) *client {
	t.Helper()
	c, err := tryDial(t, url, codec)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tryDial(t testing.TB, url string, codec protocol.Codec) (*client, error) {
	name := map[protocol.Codec]string{protocol.JSON: "centrifuge-json", protocol.Protobuf: "centrifuge-protobuf"}[codec]
	d := ws.Dialer{Protocols: []string{name}, Timeout: patience}
	conn, br, _, err := d.Dial(context.Background(), strings.Replace(url, "http", "ws", 1))
	if err != nil {
		return nil, err
	}
	var from io.Reader = conn
	if br != nil {
		from = io.MultiReader(br, conn)
	}
	c := &client{t: t, codec: codec, conn: conn, replies: make(chan protocol.Reply, 1<<14), pongs: true}
	done := make(chan struct{})
	go func() { defer close(done); c.read(from) }()
	t.Cleanup(func() { conn.Close(); c.resume(); <-done })
	return c, nil
}

func (c *client) read(from io.Reader) {
	defer close(c.replies)
	defer c.conn.Close()
	for {
		if gate := c.stopped.Load(); gate != nil {
			<-*gate
		}
		h, err := ws.ReadHeader(from)
		if err != nil {
			return
		}
		p := make([]byte, h.Length)
		if _, err := io.ReadFull(from, p); err != nil {
			return
		}
		switch h.OpCode {
		case ws.OpClose:
			if len(p) >= 2 {
				c.reason.Store(string(p[2:]))
				c.code.Store(int64(binary.BigEndian.Uint16(p)))
			}
			return
		case ws.OpText, ws.OpBinary:
			if (h.OpCode == ws.OpBinary) != (c.codec == protocol.Protobuf) {
				c.t.Errorf("a frame of the wrong kind: %v", h.OpCode)
			}
			err := c.codec.DecodeReplies(p, 64<<20, func(r *protocol.Reply) error {
				if r.IsPing() {
					c.pings.Add(1)
					if c.pongs {
						_ = c.write(c.codec.AppendCommand(nil, &protocol.Command{}))
					}
					return nil
				}
				c.replies <- *r
				return nil
			})
			if err != nil {
				c.t.Errorf("a frame that cannot be read: %v: %q", err, p)
				return
			}
		}
	}
}

func (c *client) write(p []byte) error {
	f := ws.NewTextFrame(p)
	if c.codec == protocol.Protobuf {
		f = ws.NewBinaryFrame(p)
	}
	return ws.WriteFrame(c.conn, ws.MaskFrameInPlace(f))
}

// post sends commands in one frame, and waits for nothing. Those without an id get one, but for sends.
func (c *client) post(cmds ...protocol.Command) (last uint32) {
	c.t.Helper()
	var frames [][]byte
	for _, cmd := range cmds {
		if cmd.ID == 0 && cmd.Send == nil && !cmd.Pong() {
			c.id++
			cmd.ID = c.id
		}
		frames = append(frames, c.codec.AppendCommand(nil, &cmd))
	}
	sep := []byte("\n")
	if c.codec == protocol.Protobuf {
		sep = nil
	}
	_ = c.write(bytes.Join(frames, sep)) // who is disconnected learns it by reading
	return c.id
}

// next is the next reply or push.
func (c *client) next() (protocol.Reply, bool) {
	c.t.Helper()
	select {
	case r, ok := <-c.replies:
		return r, ok
	case <-time.After(patience):
		c.t.Fatal("nothing came")
		return protocol.Reply{}, false
	}
}

// do sends a command and waits for its reply.
func (c *client) do(cmd protocol.Command) protocol.Reply {
	c.t.Helper()
	return c.reply(c.post(cmd))
}

func (c *client) reply(id uint32) protocol.Reply {
	c.t.Helper()
	for {
		r, ok := c.next()
		switch {
		case !ok:
			c.t.Fatalf("the connection ended instead of a reply: %d %v", c.code.Load(), c.reason.Load())
		case r.Push != nil:
			c.pushes = append(c.pushes, *r.Push)
		case r.ID == id:
			return r
		default:
			c.t.Fatalf("a reply to %d, not %d: %+v", r.ID, id, r)
		}
	}
}

// push is the next push.
func (c *client) push() protocol.Push {
	c.t.Helper()
	if len(c.pushes) > 0 {
		p := c.pushes[0]
		c.pushes = c.pushes[1:]
		return p
	}
	r, ok := c.next()
	if !ok {
		c.t.Fatalf("the connection ended instead of a push: %d %v", c.code.Load(), c.reason.Load())
	}
	if r.Push == nil {
		c.t.Fatalf("not a push: %+v", r)
	}
	return *r.Push
}

// ended waits for the end of the connection, and is its code.
func (c *client) ended() uint32 {
	c.t.Helper()
	for {
		if _, ok := c.next(); !ok {
			return uint32(c.code.Load())
		}
	}
}

// in connects with a token and answers for success.
func (c *client) in(token string) *protocol.ConnectResult {
	c.t.Helper()
	r := c.do(protocol.Command{Connect: &protocol.ConnectRequest{Token: token, Name: "test"}})
	if r.Connect == nil {
		c.t.Fatalf("connect: %v", r.Error)
	}
	return r.Connect
}

func (c *client) subscribe(channel string) *protocol.SubscribeResult {
	c.t.Helper()
	r := c.do(protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: channel}})
	if r.Subscribe == nil {
		c.t.Fatalf("subscribe to %s: %v", channel, r.Error)
	}
	return r.Subscribe
}

func (c *client) publish(channel, data string) *protocol.Error {
	c.t.Helper()
	r := c.do(protocol.Command{Publish: &protocol.PublishRequest{Channel: channel, Data: []byte(data)}})
	if r.Error == nil && r.Publish == nil {
		c.t.Fatalf("publish: %+v", r)
	}
	return r.Error
}

func op(instance string, n int) string { return fmt.Sprintf(`{"op":"%s:%d","n":%d}`, instance, n, n) }

// eventually waits until it is so.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for !so() {
		select {
		case <-deadline:
			t.Fatalf("never: %s", what)
		case <-time.After(time.Millisecond):
		}
	}
}

// get is the status of a plain request.
func get(t testing.TB, url string) *http.Response {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	return r
}

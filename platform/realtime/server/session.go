package server

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
	"github.com/hotlane/hotlane/platform/realtime/socket"
)

// session is one connection: what its socket hears, and a member of the channels it is in. There may be hundreds of thousands: it
// keeps no more than it needs, nothing of its request, and no timer of its own (see sweep).
//
// Lock order: a channel's lock (in the hub), then mu. So nothing of the hub is called with mu held.
type session struct {
	s      *Server
	conn   *socket.Conn
	client realtime.Client // Caller and Name are set by connect, before anything is joined
	user   *user           // set by connect; nil for who has no id
	since  int64           // milliseconds of Server.now, as all times here but those of expiry
	due    atomic.Int64    // when tick has something to do
	marks  atomic.Uint32
	busy   atomic.Bool // with a command: what the client says next is not heard
	index  int32       // in its shard, which has the lock
	shard  uint8
	codec  protocol.Codec

	mu      sync.Mutex
	state   state
	waiting bool   // for a pong
	told    uint32 // code of the disconnect; 0: none
	pending int32  // operations that wait for their acknowledgement
	pingAt  int64  // the next ping, or the end of waiting for its pong
	expires int64  // Unix milliseconds, by the clock: of the token; 0: never
	slowAt  int64  // since when messages have been lost and not told of; 0: none are
	bucket  bucket
	over    bucket // commands beyond what the other allows
	subs    []subscription
	held    *[]held // what is delivered before the connect reply is out
}

type state uint8

const (
	opened    state = iota // nothing said yet
	connected              // by a connect command
	leaving                // is to be disconnected when nothing is pending
	closed
)

// The marks that Deliver looks at without the lock.
const (
	markHolding uint32 = 1 << iota // deliveries are held
	markLost                       // a subscription has lost a message
	markClosed
)

type held struct {
	m *hub.Membership
	b []byte
	p bool // in the log
}

const maxHeld = 1024 // messages that are held for one connection; what comes beyond is lost

func newID() string { return strings.ToLower(rand.Text()) }

// begin takes over a connection.
func (s *Server) begin(conn *socket.Conn, codec protocol.Codec, from netip.Addr) {
	now := s.now()
	c := &session{s: s, conn: conn, codec: codec, since: now, pingAt: now + s.cfg.ConnectTimeout.Milliseconds()}
	c.client.ID, c.client.Addr = newID(), from
	c.due.Store(c.pingAt)
	s.add(c)
	s.m.connections.Inc()
	conn.Serve(c, codec == protocol.Protobuf)
	if s.draining.Load() { // came while the others were told
		c.leave(protocol.DisconnectShutdown)
	}
}

// Client is who this is, for rooms.
func (c *session) Client() realtime.Client { return c.client }

// Message takes one frame of commands.
func (c *session) Message(_ *socket.Conn, _ bool, p []byte) {
	c.busy.Store(true)
	defer c.busy.Store(false)
	defer c.survive()
	c.s.m.received.Add(int64(len(p)))
	err := c.codec.Decode(p, c.s.cfg.Message, c.command)
	var why protocol.Disconnect
	switch {
	case err == nil:
	case errors.As(err, &why):
		c.disconnect(why)
	default:
		c.disconnect(protocol.DisconnectBadRequest)
	}
	c.conn.Flush()
}

// survive ends the connection whose command panics, instead of the program.
func (c *session) survive() {
	if v := recover(); v != nil {
		c.s.d.Log.Error("a live command panicked", slog.String("client", c.client.ID), slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
		c.disconnect(protocol.DisconnectServerError)
	}
}

// Closed cleans up. No message comes after it.
func (c *session) Closed(_ *socket.Conn, err error) {
	c.mu.Lock()
	c.state = closed
	subs := c.subs
	c.subs, c.held = nil, nil
	c.marks.Store(markClosed)
	c.mu.Unlock()
	for i := range subs {
		subs[i].m.Leave()
	}
	c.s.m.subscriptions.Sub(float64(len(subs)))
	if c.user != nil {
		c.s.forget(c)
	}
	c.s.leave(c.client.Addr)
	c.s.remove(c)
	c.s.m.connections.Dec()
	c.s.m.disconnected(codeOf(err))
}

// codeOf is what the client was told when its connection ended; 0: nothing.
func codeOf(err error) uint32 {
	var closed *socket.CloseError
	switch {
	case errors.As(err, &closed) && !closed.Remote:
		return uint32(closed.Code)
	case errors.Is(err, socket.ErrSlow):
		return protocol.DisconnectSlow.Code
	}
	return 0
}

// disconnect ends the connection at once; what is queued goes out before.
func (c *session) disconnect(why protocol.Disconnect) {
	c.mu.Lock()
	c.end(why)
	c.mu.Unlock()
}

// end is disconnect for who has the lock.
func (c *session) end(why protocol.Disconnect) {
	if c.state == closed || c.told != 0 && c.state != leaving {
		return
	}
	c.state, c.told = closed, why.Code
	c.marks.Or(markClosed)
	c.conn.Close(int(why.Code), why.Reason)
}

// leave ends the connection when everything pending is acknowledged; until then it hears nothing more.
func (c *session) leave(why protocol.Disconnect) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == closed || c.state == leaving {
		return
	}
	c.state, c.told = leaving, why.Code
	if c.pending == 0 {
		c.end(why)
	}
}

// send queues a reply. Whoever does not even take these is slow.
func (c *session) send(r *protocol.Reply) {
	b := c.s.writers.get()
	*b = c.codec.Append((*b)[:0], r)
	c.s.m.sent.Add(int64(len(*b)))
	taken := c.conn.Answer(*b)
	c.s.writers.put(b)
	if !taken {
		c.disconnect(protocol.DisconnectSlow)
	}
}

// userID is whose connection it is; empty: nobody's, or it is not known yet.
func (c *session) userID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == opened {
		return ""
	}
	return c.client.Caller.ID
}

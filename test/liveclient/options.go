package liveclient

import (
	"context"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// Options are what a client is like. The zero value is a JSON client that comes back.
type Options struct {
	Protobuf   bool
	Token      string
	Name       string
	Data       []byte      // of the connect command
	Header     http.Header // of the upgrade
	TLS        *tls.Config
	Protocols  []string // WebSocket subprotocols; nil: the codec's
	ReadBuffer int      // bytes; 0: 4096
	MuteToPing bool     // pings are not answered

	NetDial func(ctx context.Context, network, addr string) (net.Conn, error)
	URL     func() string                   // where it connects to now, asked each time; nil: where it was dialled
	Once    bool                            // it does not come back
	Delay   func(attempt int) time.Duration // before attempt 1, 2, … to come back, and before an operation is sent again; nil: up to 50 ms, doubling up to 1 s

	// What happens to the connection, told by its goroutine.
	Up    func(r *protocol.ConnectResult)
	Down  func(err error) // a [protocol.Disconnect] where the server said why
	Pushs func(p *protocol.Push)
}

func (o *Options) codec() protocol.Codec {
	if o.Protobuf {
		return protocol.Protobuf
	}
	return protocol.JSON
}

func (o *Options) protocols() []string {
	switch {
	case o.Protocols != nil:
		return o.Protocols
	case o.Protobuf:
		return []string{"centrifuge-protobuf"}
	}
	return []string{"centrifuge-json"}
}

func (o *Options) delay(attempt int) time.Duration {
	if o.Delay != nil {
		return o.Delay(attempt)
	}
	most := min(50*time.Millisecond<<min(attempt, 10), time.Second)
	return rand.N(most) //nolint:gosec // it spreads, no more
}

// Handler is what a subscription tells. All may be nil.
type Handler struct {
	// Began is told each time the client gets in, before anything else of that time. What was recovered follows by Published.
	Began     func(r *protocol.SubscribeResult)
	Published func(p *protocol.Publication)
	Joined    func(info *protocol.ClientInfo)
	Left      func(info *protocol.ClientInfo)
	Ended     func(err error) // a [*protocol.Error] or [*Unsubscribed]; it does not come back by itself
}

// SubOptions are of one subscription.
type SubOptions struct {
	Handler
	Token      string
	Data       []byte
	Since      *protocol.StreamPosition // recover from there at the first time already
	NoRecovery bool                     // at no time
	JoinLeave  bool
	Positioned bool
}

// Unsubscribed is why the server ended a subscription.
type Unsubscribed struct{ protocol.Unsubscribe }

func (u *Unsubscribed) Error() string { return fmt.Sprintf("unsubscribed: %d %s", u.Code, u.Reason) }

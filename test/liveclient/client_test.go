package liveclient_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
	"github.com/hotlane/hotlane/test/liveclient"
)

// partner is the least of a server: what it is told to answer with.
type partner struct {
	*httptest.Server
	answer func(connection int, cmd *protocol.Command, say func(*protocol.Reply), conn net.Conn)
	mu     sync.Mutex
	count  int
}

func newPartner(t *testing.T, answer func(connection int, cmd *protocol.Command, say func(*protocol.Reply), conn net.Conn)) *partner {
	p := &partner{answer: answer}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *partner) url() string { return "ws" + strings.TrimPrefix(p.URL, "http") }

func (p *partner) serve(w http.ResponseWriter, r *http.Request) {
	var codec protocol.Codec
	up := ws.HTTPUpgrader{Protocol: func(s string) bool {
		if s == "centrifuge-protobuf" {
			codec = protocol.Protobuf
		}
		return true
	}}
	conn, _, _, err := up.Upgrade(r, w)
	if err != nil {
		return
	}
	defer conn.Close()
	p.mu.Lock()
	p.count++
	n := p.count
	p.mu.Unlock()
	op := map[protocol.Codec]ws.OpCode{protocol.JSON: ws.OpText, protocol.Protobuf: ws.OpBinary}[codec]
	say := func(r *protocol.Reply) { _ = wsutil.WriteServerMessage(conn, op, codec.Append(nil, r)) }
	for {
		frame, _, err := wsutil.ReadClientData(conn)
		if err != nil {
			return
		}
		err = codec.Decode(frame, 1<<16, func(cmd *protocol.Command) error {
			if cmd.Connect != nil {
				say(&protocol.Reply{ID: cmd.ID, Connect: &protocol.ConnectResult{Client: "c"}})
				return nil
			}
			p.answer(n, cmd, say, conn)
			return nil
		})
		if err != nil {
			return
		}
	}
}

func soon(int) time.Duration { return time.Millisecond }

func eachCodec(t *testing.T, test func(t *testing.T, o liveclient.Options)) {
	t.Run("json", func(t *testing.T) { test(t, liveclient.Options{Delay: soon}) })
	t.Run("protobuf", func(t *testing.T) { test(t, liveclient.Options{Delay: soon, Protobuf: true}) })
}

// TestAnOperationIsSentUntilItIsAnswered: the first connection is lost on it, the second says to try later, and then it is acknowledged.
func TestAnOperationIsSentUntilItIsAnswered(t *testing.T) {
	eachCodec(t, func(t *testing.T, o liveclient.Options) {
		tries := 0
		p := newPartner(t, func(n int, cmd *protocol.Command, say func(*protocol.Reply), conn net.Conn) {
			switch {
			case cmd.Subscribe != nil:
				say(&protocol.Reply{ID: cmd.ID, Subscribe: &protocol.SubscribeResult{Epoch: "e", Offset: 7}})
			case n == 1:
				_ = conn.Close()
			default:
				if tries++; tries == 1 {
					say(&protocol.Reply{ID: cmd.ID, Error: protocol.ErrorTooManyRequests})
				} else {
					say(&protocol.Reply{ID: cmd.ID, Publish: &protocol.PublishResult{}})
				}
			}
		})
		c, err := liveclient.Dial(t.Context(), p.url(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		s, err := c.Subscribe(t.Context(), "plain:x", liveclient.SubOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Publish(t.Context(), []byte(`{"op":"instance:1"}`)); err != nil {
			t.Error(err)
		}
		if tries != 2 {
			t.Errorf("sent %d times to the second", tries)
		}
	})
}

// TestWhatWasMissedIsAskedFor: it comes back with the offset and the epoch that it had.
func TestWhatWasMissedIsAskedFor(t *testing.T) {
	eachCodec(t, func(t *testing.T, o liveclient.Options) {
		asked := make(chan protocol.SubscribeRequest, 2)
		p := newPartner(t, func(n int, cmd *protocol.Command, say func(*protocol.Reply), conn net.Conn) {
			asked <- *cmd.Subscribe
			result := &protocol.SubscribeResult{Epoch: "e", Offset: 7}
			if n == 2 {
				result.Offset, result.Recovered = 9, true
				result.Publications = []protocol.Publication{{Data: []byte(`{"n":9}`), Offset: 9}}
			}
			say(&protocol.Reply{ID: cmd.ID, Subscribe: result})
			if n == 1 {
				say(&protocol.Reply{Push: &protocol.Push{Channel: "plain:x", Pub: &protocol.Publication{Data: []byte(`{"n":8}`), Offset: 8}}})
				_ = conn.Close()
			}
		})
		shown := make(chan string, 10)
		c, err := liveclient.Dial(t.Context(), p.url(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Subscribe(t.Context(), "plain:x", liveclient.SubOptions{Handler: liveclient.Handler{
			Published: func(p *protocol.Publication) { shown <- string(p.Data) },
		}}); err != nil {
			t.Fatal(err)
		}
		if a, b := <-shown, <-shown; a != `{"n":8}` || b != `{"n":9}` {
			t.Errorf("shown %s, %s", a, b)
		}
		if first := <-asked; first.Recover {
			t.Errorf("the first time it asked %+v", first)
		}
		if again := <-asked; !again.Recover || again.Epoch != "e" || again.Offset != 8 {
			t.Errorf("the second time it asked %+v", again)
		}
	})
}

// TestARefusalIsFinal: it is told, and nothing is sent again.
func TestARefusalIsFinal(t *testing.T) {
	eachCodec(t, func(t *testing.T, o liveclient.Options) {
		p := newPartner(t, func(_ int, cmd *protocol.Command, say func(*protocol.Reply), _ net.Conn) {
			say(&protocol.Reply{ID: cmd.ID, Error: protocol.ErrorPermissionDenied})
		})
		c, err := liveclient.Dial(t.Context(), p.url(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, err = c.Subscribe(t.Context(), "plain:x", liveclient.SubOptions{})
		var refused *protocol.Error
		if !errors.As(err, &refused) || refused.Code != 103 || !liveclient.Refused(err) {
			t.Errorf("subscribe: %v", err)
		}
	})
}

// TestSentAwayForGood: a code that says so ends the client.
func TestSentAwayForGood(t *testing.T) {
	p := newPartner(t, func(_ int, _ *protocol.Command, _ func(*protocol.Reply), conn net.Conn) {
		_ = wsutil.WriteServerMessage(conn, ws.OpClose, ws.NewCloseFrameBody(3503, "force disconnect"))
	})
	c, err := liveclient.Dial(t.Context(), p.url(), liveclient.Options{Delay: soon})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var away protocol.Disconnect
	if _, err := c.Subscribe(ctx, "plain:x", liveclient.SubOptions{}); !errors.As(err, &away) || away.Code != 3503 {
		t.Errorf("subscribe: %v", err)
	}
	<-c.Done()
	if !errors.As(c.Err(), &away) || away.Code != 3503 {
		t.Errorf("it ended with %v", c.Err())
	}
}

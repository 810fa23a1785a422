package server

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

var errTestRevoked = fault.New(fault.Unauthorized, "identity.token_revoked", "The token has been revoked.")

// revocations are what all nodes can know; each knows of them when it looks.
type revocations struct {
	mu  sync.Mutex
	all map[string]bool
}

// node gives a server what identity gives it.
func (v *revocations) node(r *rig) func(*Deps) {
	known := map[string]bool{} // under mu
	look := func(context.Context) error {
		v.mu.Lock()
		var fresh []string
		for user := range v.all {
			if !known[user] {
				known[user] = true
				fresh = append(fresh, user)
			}
		}
		v.mu.Unlock()
		for _, user := range fresh {
			r.Revoked(user)
		}
		return nil
	}
	return func(d *Deps) {
		token := d.Token
		d.Token = func(ctx context.Context, text string) (identity.Caller, time.Time, error) {
			who, until, err := token(ctx, text)
			v.mu.Lock()
			defer v.mu.Unlock()
			if known[who.ID] {
				err = errTestRevoked
			}
			return who, until, err
		}
		d.Look = look
		d.Revoke = func(ctx context.Context, user string) error {
			v.mu.Lock()
			v.all[user] = true
			v.mu.Unlock()
			return look(ctx)
		}
	}
}

func TestARevocationEndsConnectionsAndRefusesTokensOnAllNodes(t *testing.T) {
	net, v := bus.NewNet(), &revocations{all: map[string]bool{}}
	var nodes []*rig
	for range 2 {
		r := &rig{}
		*r = *newRig(t, options{bus: net.Node(), deps: v.node(r)})
		nodes = append(nodes, r)
	}
	var all []*client
	for _, r := range nodes {
		for range 2 {
			c := dial(t, r.url, protocol.JSON)
			c.in("ann")
			all = append(all, c)
		}
		r.clock.advance(10 * time.Second)
	}
	other := dial(t, nodes[1].url, protocol.JSON)
	other.in("bob")
	nodes[0].listens(t, nodes[1])
	var done Done
	if status, answer := ask(t, nodes[0].api(), "revoke", `{"user":"ann"}`, &done); status != 200 || done.Here != 2 {
		t.Fatalf("%d %s", status, answer)
	}
	for i, c := range all {
		if code := c.ended(); code != protocol.DisconnectInvalidToken.Code {
			t.Errorf("%d: code %d", i, code)
		}
	}
	for i, r := range nodes {
		c := dial(t, r.url, protocol.JSON)
		c.post(protocol.Command{Connect: &protocol.ConnectRequest{Token: "ann"}})
		if code := c.ended(); code != protocol.DisconnectInvalidToken.Code {
			t.Errorf("node %d takes the token: code %d", i, code)
		}
	}
	if got := other.do(ping()); got.Ping == nil {
		t.Errorf("somebody else: %+v", got)
	}
}

// TestARevocationThatIsLearnedLate lets the token of a new connection decide, which may be newer than the revocation.
func TestARevocationThatIsLearnedLate(t *testing.T) {
	r := newRig(t, options{})
	old := dial(t, r.url, protocol.JSON)
	old.in("ann")
	r.clock.advance(10 * time.Second)
	fresh := dial(t, r.url, protocol.JSON)
	fresh.in("ann")
	r.Revoked("ann")
	if code := old.ended(); code != protocol.DisconnectInvalidToken.Code {
		t.Errorf("the old: code %d", code)
	}
	if code := fresh.ended(); code != protocol.DisconnectExpired.Code {
		t.Errorf("the new: code %d", code)
	}
}

// TestARevocationBetweenATokenAndItsConnection comes when the token has been found good and nobody is known to be connected yet.
func TestARevocationBetweenATokenAndItsConnection(t *testing.T) {
	asked := 0
	r := newRig(t, options{deps: func(d *Deps) {
		token := d.Token
		d.Token = func(ctx context.Context, text string) (identity.Caller, time.Time, error) {
			if asked++; asked == 2 {
				return identity.Caller{}, time.Time{}, errTestRevoked
			}
			return token(ctx, text)
		}
	}})
	c := dial(t, r.url, protocol.JSON)
	c.post(protocol.Command{Connect: &protocol.ConnectRequest{Token: "ann"}})
	if code := c.ended(); code != protocol.DisconnectInvalidToken.Code || asked != 2 {
		t.Errorf("code %d, asked %d times", code, asked)
	}
}

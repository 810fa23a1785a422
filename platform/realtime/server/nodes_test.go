package server

import (
	"testing"

	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// two are two nodes with one bus and one log.
func two(t *testing.T) (a, b *rig) {
	t.Helper()
	net := bus.NewNet()
	log := dbtest.NewSet(t, db.Config{}, db.Options{}).DB("live")
	a = newRig(t, options{bus: net.Node(), db: log})
	b = newRig(t, options{bus: net.Node(), db: log})
	return a, b
}

func TestWhatIsPublishedOnOneNodeArrivesOnTheOther(t *testing.T) {
	a, b := two(t)
	both(t, func(t *testing.T, codec protocol.Codec) {
		channel := "room:" + codec.String()
		ann, bob := dial(t, a.url, codec), dial(t, b.url, codec)
		ann.in("ann")
		bob.in("bob")
		ann.subscribe(channel)
		bob.subscribe(channel)
		for n := range 5 {
			if err := ann.publish(channel, op("instance", n+1)); err != nil {
				t.Fatal(err)
			}
			if p := bob.push(); p.Pub == nil || p.Pub.Offset != uint64(n+1) {
				t.Errorf("%+v", p)
			}
		}
	})
}

func TestARevokedUserIsDisconnectedOnAllNodes(t *testing.T) {
	a, b := two(t)
	var all []*client
	for _, r := range []*rig{a, b, a, b} {
		c := dial(t, r.url, protocol.JSON)
		c.in("ann")
		all = append(all, c)
	}
	other := dial(t, b.url, protocol.Protobuf)
	other.in("bob")
	a.heard(t, b)
	done, err := (&admin{a.Server}).revoke(t.Context(), &RevokeIn{User: "ann"})
	if err != nil || done.Here != 2 {
		t.Errorf("%+v %v", done, err)
	}
	for i, c := range all {
		if code := c.ended(); code != protocol.DisconnectInvalidToken.Code {
			t.Errorf("%d: code %d", i, code)
		}
	}
	if got := other.do(ping()); got.Ping == nil {
		t.Errorf("somebody else: %+v", got)
	}
}

func TestAUserIsTakenOutOfAChannelOnAllNodes(t *testing.T) {
	a, b := two(t)
	c, one, other := dial(t, b.url, protocol.JSON), dial(t, b.url, protocol.JSON), dial(t, b.url, protocol.JSON)
	c.in("ann")
	id := one.in("ann").Client
	other.in("bob")
	for _, c := range []*client{c, one, other} {
		c.subscribe("room:1")
		c.subscribe("room:2")
	}
	a.heard(t, b)
	api := &admin{a.Server}
	if done, err := api.unsubscribe(t.Context(), &UnsubscribeIn{WhoIn: WhoIn{User: "ann"}, Channel: "room:1"}); err != nil || done.Here != 0 {
		t.Errorf("%+v %v", done, err)
	}
	for _, c := range []*client{c, one} {
		if p := c.push(); p.Channel != "room:1" || p.Unsubscribe == nil || p.Unsubscribe.Code != protocol.UnsubscribeServer.Code {
			t.Errorf("%+v", p)
		}
	}
	if _, err := api.unsubscribe(t.Context(), &UnsubscribeIn{WhoIn: WhoIn{Client: id}, Channel: "room:2"}); err != nil {
		t.Error(err)
	}
	if p := one.push(); p.Channel != "room:2" || p.Unsubscribe == nil {
		t.Errorf("%+v", p)
	}
	if err := c.publish("room:1", op("instance", 1)); err == nil || err.Code != 103 {
		t.Errorf("out of the first: %v", err)
	}
	if err := c.publish("room:2", op("instance", 1)); err != nil {
		t.Errorf("in the second: %v", err)
	}
	if err := other.publish("room:1", op("instance", 2)); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

// heard waits until the other node hears this one.
func (r *rig) heard(t *testing.T, other *rig) {
	t.Helper()
	probe := dial(t, other.url, protocol.JSON)
	id := probe.in("probe").Client
	eventually(t, "the other node hears", func() bool {
		if _, err := r.everywhere(order{Client: id, Code: 4000}); err != nil {
			t.Fatal(err)
		}
		return other.byID(id) == nil
	})
}

package server

import (
	"fmt"
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"

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
	a.listens(t, b)
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
	a.listens(t, b)
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

// listens waits until the other node hears this one.
func (r *rig) listens(t *testing.T, other *rig) {
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

func TestOperatorsSeeAllNodes(t *testing.T) {
	a, b := two(t)
	for i, r := range []*rig{a, b, a, b, b} {
		c := dial(t, r.url, protocol.JSON)
		c.in(fmt.Sprint("user", i))
		c.subscribe("room:1")
	}
	a.listens(t, b)
	b.listens(t, a)
	api := a.api()
	var connections Connections
	seen, after := map[string]string{}, ""
	for range 3 {
		connections = Connections{}
		ask(t, api, "connections?all=true&limit=2&after="+after, "", &connections)
		for _, c := range connections.Connections {
			seen[c.User] = c.Node
		}
		after = connections.Next
	}
	if len(seen) != 5 || after != "" || seen["user0"] != a.d.Node || seen["user1"] != b.d.Node {
		t.Errorf("%v, then %q", seen, after)
	}
	var channels OpenChannels
	ask(t, api, "channels?all=true&limit=1", "", &channels)
	if len(channels.Channels) != 1 || channels.Channels[0].Name != "room:1" || channels.Channels[0].Members != 5 || channels.Channels[0].Nodes != 2 ||
		channels.Next != "room:1" {
		t.Errorf("%+v", channels)
	}
	channels = OpenChannels{}
	if ask(t, api, "channels?all=true&prefix=user:user", "", &channels); len(channels.Channels) != 5 || channels.Next != "" {
		t.Errorf("%+v", channels)
	}
	var info InfoOut
	if ask(t, api, "info?all=true", "", &info); len(info.Nodes) != 2 || info.Nodes[0].Connections != 2 || info.Nodes[1].Connections != 3 {
		t.Errorf("%+v", info)
	}
}

func TestAPageOfManyNodesHasNoHoles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		nodes := make([][]string, rapid.IntRange(1, 4).Draw(t, "nodes"))
		var want []string
		for i := range nodes {
			nodes[i] = rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,3}`), 0, 12, rapid.ID[string]).Draw(t, "keys")
			for k := range nodes[i] {
				nodes[i][k] += fmt.Sprint("-", i)
			}
			slices.Sort(nodes[i])
			want = append(want, nodes[i]...)
		}
		slices.Sort(want)
		var got []string
		after := ""
		for range len(want) + 1 {
			pages, nexts := make([][]string, len(nodes)), make([]string, len(nodes))
			for i, keys := range nodes { // each as its node would answer, some in shorter pages
				rest := keys[sort.SearchStrings(keys, after+"\x00"):]
				most := rapid.IntRange(1, limit).Draw(t, "most")
				if len(rest) > most {
					rest, nexts[i] = rest[:most], rest[most-1]
				}
				pages[i] = rest
			}
			var page []string
			page, after = merge(pages, nexts, func(s *string) string { return *s }, limit)
			got = append(got, page...)
			if after == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

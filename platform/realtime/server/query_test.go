package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

func TestHistory(t *testing.T) {
	r := newRig(t, options{})
	both(t, func(t *testing.T, codec protocol.Codec) {
		channel := "room:history-" + codec.String()
		c := dial(t, r.url, codec)
		c.in("ann")
		epoch := c.subscribe(channel).Epoch
		for n := range 5 {
			if err := c.publish(channel, op("instance", n+1)); err != nil {
				t.Fatal(err)
			}
		}
		at := func(n uint64) *protocol.StreamPosition { return &protocol.StreamPosition{Epoch: epoch, Offset: n} }
		for _, test := range []struct {
			ask  protocol.HistoryRequest
			want string
		}{
			{protocol.HistoryRequest{}, "[]"},
			{protocol.HistoryRequest{Limit: -1}, "[1 2 3 4 5]"},
			{protocol.HistoryRequest{Limit: 2}, "[1 2]"},
			{protocol.HistoryRequest{Limit: 2, Since: at(2)}, "[3 4]"},
			{protocol.HistoryRequest{Limit: 10, Since: at(5)}, "[]"},
			{protocol.HistoryRequest{Limit: 2, Reverse: true}, "[5 4]"},
			{protocol.HistoryRequest{Limit: 9, Reverse: true, Since: at(3)}, "[2 1]"},
		} {
			test.ask.Channel = channel
			got := c.do(protocol.Command{History: &test.ask})
			offsets := []uint64{}
			if got.History == nil || got.History.Offset != 5 || got.History.Epoch != epoch {
				t.Fatalf("%+v: %+v %v", test.ask, got.History, got.Error)
			}
			for _, p := range got.History.Publications {
				offsets = append(offsets, p.Offset)
				if string(p.Data) != op("instance", int(p.Offset)) || p.Info == nil || p.Info.User != "ann" {
					t.Errorf("%+v", p)
				}
			}
			if fmt.Sprint(offsets) != test.want {
				t.Errorf("%+v: %v, want %s", test.ask, offsets, test.want)
			}
		}
		old := &protocol.HistoryRequest{Channel: channel, Limit: 5, Since: &protocol.StreamPosition{Epoch: "other", Offset: 1}}
		if got := c.do(protocol.Command{History: old}); got.Error == nil || got.Error.Code != 112 {
			t.Errorf("of another epoch: %+v", got)
		}
	})
}

func TestPresence(t *testing.T) {
	r := newRig(t, options{})
	both(t, func(t *testing.T, codec protocol.Codec) {
		channel := "room:presence-" + codec.String()
		users := map[string]string{} // by connection
		var c *client
		for i := range 5 {
			c = dial(t, r.url, codec)
			user := fmt.Sprint("user", i/2)
			users[c.in(user).Client] = user
			c.subscribe(channel)
		}
		got := c.do(protocol.Command{Presence: &protocol.PresenceRequest{Channel: channel}}).Presence
		if got == nil || len(got.Presence) != 5 {
			t.Fatalf("%+v", got)
		}
		for _, who := range got.Presence {
			if users[who.Client] != who.User {
				t.Errorf("%+v", who)
			}
		}
		stats := c.do(protocol.Command{PresenceStats: &protocol.PresenceStatsRequest{Channel: channel}}).PresenceStats
		if stats == nil || stats.NumClients != 5 || stats.NumUsers != 3 {
			t.Errorf("%+v", stats)
		}
		seen, after := map[string]string{}, ""
		for range 3 {
			ask := fmt.Sprintf(`{"channel":%q,"after":%q,"limit":2}`, channel, after)
			var page presenceAnswer
			if err := json.Unmarshal(c.rpc("hotlane.presence", ask).Data, &page); err != nil {
				t.Fatal(err)
			}
			for _, p := range page.Presence {
				seen[p.Client] = p.User
			}
			after = page.Next
		}
		if fmt.Sprint(seen) != fmt.Sprint(users) || after != "" {
			t.Errorf("page by page: %v, then %q; want %v", seen, after, users)
		}
	})
}

func (c *client) rpc(method, data string) *protocol.RPCResult {
	c.t.Helper()
	r := c.do(protocol.Command{RPC: &protocol.RPCRequest{Method: method, Data: []byte(data)}})
	if r.RPC == nil {
		c.t.Fatalf("%s: %v", method, r.Error)
	}
	return r.RPC
}

func TestRPC(t *testing.T) {
	r := newRig(t, options{})
	both(t, func(t *testing.T, codec protocol.Codec) {
		c := dial(t, r.url, codec)
		c.in("ann")
		c.subscribe("news:1")
		if got := string(c.rpc("hotlane.time", `{}`).Data); got != fmt.Sprintf(`{"time":%d}`, r.now()) {
			t.Errorf("time: %s", got)
		}
		for ask, code := range map[string]uint32{
			`hotlane.presence []`: 107, `hotlane.presence {"channel":"room:9"}`: 103, `hotlane.presence {"channel":"news:1"}`: 103,
			`hotlane.presence {"channel":"news:1","limit":1001}`: 107, `hotlane.presence {"channel":"news:1","limit":-1}`: 107,
			`hotlane.nothing {}`: 104, ` {}`: 104,
		} {
			method, data, _ := strings.Cut(ask, " ")
			got := c.do(protocol.Command{RPC: &protocol.RPCRequest{Method: method, Data: []byte(data)}})
			if got.Error == nil || got.Error.Code != code {
				t.Errorf("%s: %+v", ask, got)
			}
		}
	})
}

// TestWhatIsRefusedInAChannel is a table of what a connected client may not.
func TestWhatIsRefusedInAChannel(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) { c.Subscriptions = 4 }})
	both(t, func(t *testing.T, codec protocol.Codec) {
		c := dial(t, r.url, codec)
		c.in("ann") // is in user:ann
		c.subscribe("room:1")
		c.subscribe("news:1")
		for name, test := range map[string]struct {
			cmd  protocol.Command
			code uint32
		}{
			"subscribe again":        {protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: "room:1"}}, 105},
			"subscribe to one's own": {protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: "user:ann"}}, 105},
			"another's channel":      {protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: "user:bob"}}, 103},
			"no such kind":           {protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: "cats:1"}}, 102},
			"another kind of stream": {protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: "room:2", Type: 1}}, 108},
			"unrecoverable, refused": {protocol.Command{Subscribe: &protocol.SubscribeRequest{
				Channel: "room:2", Recover: true, Epoch: "other", Offset: 9, Flag: protocol.FlagRejectUnrecovered,
			}}, 112},
			"publish where not in":    {protocol.Command{Publish: &protocol.PublishRequest{Channel: "room:2", Data: []byte(`{}`)}}, 103},
			"publish where one hears": {protocol.Command{Publish: &protocol.PublishRequest{Channel: "news:1", Data: []byte(op("instance", 1))}}, 103},
			"publish no object":       {protocol.Command{Publish: &protocol.PublishRequest{Channel: "room:1", Data: []byte(`[1]`)}}, 422},
			"publish a bad op":        {protocol.Command{Publish: &protocol.PublishRequest{Channel: "room:1", Data: []byte(`{"op":"x"}`)}}, 422},
			"publish into a map":      {protocol.Command{Publish: &protocol.PublishRequest{Channel: "room:1", Data: []byte(`{}`), Type: 1}}, 108},
			"history where not in":    {protocol.Command{History: &protocol.HistoryRequest{Channel: "room:2"}}, 103},
			"presence where not in":   {protocol.Command{Presence: &protocol.PresenceRequest{Channel: "room:2"}}, 103},
			"presence that is closed": {protocol.Command{Presence: &protocol.PresenceRequest{Channel: "news:1"}}, 103},
			"stats where not in":      {protocol.Command{PresenceStats: &protocol.PresenceStatsRequest{Channel: "room:2"}}, 103},
			"stats that are closed":   {protocol.Command{PresenceStats: &protocol.PresenceStatsRequest{Channel: "news:1"}}, 103},
			"sub_refresh where out":   {protocol.Command{SubRefresh: &protocol.SubRefreshRequest{Channel: "room:2"}}, 103},
			"tracking":                {protocol.Command{SubRefresh: &protocol.SubRefreshRequest{Channel: "room:1", Type: 1}}, 108},
		} {
			if got := c.do(test.cmd); got.Error == nil || got.Error.Code != test.code {
				t.Errorf("%s: %+v %v, want %d", name, got, got.Error, test.code)
			}
		}
		c.subscribe("room:2")
		if got := c.do(protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: "room:3"}}); got.Error == nil || got.Error.Code != 106 {
			t.Errorf("the fifth channel: %+v", got)
		}
		for range 2 { // leaving where one is not is fine
			if got := c.do(protocol.Command{Unsubscribe: &protocol.UnsubscribeRequest{Channel: "room:2"}}); got.Unsubscribe == nil {
				t.Errorf("unsubscribe: %+v", got)
			}
		}
		c.subscribe("room:3")
		c.post(protocol.Command{Send: &protocol.SendRequest{Data: []byte(`{}`)}}) // nobody answers
		if got := c.do(protocol.Command{Ping: &protocol.PingRequest{}}); got.Ping == nil {
			t.Errorf("ping: %+v", got)
		}
		c.post(protocol.Command{Send: &protocol.SendRequest{Data: []byte(`{}`)}}, protocol.Command{ID: 99, Ping: &protocol.PingRequest{}},
			protocol.Command{ID: 98, Ping: &protocol.PingRequest{}})
		if a, b := c.reply(99), c.reply(98); a.Ping == nil || b.Ping == nil {
			t.Errorf("in one frame: %+v %+v", a, b)
		}
	})
}

func TestEphemeralMessages(t *testing.T) {
	r := newRig(t, options{})
	both(t, func(t *testing.T, codec protocol.Codec) {
		channel := "room:typing-" + codec.String()
		ann, bob := dial(t, r.url, codec), dial(t, r.url, codec)
		ann.in("ann")
		bob.in("bob")
		ann.subscribe(channel)
		bob.subscribe(channel)
		if err := ann.publish(channel, `{"typing":true}`); err != nil {
			t.Fatal(err)
		}
		if p := bob.push(); p.Pub == nil || p.Pub.Offset != 0 || string(p.Pub.Data) != `{"typing":true}` {
			t.Errorf("%+v", p)
		}
	})
}

func TestComingAndGoingIsToldToWhoWants(t *testing.T) {
	r := newRig(t, options{})
	both(t, func(t *testing.T, codec protocol.Codec) {
		channel := "room:join-" + codec.String()
		watcher, deaf := dial(t, r.url, codec), dial(t, r.url, codec)
		watcher.in("ann")
		deaf.in("bob")
		sub := protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: channel, JoinLeave: true}}
		if got := watcher.do(sub); got.Subscribe == nil {
			t.Fatal(got.Error)
		}
		deaf.subscribe(channel)
		guest := dial(t, r.url, codec)
		id := guest.in("cat").Client
		guest.subscribe(channel)
		came := map[string]bool{}
		for !came["cat"] { // in any order, all of a second together
			p := watcher.push()
			if p.Join == nil || p.Channel != channel {
				t.Fatalf("%+v", p)
			}
			came[p.Join.Info.User] = true
		}
		guest.conn.Close()
		p := watcher.push()
		for ; p.Join != nil; p = watcher.push() {
			came[p.Join.Info.User] = true
		}
		if p.Leave == nil || p.Leave.Info.Client != id || p.Leave.Info.User != "cat" || !came["bob"] {
			t.Errorf("%+v after %v", p, came)
		}
		if err := deaf.publish(channel, op("instance", 1)); err != nil {
			t.Fatal(err)
		}
		if p := deaf.push(); p.Pub == nil {
			t.Errorf("who does not want to hear of it heard %+v", p)
		}
	})
}

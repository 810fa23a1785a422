package server

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

func TestWhatComesBeforeConnectIsABadRequest(t *testing.T) {
	r := newRig(t, options{})
	both(t, func(t *testing.T, codec protocol.Codec) {
		for name, cmd := range map[string]protocol.Command{
			"subscribe": {Subscribe: &protocol.SubscribeRequest{Channel: "room:1"}},
			"publish":   {Publish: &protocol.PublishRequest{Channel: "room:1", Data: []byte(`{}`)}},
			"ping":      {Ping: &protocol.PingRequest{}},
			"send":      {Send: &protocol.SendRequest{Data: []byte(`{}`)}},
			"a pong":    {},
		} {
			c := dial(t, r.url, codec)
			c.post(cmd)
			if code := c.ended(); code != protocol.DisconnectBadRequest.Code {
				t.Errorf("%s: code %d", name, code)
			}
		}
		c := dial(t, r.url, codec)
		c.in("ann")
		c.post(protocol.Command{Connect: &protocol.ConnectRequest{Token: "ann"}})
		if code := c.ended(); code != protocol.DisconnectBadRequest.Code {
			t.Errorf("connect again: code %d", code)
		}
		c = dial(t, r.url, codec)
		_ = c.write([]byte("nonsense"))
		if code := c.ended(); code != protocol.DisconnectBadRequest.Code {
			t.Errorf("nonsense: code %d", code)
		}
	})
}

func TestTokens(t *testing.T) {
	r := newRig(t, options{})
	refusal := func(token string) *protocol.Error {
		return dial(t, r.url, protocol.JSON).do(protocol.Command{Connect: &protocol.ConnectRequest{Token: token}}).Error
	}
	if err := refusal("expired"); err == nil || err.Code != 109 || err.Temporary {
		t.Errorf("expired: %v", err)
	}
	if err := refusal("down"); err == nil || err.Code != 100 || !err.Temporary {
		t.Errorf("cannot be checked: %v", err)
	}
	wrong := dial(t, r.url, protocol.JSON)
	wrong.post(protocol.Command{Connect: &protocol.ConnectRequest{Token: "wrong"}})
	if code := wrong.ended(); code != protocol.DisconnectInvalidToken.Code {
		t.Errorf("wrong: code %d", code)
	}
	again := dial(t, r.url, protocol.JSON)
	again.do(protocol.Command{Connect: &protocol.ConnectRequest{Token: "expired"}})
	again.in("ann") // on the same connection
}

func TestWhoShowsNoToken(t *testing.T) {
	r := newRig(t, options{})
	c := dial(t, r.url, protocol.JSON)
	c.in("")
	c.subscribe("news:1")
	for channel, code := range map[string]uint32{"room:1": 103, "user:": 102, "user:ann": 103, "nothing:1": 102, "news:": 102, "news": 102, "": 102} {
		got := c.do(protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: channel}})
		if got.Error == nil || got.Error.Code != code {
			t.Errorf("%q: %+v", channel, got)
		}
	}
	closed := newRig(t, options{deps: func(d *Deps) { d.Anonymous = false }})
	c = dial(t, closed.url, protocol.JSON)
	c.post(protocol.Command{Connect: &protocol.ConnectRequest{}})
	if code := c.ended(); code != protocol.DisconnectInvalidToken.Code {
		t.Errorf("where no channel is open to all: code %d", code)
	}
}

func TestAUserIsInTheirOwnChannelWithoutAsking(t *testing.T) {
	r := newRig(t, options{deps: func(d *Deps) {
		d.Subscriptions = func(c identity.Caller) []string { return []string{"room:all", "nothing:here"} }
	}})
	both(t, func(t *testing.T, codec protocol.Codec) {
		user := "ann-" + codec.String()
		c := dial(t, r.url, codec)
		subs := c.in(user).Subs
		if len(subs) != 2 || subs[0].Channel != "user:"+user || subs[1].Channel != "room:all" || subs[0].Epoch == "" || !subs[0].Recoverable {
			t.Fatalf("%+v", subs)
		}
		publish := func(n int) {
			t.Helper()
			if _, err := r.publish("user:"+user, op("backend1", n)); err != nil {
				t.Fatal(err)
			}
		}
		publish(1)
		if p := c.push(); p.Channel != "user:"+user || p.Pub == nil || p.Pub.Offset != 1 || p.Pub.Info != nil {
			t.Errorf("%+v %+v", p, p.Pub)
		}
		c.conn.Close()
		publish(2)
		back := dial(t, r.url, codec)
		got := back.do(protocol.Command{Connect: &protocol.ConnectRequest{Token: user, Subs: []protocol.SubscribeRequest{
			{Channel: "user:" + user, Recover: true, Epoch: subs[0].Epoch, Offset: 1},
			{Channel: "room:secret", Recover: true},
		}}}).Connect
		if got == nil || len(got.Subs) != 2 || !got.Subs[0].Recovered || len(got.Subs[0].Publications) != 1 || got.Subs[0].Publications[0].Offset != 2 {
			t.Errorf("back: %+v", got)
		}
		back.conn.Close()
	})
}

func TestConnectionsOfAUserAndInAll(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) { c.PerUser, c.Connections = 3, 5 }})
	var all []*client
	for range 3 {
		c := dial(t, r.url, protocol.JSON)
		c.in("ann")
		all = append(all, c)
	}
	more := dial(t, r.url, protocol.JSON)
	more.post(protocol.Command{Connect: &protocol.ConnectRequest{Token: "ann"}})
	if code := more.ended(); code != protocol.DisconnectConnectionLimit.Code {
		t.Errorf("the fourth of one user: code %d", code)
	}
	eventually(t, "it is gone", func() bool { return len(r.sessions()) == 3 })
	for i := range 2 {
		dial(t, r.url, protocol.JSON).in(fmt.Sprint("other", i))
	}
	if _, err := tryDial(t, r.url, protocol.JSON); err == nil {
		t.Error("a sixth connection")
	}
	if got := get(t, r.url); got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Errorf("when it is full: %s, Retry-After %q", got.Status, got.Header.Get("Retry-After"))
	}
	all[0].conn.Close()
	eventually(t, "it is gone", func() bool { return len(r.sessions()) == 4 })
	dial(t, r.url, protocol.JSON).in("ann")
}

func TestConnectionsOfANetwork(t *testing.T) {
	from := map[string]string{"office": "203.0.113.9", "home": "2001:db8:1:2::3", "next room": "2001:db8:1:2::4"}
	r := newRig(t, options{
		cfg: func(c *Config) { c.PerNetwork, c.Connections = 2, 5 },
		deps: func(d *Deps) {
			d.Client = func(r *http.Request) netip.Addr { return netip.MustParseAddr(from[r.URL.Query().Get("from")]) }
		},
	})
	at := func(place string) string { return r.url + "?from=" + url.QueryEscape(place) }
	first := dial(t, at("home"), protocol.JSON)
	first.in("ann")
	dial(t, at("next room"), protocol.JSON).in("ben")
	if got := get(t, at("home")); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" {
		t.Errorf("a third of one network: %s, Retry-After %q", got.Status, got.Header.Get("Retry-After"))
	}
	for range 5 { // what is no handshake does not count
		get(t, at("office"))
	}
	dial(t, at("office"), protocol.JSON).in("cem")
	if got := get(t, at("office")); got.StatusCode == http.StatusTooManyRequests {
		t.Error("one of another network was refused")
	}
	first.conn.Close()
	eventually(t, "it is gone", func() bool { return len(r.sessions()) == 2 })
	dial(t, at("home"), protocol.JSON).in("ann")
}

func TestConnectionsOfANetworkWithoutALimit(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) { c.PerNetwork = 0 }})
	for i := range 5 {
		dial(t, r.url, protocol.JSON).in(fmt.Sprint("user", i))
	}
	if r.inside() != 5 {
		t.Errorf("%d are counted", r.inside())
	}
}

func TestAPlainRequestIsToldWhatIsMissing(t *testing.T) {
	r := newRig(t, options{})
	if got := get(t, r.url); got.StatusCode != http.StatusBadRequest && got.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("%s", got.Status)
	}
	if len(r.sessions()) != 0 || r.inside() != 0 {
		t.Error("it counts as a connection")
	}
}

func TestClientsThatNameNoSubprotocol(t *testing.T) {
	for query, want := range map[string]protocol.Codec{
		"": protocol.JSON, "?format=protobuf": protocol.Protobuf, "?cf_protocol=protobuf": protocol.Protobuf, "?format=json": protocol.JSON,
	} {
		req, err := http.NewRequest(http.MethodGet, "/connection/websocket"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := codecOf(req); got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// publish is what the backend does.
func (r *rig) publish(channel, data string) (*Published, error) {
	a := &admin{r.Server}
	return a.publish(r.t.Context(), &PublishIn{Channel: channel, Data: []byte(data)})
}

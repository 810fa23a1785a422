package server

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// TestAnySession holds any series of commands against what each may be answered: replies are of the kind that was asked for, each
// command has one, and what needs a subscription is refused without it.
func TestAnySession(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) {
		c.Rate, c.Burst, c.UserRate, c.UserBurst = 1_000_000, 1_000_000, 1_000_000, 1_000_000
	}})
	rapid.Check(t, func(rt *rapid.T) {
		codec := protocol.Codec(rapid.IntRange(0, 1).Draw(rt, "codec"))
		c := dial(t, r.url, codec)
		defer c.conn.Close()
		m := model{rt: rt, c: c, in: map[string]bool{"user:ann": true}, instance: newID()}
		for range rapid.IntRange(1, 25).Draw(rt, "commands") {
			if !m.step() {
				return
			}
		}
		if m.connected {
			if got := c.do(ping()); got.Ping == nil {
				rt.Fatalf("at the end: %+v", got)
			}
		}
	})
	eventually(t, "all are gone", func() bool { return len(r.sessions()) == 0 && r.inside() == 0 })
}

type model struct {
	rt        *rapid.T
	c         *client
	connected bool
	in        map[string]bool
	instance  string
	n         int
}

var mayBeIn = map[string]bool{"room:1": true, "room:2": true, "news:1": true, "user:ann": true}

// step sends one command and checks its answer; false: the connection ended, as it had to.
func (m *model) step() bool {
	channel := rapid.SampledFrom([]string{"room:1", "room:2", "news:1", "user:ann", "user:bob", "paid:1", "none:1", ""}).Draw(m.rt, "channel")
	var cmd protocol.Command
	name := rapid.SampledFrom(methodNames[:]).Draw(m.rt, "method")
	if !m.connected && rapid.IntRange(0, 9).Draw(m.rt, "properly") > 0 {
		name = "connect"
	}
	switch name {
	case "connect":
		cmd.Connect = &protocol.ConnectRequest{Token: rapid.SampledFrom([]string{"ann", "ann", "expired", "down"}).Draw(m.rt, "token")}
	case "subscribe":
		cmd.Subscribe = &protocol.SubscribeRequest{
			Channel: channel, Recover: rapid.Bool().Draw(m.rt, "recover"), Offset: rapid.Uint64Range(0, 20).Draw(m.rt, "offset"),
			JoinLeave: rapid.Bool().Draw(m.rt, "join"), Token: rapid.SampledFrom([]string{"", "bob/paid:1/9s", "x"}).Draw(m.rt, "sub token"),
		}
	case "unsubscribe":
		cmd.Unsubscribe = &protocol.UnsubscribeRequest{Channel: channel}
	case "publish":
		m.n++
		data := rapid.SampledFrom([]string{op(m.instance, m.n), `{"x":1}`, `[]`, `{"op":1}`, `null`}).Draw(m.rt, "data")
		cmd.Publish = &protocol.PublishRequest{Channel: channel, Data: []byte(data)}
	case "presence":
		cmd.Presence = &protocol.PresenceRequest{Channel: channel}
	case "presence_stats":
		cmd.PresenceStats = &protocol.PresenceStatsRequest{Channel: channel}
	case "history":
		cmd.History = &protocol.HistoryRequest{Channel: channel, Limit: rapid.Int32Range(-2, 5).Draw(m.rt, "limit"), Reverse: rapid.Bool().Draw(m.rt, "reverse")}
	case "rpc":
		cmd.RPC = &protocol.RPCRequest{
			Method: rapid.SampledFrom([]string{"hotlane.time", "hotlane.presence", "none"}).Draw(m.rt, "rpc"),
			Data:   fmt.Appendf(nil, `{"channel":%q}`, channel),
		}
	case "refresh":
		cmd.Refresh = &protocol.RefreshRequest{Token: rapid.SampledFrom([]string{"ann", "expired", "down"}).Draw(m.rt, "token")}
	case "sub_refresh":
		cmd.SubRefresh = &protocol.SubRefreshRequest{Channel: channel, Token: "x"}
	case "ping":
		cmd.Ping = &protocol.PingRequest{}
	case "send":
		cmd.Send = &protocol.SendRequest{Data: []byte(`{}`)}
	}
	if (name == "connect") == m.connected { // out of its place
		m.c.post(cmd)
		if code := m.c.ended(); code != protocol.DisconnectBadRequest.Code {
			m.rt.Fatalf("%s: code %d", name, code)
		}
		return false
	}
	if name == "send" {
		m.c.post(cmd)
		return true
	}
	m.check(name, channel, &cmd, m.c.do(cmd))
	return true
}

func (m *model) check(name, channel string, cmd *protocol.Command, got protocol.Reply) {
	results := 0
	for i, there := range []bool{
		got.Connect != nil, got.Subscribe != nil, got.Unsubscribe != nil, got.Publish != nil, got.Presence != nil, got.PresenceStats != nil,
		got.History != nil, got.RPC != nil, false, got.Refresh != nil, got.SubRefresh != nil, got.Ping != nil,
	} {
		if there {
			results++
			if methodNames[i] != name {
				m.rt.Fatalf("%s is answered like %s", name, methodNames[i])
			}
		}
	}
	if (got.Error == nil) != (results == 1) || results > 1 {
		m.rt.Fatalf("%s: %d results, and the error %v", name, results, got.Error)
	}
	may := true
	switch name {
	case "connect":
		may = cmd.Connect.Token == "ann"
		m.connected = m.connected || got.Error == nil
	case "subscribe":
		may = mayBeIn[channel] && !m.in[channel]
		m.in[channel] = m.in[channel] || got.Error == nil
	case "unsubscribe":
		m.in[channel] = false
	case "publish":
		may = m.in[channel] && channel[:4] == "room" && (cmd.Publish.Data[1] == '"' && string(cmd.Publish.Data) != `{"op":1}`)
	case "presence", "presence_stats":
		may = m.in[channel] && channel[:4] == "room"
	case "history":
		may = m.in[channel]
	case "rpc":
		may = cmd.RPC.Method == "hotlane.time" || cmd.RPC.Method == "hotlane.presence" && m.in[channel] && channel[:4] == "room"
	case "refresh":
		may = cmd.Refresh.Token == "ann"
	case "sub_refresh":
		may = m.in[channel]
	}
	if may != (got.Error == nil) {
		m.rt.Fatalf("%s %q: may: %v, got %v", name, channel, may, got.Error)
	}
}

// FuzzFrames sends any bytes as frames: the server goes on, and whoever sent them gets replies or a code of the protocol.
func FuzzFrames(f *testing.F) {
	f.Add([]byte(`{"id":1,"connect":{"token":"ann"}}`+"\n"+`{"id":2,"subscribe":{"channel":"room:1"}}`), []byte(`{"id":3,"publish":{"channel":"room:1","data":{"op":"12345678:1"}}}`), false)
	f.Add([]byte(`{}`), []byte(`{"id":1,"connect":{}}{"id":2,"rpc":{"method":"hotlane.presence"}}`), false)
	f.Add([]byte("\x07\x08\x01\x22\x03\x0a\x01a"), []byte("\x00"), true)
	r := newRig(f, options{})
	f.Fuzz(func(t *testing.T, first, second []byte, binary bool) {
		c := dial(t, r.url, map[bool]protocol.Codec{true: protocol.Protobuf}[binary])
		for _, p := range [][]byte{first, second} {
			_ = c.write(bytes.ToValidUTF8(p, []byte("?")))
		}
		_ = c.write([]byte("the end, which is no command")) // a bad request in both codecs
		if code := c.ended(); code < 3000 || code > 3999 {
			t.Errorf("code %d", code)
		}
	})
}

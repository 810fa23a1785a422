package server

import (
	"testing"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// both runs a test in both codecs.
func both(t *testing.T, fn func(t *testing.T, codec protocol.Codec)) {
	for _, codec := range []protocol.Codec{protocol.JSON, protocol.Protobuf} {
		t.Run(codec.String(), func(t *testing.T) { fn(t, codec) })
	}
}

func TestConnectSubscribePublish(t *testing.T) {
	r := newRig(t, options{})
	both(t, func(t *testing.T, codec protocol.Codec) {
		ann, bob := dial(t, r.url, codec), dial(t, r.url, codec)
		hello := ann.in("ann")
		if hello.Client == "" || !hello.Pong || hello.Ping != 25 || hello.Expires || hello.Version != "test" {
			t.Errorf("connect: %+v", hello)
		}
		bob.in("bob")
		channel := "room:" + codec.String()
		at := ann.subscribe(channel)
		if at.Epoch == "" || at.Offset != 0 || !at.Recoverable || !at.Positioned {
			t.Errorf("subscribe: %+v", at)
		}
		bob.subscribe(channel)
		if err := ann.publish(channel, op("instance", 1)); err != nil {
			t.Fatal(err)
		}
		if err := ann.publish(channel, op("instance", 1)); err != nil { // again: acknowledged again
			t.Fatal(err)
		}
		if err := ann.publish(channel, op("instance", 2)); err != nil {
			t.Fatal(err)
		}
		for n := range 2 {
			p := bob.push()
			if p.Channel != channel || p.Pub == nil || p.Pub.Offset != uint64(n+1) || string(p.Pub.Data) != op("instance", n+1) ||
				p.Pub.Info == nil || p.Pub.Info.User != "ann" || p.Pub.Info.Client != hello.Client {
				t.Errorf("%d: %+v %+v", n, p, p.Pub)
			}
		}
		late := dial(t, r.url, codec)
		late.in("cat")
		got := late.do(protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: channel, Recover: true, Epoch: at.Epoch, Offset: 1}}).Subscribe
		if got == nil || !got.Recovered || !got.WasRecovering || got.Offset != 2 || len(got.Publications) != 1 || got.Publications[0].Offset != 2 {
			t.Errorf("recovery: %+v", got)
		}
	})
}

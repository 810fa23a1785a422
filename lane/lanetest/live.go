package lanetest

import (
	"context"
	"slices"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime"
	live "github.com/hotlane/hotlane/platform/realtime/server"
)

// SocketPath is where the lane's live channels are reached, as in the program.
const SocketPath = "/connection/websocket"

// openChannels serves the lane's live channels, if it has any.
func (h *Harness) openChannels(auth *identity.Authenticator) (err error) {
	anonymous := false
	if c, ok := h.Lane.(lane.Channels); ok {
		anonymous = slices.ContainsFunc(c.Channels(), func(k realtime.Channel) bool { return k.Anonymous })
	}
	cfg := live.DefaultConfig()
	cfg.Drain = 0
	h.live, err = live.New(cfg, live.Deps{
		Hubs: h.lanes.Hubs(), Anonymous: anonymous, Bus: bus.Memory(), Version: "test", Now: h.Clock.Now, Log: h.log(),
		Token: func(_ context.Context, text string) (identity.Caller, time.Time, error) { return auth.Token(text) },
	})
	return err
}

// cut ends all connections at once.
func (h *Harness) cut() {
	ended, end := context.WithCancel(context.Background())
	end()
	_ = h.live.Drain(ended) // what it says is that it was cut
}

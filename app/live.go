package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/edge"
	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	live "github.com/hotlane/hotlane/platform/realtime/server"
)

// liveDatabase is where the channels of config have their logs.
const liveDatabase = "live"

// channels are the live channels of this process: the lanes' and those of config.
type channels struct {
	*live.Server
	plain *hub.Hub // the channels of config; nil: there are none
	any   bool     // there are some; else their paths are the old backend's
}

// hub makes the live channels of one database.
func (h *house) hub(name string) *hub.Hub {
	return hub.New(name, h.Hub, hub.Deps{
		DB: h.dbs.DB(name), Bus: h.bus, Now: time.Now, Log: h.log, Metrics: h.telemetry.Registry(), Node: h.node,
	})
}

// openChannels makes the server of all channels that this process serves.
func (h *house) openChannels() (err error) {
	hubs := h.lanes.Hubs()
	if len(h.Live.Channels) > 0 {
		h.live.plain = h.hub(liveDatabase)
		if err := h.live.plain.Register(live.Plain(h.Live.Channels, h.identity.Subscription)...); err != nil {
			return err
		}
		hubs = append(hubs, h.live.plain)
	}
	h.live.any = len(hubs) > 0
	h.live.Server, err = live.New(h.Live, live.Deps{
		Hubs: hubs, Token: h.token, Revoke: h.revoke, Look: h.identity.Look, Anonymous: h.anonymous(), Bus: h.bus, Node: h.node,
		Version: Version(), Now: time.Now, Log: h.log, Metrics: h.telemetry.Registry(), Client: client,
	})
	return err
}

// busConfig is what nodes tell each other by: the cache's Redis, unless there is one for it.
func (h *house) busConfig() bus.Config {
	c := h.Bus
	if c.Redis == "" {
		c.Redis = h.Cache.Redis
	}
	return c
}

// anonymous says whether some channel lets in who shows no token.
func (h *house) anonymous() bool {
	for _, c := range h.Live.Channels {
		if c.Anonymous {
			return true
		}
	}
	for _, one := range h.lanes.Served() {
		if c, ok := one.(lane.Channels); ok && slices.ContainsFunc(c.Channels(), func(k realtime.Channel) bool { return k.Anonymous }) {
			return true
		}
	}
	return false
}

// token is whose a connection's token is, and until when.
func (h *house) token(_ context.Context, text string) (identity.Caller, time.Time, error) {
	return h.identity.Token(text)
}

// revoke has the tokens refused that a user got until now.
func (h *house) revoke(ctx context.Context, user string) error {
	return h.identity.Revoke(ctx, user, time.Now())
}

// migrateChannels makes the tables of the channels of config.
func (h *house) migrateChannels(ctx context.Context) error {
	if h.live.plain == nil {
		return nil
	}
	if err := h.live.plain.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate database %s: %w", liveDatabase, err)
	}
	return nil
}

// runChannels works until the context ends, and returns when all has ended.
func (s *server) runChannels(ctx context.Context) error {
	defer s.identity.Revoked(s.live.Revoked)()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return canceledIsFine(s.bus.Run(ctx)) })
	group.Go(func() error { return s.lanes.RunHubs(ctx) })
	if s.live.plain != nil {
		group.Go(func() error { return canceledIsFine(s.live.plain.Run(ctx)) })
	}
	group.Go(func() error { return canceledIsFine(s.live.Run(ctx)) })
	return group.Wait()
}

// drainChannels takes no more connections, tells the clients to come back when what they sent has been answered, and then refuses what
// else would be written.
func (s *server) drainChannels(ctx context.Context) error {
	told := s.live.Drain(ctx)
	var both errgroup.Group
	both.Go(func() error { return s.lanes.DrainHubs(ctx) })
	if s.live.plain != nil {
		both.Go(func() error { return s.live.plain.Drain(ctx) })
	}
	return errors.Join(told, both.Wait())
}

// socket is where live channels are reached. It is not behind the door: a connection outlives its request by hours.
func (s *server) socket() []edge.Local {
	if !s.live.any {
		return nil
	}
	return []edge.Local{{Pattern: "GET " + s.Live.Path, Handler: s.live.Handler()}}
}

// liveRoutes are the endpoints by which the app's backend pushes to its users, and operators look at who is connected.
func (s *server) liveRoutes() []lane.Route {
	if !s.live.any {
		return nil
	}
	var all []lane.Route
	for _, r := range s.live.Admin() {
		one := lane.Route{Pattern: r.Pattern, Summary: r.Summary, Access: r.Access, Handler: r.Handler}
		if r.Write {
			one.Effect = lane.Write
		}
		all = append(all, one)
	}
	return all
}

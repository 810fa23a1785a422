package server

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// drainStep is how often some are told while draining.
const drainStep = 50 * time.Millisecond

// Drain takes no more connections, tells all clients to come back (3001), spread over Config.Drain, each after it got the
// acknowledgements of all it sent, and returns when they are gone. When ctx ends it cuts the rest, and returns its error. The hubs must
// go on meanwhile: they are drained afterwards.
func (s *Server) Drain(ctx context.Context) error {
	s.draining.Store(true)
	defer s.end()
	all := s.sessions()
	rand.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	steps := max(1, int(window(ctx, s.cfg.Drain)/drainStep))
	tick := time.NewTicker(drainStep)
	defer tick.Stop()
	for step := range steps {
		for _, c := range all[len(all)*step/steps : len(all)*(step+1)/steps] {
			c.leave(protocol.DisconnectShutdown)
		}
		if len(all) == 0 {
			break
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	return s.sockets.Shutdown(ctx)
}

// window is the time over which clients are told: no more than most of what there is.
func window(ctx context.Context, most time.Duration) time.Duration {
	by, ok := ctx.Deadline()
	if !ok {
		return most
	}
	return min(most, time.Until(by)*3/4)
}

// sessions are all there are now.
func (s *Server) sessions() []*session {
	var all []*session
	s.each(func(c *session) { all = append(all, c) })
	return all
}

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
	"github.com/hotlane/hotlane/test/liveclient"
)

// audit holds what was acknowledged against what the readers were shown, and then, behind a kill -9 while all write, against the logs.
func (h *hall) audit(ctx context.Context, s *rig.Server) (lost, doubled, acked int, err error) {
	sum := func() (got, sent int) {
		for _, r := range h.readers {
			got += r.got
		}
		for _, a := range h.authors {
			sent += a.sent
		}
		return got, sent
	}
	err = h.until(ctx, 10*time.Second, func() bool { got, sent := sum(); return got >= sent })
	got, sent := sum()
	if err != nil {
		lost = sent - got
	}
	for _, r := range h.readers {
		doubled += r.bad
	}
	if err := h.writeUntilKilled(ctx, s); err != nil {
		return 0, 0, 0, err
	}
	again, err := s.Again(ctx)
	if err != nil {
		return 0, 0, 0, err
	}
	defer again.Stop()
	highest := map[string]int{}
	for i := range durableChannels {
		if err := tail(ctx, again.URL, fmt.Sprintf("plain:d%d", i), highest); err != nil {
			return 0, 0, 0, err
		}
	}
	for _, a := range h.authors {
		acked += a.acked
		lost += max(a.acked-highest[a.name], 0)
	}
	return lost, doubled, acked, nil
}

// writeUntilKilled has all write, and kills the server under it.
func (h *hall) writeUntilKilled(ctx context.Context, s *rig.Server) error {
	gone := 0
	for _, w := range h.wires {
		w.ended = func(*wire, error) { gone++ }
	}
	all := len(h.wires)
	kill := time.AfterFunc(500*time.Millisecond, func() { _ = s.Kill() })
	defer kill.Stop()
	return h.until(ctx, 20*time.Second, func() bool {
		for _, a := range h.authors {
			if a.fd >= 0 && a.sent == a.acked {
				a.sent++
				a.due[a.sent%underWay] = time.Now()
				a.publish(&a.rooms[0], operation(a.name, a.sent))
			}
		}
		return gone == all
	})
}

// tail reads the newest of a log, and notes the highest counter of each writer.
func tail(ctx context.Context, url, channel string, highest map[string]int) error {
	c, err := liveclient.Dial(ctx, "ws"+url[len("http"):]+path, liveclient.Options{Once: true})
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Subscribe(ctx, channel, liveclient.SubOptions{}); err != nil {
		return err
	}
	r, err := c.History(ctx, protocol.HistoryRequest{Channel: channel, Limit: 500, Reverse: true})
	if err != nil {
		return err
	}
	for _, p := range r.Publications {
		name, n := opOf(p.Data)
		highest[name] = max(highest[name], n)
	}
	return nil
}

package hub

import (
	"context"
	"errors"
	"slices"

	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

const historyMost = 1000 // entries of one answer

var errAgain = errors.New("live: ask again")

// History is Membership.History for who is not in.
func (h *Hub) History(ctx context.Context, name string, since *realtime.Position, limit int, reverse bool) ([]realtime.Entry, realtime.Position, error) {
	if limit < 0 || limit > historyMost {
		limit = historyMost
	}
	var (
		log     stream.Head
		entries []realtime.Entry
		whole   bool
		again   = h.others()
		look    func(c *channel) error
	)
	look = func(c *channel) error {
		switch log = c.log; {
		case since == nil:
		case since.Epoch == log.Epoch && since.Offset > log.Offset && again: // another node told it more than this one has heard of
			again = false
			c.fill()
			return errAgain
		case since.Epoch != log.Epoch || since.Offset > log.Offset && !reverse:
			return ErrUnrecoverable
		}
		entries, whole = c.remembered(since, limit, reverse)
		return nil
	}
	err := h.with(ctx, name, look)
	if errors.Is(err, errAgain) {
		err = h.with(ctx, name, look)
	}
	if err != nil || whole {
		return entries, log.Position, err
	}
	err = h.read(ctx, func(ctx context.Context) (err error) {
		entries, err = stream.History(ctx, h.db, log, stream.Range{Since: since, Limit: limit, Reverse: reverse})
		return err
	})
	if errors.Is(err, stream.ErrForgotten) {
		err = ErrUnrecoverable
	}
	entries = slices.DeleteFunc(entries, func(e realtime.Entry) bool { return e.Offset > log.Offset })
	return entries, log.Position, err
}

// remembered is what the window has of it. mu is held.
func (c *channel) remembered(since *realtime.Position, limit int, reverse bool) (entries []realtime.Entry, whole bool) {
	if limit == 0 {
		return nil, true
	}
	if !reverse && since == nil {
		since = &realtime.Position{Offset: c.log.Floor}
	}
	if !reverse {
		entries, whole = c.window.after(since.Offset, c.log.Offset)
		return entries[:min(limit, len(entries))], whole
	}
	have := c.window.entries()
	if since != nil {
		for len(have) > 0 && have[len(have)-1].Offset >= since.Offset {
			have = have[:len(have)-1]
		}
	}
	first := c.log.Floor == 0 && len(have) > 0 && have[0].Offset == 1
	if len(have) < limit && !first {
		return nil, false
	}
	have = slices.Clone(have[max(0, len(have)-limit):])
	slices.Reverse(have)
	return have, true
}

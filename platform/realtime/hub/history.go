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
		from    uint64
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
		if from = c.withheld(); from > 0 && !reverse {
			switch {
			case since == nil:
				since = &realtime.Position{Epoch: log.Epoch, Offset: from - 1}
			case since.Offset+1 < from:
				return ErrUnrecoverable
			}
		}
		entries, whole = c.remembered(since, limit, reverse)
		entries = told(entries, from)
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
	return told(entries, from), log.Position, err
}

// withheld is the offset before which entries are not told again; 0: all are. mu is held, and the room is there.
func (c *channel) withheld() (from uint64) {
	room, ok := c.room.(realtime.Withholder)
	if !ok {
		return 0
	}
	if err := c.ask(func() { from = room.Since() }); err != nil {
		return c.log.Offset + 1 // the room is made anew
	}
	if c.opened > 0 {
		from = max(from, c.opened+1)
	}
	return min(from, c.log.Offset+1)
}

// told is the part of entries, in either order, that may be told again. It does not change them.
func told(entries []realtime.Entry, from uint64) []realtime.Entry {
	for len(entries) > 0 && entries[0].Offset < from {
		entries = entries[1:]
	}
	for len(entries) > 0 && entries[len(entries)-1].Offset < from {
		entries = entries[:len(entries)-1]
	}
	return entries
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

package hub

import (
	"context"
	"errors"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// install takes over what was read. Members get what they miss, or begin anew. mu is held, and busy.
func (c *channel) install(l loaded) {
	before := c.log
	same := before.ID == l.log.ID && before.Epoch == l.log.Epoch && before.Offset <= l.log.Offset && !l.gap
	var missed []realtime.Entry
	switch {
	case same:
		missed = behind(l.entries, before.Offset)
	case before.ID != 0:
		c.hub.log.Warn("live: the log is another than it was: all begin anew", "channel", c.name,
			"epoch", l.log.Epoch, "offset", l.log.Offset, "epoch_before", before.Epoch, "offset_before", before.Offset)
		u := protocol.UnsubscribeInsufficientState
		c.bye(u.Code, u.Reason)
		fallthrough
	default:
		c.unremember()
		c.remember(l.entries)
	}
	c.room, c.writers, c.log = l.room, l.writers, l.log
	c.opened = l.log.CheckpointAt
	c.keep.kept(l.log.CheckpointAt, c.hub.cfg.Checkpoint)
	c.keep.listed = 0 // it may be another log
	c.at = max(c.at, l.writers.At())
	if same {
		c.log.Offset = before.Offset
		c.deliver(missed)
	}
	c.hub.metrics.opened.Inc()
}

// behind is the part of consecutive entries that lies behind an offset.
func behind(entries []realtime.Entry, offset uint64) []realtime.Entry {
	for len(entries) > 0 && entries[0].Offset <= offset {
		entries = entries[min(uint64(len(entries)), offset-entries[0].Offset+1):]
	}
	return entries
}

// failed tells all who wait that the room is not to be had. Members stay, unless it is gone for good: the next check tries again. mu is
// held, and busy.
func (c *channel) failed(err error) {
	c.drop()
	tasks := c.tasks
	c.tasks = nil
	for _, t := range tasks {
		t(err)
	}
	c.refuse(c.take(len(c.queue)), err)
	switch gone := forGood(err); {
	case gone:
		u := protocol.UnsubscribeServer
		c.bye(u.Code, "the channel has ended")
		c.close()
	case len(c.seats) == 0:
		c.close()
	default:
		c.hub.cannotOpen.Warn(c.hub.log, c.hub.now(), "live: a channel cannot be opened: its members wait", "channel", c.name, "error", err.Error())
	}
}

// forGood says that trying again would not help.
func forGood(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	switch fault.From(err).Kind {
	case fault.Internal, fault.Unavailable, fault.Timeout, fault.BadGateway, fault.Limited:
		return false
	}
	return true
}

package hub

import (
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// What clients are told.
var (
	ErrUnknownChannel = fault.New(fault.NotFound, "live.unknown_channel", "There is no such channel.")
	ErrFull           = fault.New(fault.Limited, "live.full", "As many are in this channel as can be.").After(10 * time.Second)
	ErrMayNotPublish  = fault.New(fault.Forbidden, "live.may_not_publish", "This subscription may not publish.")
	ErrMayNotSee      = fault.New(fault.Forbidden, "live.may_not_see", "This subscription may not see who is in.")
	ErrNoEphemeral    = fault.New(fault.Invalid, "live.op_missing", "This channel takes nothing beside its log.").
				With(fault.Field{Pointer: "/op", Rule: `must be "<instance>:<counter>"`})
	ErrData          = fault.New(fault.Invalid, "live.data", "A message must be a JSON object.")
	ErrBusy          = fault.New(fault.Unavailable, "live.busy", "Too much is waiting.").After(time.Second)           // temporary
	ErrDraining      = fault.New(fault.Unavailable, "live.draining", "This instance is stopping.").After(time.Second) // temporary
	ErrUnrecoverable = fault.New(fault.Gone, "live.unrecoverable", "The log does not have this position any more.")
	ErrEnded         = fault.New(fault.Gone, "live.ended", "The subscription has ended.")
	ErrRoom          = fault.New(fault.Internal, "live.room", "Something went wrong on our side.")
)

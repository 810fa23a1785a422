package stream

import "github.com/hotlane/hotlane/platform/fault"

var (
	// ErrGone is the answer where a channel was forgotten, or begins anew under another ID.
	ErrGone = fault.New(fault.Gone, "live.gone", "The channel has ended.")
	// ErrForgotten is the answer where entries are asked for that are behind the floor.
	ErrForgotten = fault.New(fault.Gone, "live.forgotten", "The log does not go back so far.")
	// ErrCorrupt is a body that is not what was written. It is ours: its text never leaves.
	ErrCorrupt = fault.New(fault.Internal, "live.corrupt", "The log is damaged.")
	// ErrOpTooOld is what an operation gets that is so far behind others of its instance that nobody knows whether it was done.
	ErrOpTooOld = fault.New(fault.Conflict, "live.op_too_old", "The operation is too old to know whether it was done.")
)

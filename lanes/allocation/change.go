package allocation

import "github.com/hotlane/hotlane/platform/fault"

// Refusals of changes.
var (
	ErrNotFound = fault.New(fault.NotFound, "allocation.not_found", "There is no such thing.")
	ErrExists   = fault.New(fault.Conflict, "allocation.exists", "A thing of this kind and id is there already.")
	ErrKilled   = fault.New(fault.Conflict, "allocation.killed", "It was killed, and stays so.")
	ErrSource   = fault.New(fault.Conflict, "allocation.from_source", "It comes from an old database and is changed there.")
	ErrStale    = fault.New(fault.Conflict, "allocation.changed", "It was changed by someone else at the same time; nothing was changed now.")
	ErrParent   = fault.New(fault.Invalid, "allocation.parent", "It refers to a thing that is not there.")
)

// Action is what a change does, as the audit log says it.
type Action string

const (
	Create Action = "create" // must not be there
	Update Action = "update" // must be there
	Upsert Action = "upsert" // either; nothing happens where nothing differs
)

// Change is one thing to be written.
type Change struct {
	Action Action
	Row    Row // with a revision above 0: only if that is still the stored one's
	Line   int // of an import, for messages; 0: none

	KeepStatus bool // the row names none: what is stored stays as it is
}

// AuditEntry is who changed what, when, from what to what.
type AuditEntry struct {
	Seq    int64   `json:"seq"`
	At     int64   `json:"at_ms" doc:"unix milliseconds"`
	Actor  string  `json:"actor"`
	Action string  `json:"action"`
	Kind   Kind    `json:"kind"`
	ID     string  `json:"id"`
	Before RawJSON `json:"before,omitempty"`
	After  RawJSON `json:"after,omitempty"`
}

// Filter narrows a list of things.
type Filter struct {
	Kind   Kind
	Parent string
	Status Status
	Source string
	After  string // id after which the page starts
	Limit  int
}

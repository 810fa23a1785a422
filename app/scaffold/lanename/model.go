package lanename

import (
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// Note is a text that somebody wrote.
type Note struct {
	ID      int64     `json:"id"`
	Owner   string    `json:"owner" doc:"who wrote it"`
	Text    string    `json:"text"`
	Written time.Time `json:"written"`
	Edited  time.Time `json:"edited,omitzero" doc:"when it was last changed; not there: never"`
}

// Refusals of the lane, beside those of its types' tags.
var (
	ErrNotFound = fault.New(fault.NotFound, "lanename.not_found", "There is no such note.")
	ErrNotYours = fault.New(fault.Forbidden, "lanename.not_yours", "Somebody else wrote this note.")
	ErrTooMany  = fault.New(fault.Conflict, "lanename.too_many", "You keep as many notes as one person may; delete one first.")
	ErrInvalid  = fault.New(fault.Invalid, "lanename.invalid", "The note breaks a rule.")
)

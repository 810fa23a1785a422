package waitlist

import (
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// What the lane refuses, and why.
var (
	ErrNoList       = fault.New(fault.NotFound, "waitlist.no_list", "There is no such list.")
	ErrNoSignup     = fault.New(fault.NotFound, "waitlist.no_signup", "There is no such sign-up.")
	ErrNoWave       = fault.New(fault.NotFound, "waitlist.no_wave", "There is no such wave.")
	ErrClosed       = fault.New(fault.Conflict, "waitlist.closed", "The list is closed.")
	ErrFull         = fault.New(fault.Conflict, "waitlist.full", "The list is full.")
	ErrInvalid      = fault.New(fault.Invalid, "waitlist.invalid", "Some of what was sent breaks a rule.")
	ErrToken        = fault.New(fault.NotFound, "waitlist.token", "The link is not one of ours, or not whole.")
	ErrTokenEnded   = fault.New(fault.Gone, "waitlist.token_ended", "The link has ended: sign up again to get a new one.")
	ErrGone         = fault.New(fault.Gone, "waitlist.gone", "The sign-up is not there any more.")
	ErrTooMany      = fault.New(fault.Limited, "waitlist.too_many", "Too many sign-ups: come back in a while.").After(time.Second)
	ErrListExists   = fault.New(fault.Conflict, "waitlist.list_exists", "There is a list of this name.")
	ErrListUsed     = fault.New(fault.Conflict, "waitlist.list_used", "People are on the list: close it, or erase them first.")
	ErrTooManyLists = fault.New(fault.Conflict, "waitlist.too_many_lists", "There are as many lists as there may be.")
	ErrWaveDiffers  = fault.New(fault.Conflict, "waitlist.wave_differs", "There is a wave of this name with another count.")
	ErrConfirmed    = fault.New(fault.Conflict, "waitlist.confirmed", "The address is confirmed already, or has left.")
	ErrForm         = fault.New(fault.Unsupported, "waitlist.form", "Send application/x-www-form-urlencoded.")
	ErrFormat       = fault.New(fault.Invalid, "waitlist.format", "There is no such format.").With(fault.Field{Pointer: "query:format", Rule: "must be csv or ndjson"})
	ErrExports      = fault.New(fault.Limited, "waitlist.exports", "As many exports run as may at a time.").After(30 * time.Second)
	ErrNotReady     = fault.New(fault.Unavailable, "waitlist.not_ready", "The lane has not started.").After(time.Second)
)

package fetch

import (
	"context"
	"errors"
	"net"

	"github.com/hotlane/hotlane/platform/fault"
)

// What is refused, and what went wrong. A redirect that breaks a rule is ErrRedirects and the rule's own error.
var (
	ErrURL       = fault.New(fault.Invalid, "fetch.url", "The URL cannot be asked.")
	ErrHost      = fault.New(fault.BadGateway, "fetch.host", "This host may not be asked.")
	ErrPrivate   = fault.New(fault.BadGateway, "fetch.private", "The address is not a public one.")
	ErrTooLarge  = fault.New(fault.BadGateway, "fetch.too_large", "The upstream's answer is too large.")
	ErrRedirects = fault.New(fault.BadGateway, "fetch.redirects", "The upstream redirects to where nobody may follow.")
	ErrUpstream  = fault.New(fault.BadGateway, "fetch.upstream", "The upstream cannot be reached, or does not speak HTTP.")
	ErrTimeout   = fault.New(fault.Timeout, "fetch.timeout", "The upstream took too long.")
	ErrBusy      = fault.New(fault.Unavailable, "fetch.busy", "Too many calls to the upstream are under way.")
	ErrOpen      = fault.New(fault.Unavailable, "fetch.open", "The upstream failed again and again and is left alone for a while.")
)

// blame turns what a call ended with into whose fault it is. What the caller gave up is the caller's context's own error, which is
// why it is looked at first; our own time-outs are causes of the context below it.
func blame(caller, call context.Context, err error) error {
	var ours *fault.Error
	switch {
	case errors.As(err, &ours):
		return err
	case caller.Err() != nil:
		return context.Cause(caller)
	case call.Err() != nil:
		return context.Cause(call)
	}
	var slow net.Error
	if errors.As(err, &slow) && slow.Timeout() {
		return ErrTimeout.Because(err)
	}
	return ErrUpstream.Because(err)
}

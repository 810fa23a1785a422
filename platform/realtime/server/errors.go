package server

import (
	"errors"
	"strings"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// What this package itself refuses. What a client is told of a refusal is its code and text; see told.
var (
	errAnonymous     = fault.New(fault.Forbidden, "live.anonymous", "Who shows no token may not be in this channel.")
	errSubscribed    = fault.New(fault.Conflict, "live.subscribed", "The connection is in this channel already.")
	errNotSubscribed = fault.New(fault.Forbidden, "live.not_subscribed", "The connection is not in this channel.")
	errSubscriptions = fault.New(fault.TooLarge, "live.subscriptions", "The connection is in as many channels as it may be.")
	errPending       = fault.New(fault.Limited, "live.pending", "Too many operations wait for their acknowledgement.")
	errRate          = fault.New(fault.Limited, "live.rate", "Too many commands.")
	errKind          = fault.New(fault.Unsupported, "live.kind", "Only channels that are streams are here, without filters.")
	errMethod        = fault.New(fault.NotFound, "live.method", "There is no such method.")
	errParams        = fault.New(fault.Malformed, "live.params", "The method cannot read its data.")
	errFull          = fault.New(fault.Unavailable, "live.connections", "This process has as many connections as it may.")
	errNetwork       = fault.New(fault.Limited, "live.network", "This network address has as many connections as it may.")
)

// byKind is the one table from kinds of faults to the protocol's errors. From 400 on are codes that the protocol leaves to
// applications: there they are the status that HTTP would have.
var byKind = map[fault.Kind]*protocol.Error{
	fault.Internal:     protocol.ErrorInternal,
	fault.Malformed:    protocol.ErrorBadRequest,
	fault.Unauthorized: protocol.ErrorUnauthorized,
	fault.Forbidden:    protocol.ErrorPermissionDenied,
	fault.NotFound:     protocol.ErrorUnknownChannel,
	fault.NotAllowed:   protocol.ErrorMethodNotFound,
	fault.Conflict:     {Code: 409},
	fault.Gone:         {Code: 410},
	fault.TooLarge:     protocol.ErrorLimitExceeded,
	fault.Unsupported:  protocol.ErrorNotAvailable,
	fault.Invalid:      {Code: 422},
	fault.Limited:      protocol.ErrorTooManyRequests,
	fault.BadGateway:   protocol.ErrorInternal,
	fault.Unavailable:  protocol.ErrorInternal, // temporary: tried again
	fault.Timeout:      protocol.ErrorInternal,
}

// byCode are the faults that the protocol has an error of its own for.
var byCode = map[string]*protocol.Error{
	errSubscribed.Code:        protocol.ErrorAlreadySubscribed,
	errMethod.Code:            protocol.ErrorMethodNotFound,
	hub.ErrUnrecoverable.Code: protocol.ErrorUnrecoverablePosition,
	"identity.token_expired":  protocol.ErrorTokenExpired,

	realtime.ErrTokenExpired.Code: protocol.ErrorTokenExpired,
}

// told is what a client is told of an error: the protocol's code, and as the message the fault's own code and text with the fields and
// rules it names: "papers.closed: The paper is closed.". What went wrong on our side is not told.
func told(err error) *protocol.Error {
	f := fault.From(err)
	base := byCode[f.Code]
	if base == nil {
		base = byKind[f.Kind]
	}
	if base == nil {
		base = protocol.ErrorInternal
	}
	var text strings.Builder
	text.WriteString(f.Code + ": " + f.Text)
	for _, field := range f.Fields {
		text.WriteString("; " + field.Pointer + " " + field.Rule)
	}
	return &protocol.Error{Code: base.Code, Message: text.String(), Temporary: base.Temporary}
}

// errOver ends the reading of commands that came behind the end of their connection.
var errOver = errors.New("the connection has ended")

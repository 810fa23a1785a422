package protocol

import "strconv"

// Error is why a command failed. Codes below 400 are the protocol's; an application's own are 400 to 1999.
type Error struct {
	Code      uint32
	Message   string
	Temporary bool // SDKs try a connect, subscribe or refresh again by themselves
}

func (e *Error) Error() string { return strconv.FormatUint(uint64(e.Code), 10) + ": " + e.Message }

// The protocol's errors, as https://centrifugal.dev/docs/server/codes has them. They are shared: nobody changes them.
var (
	ErrorInternal              = &Error{Code: 100, Message: "internal server error", Temporary: true}
	ErrorUnauthorized          = &Error{Code: 101, Message: "unauthorized"}
	ErrorUnknownChannel        = &Error{Code: 102, Message: "unknown channel"}
	ErrorPermissionDenied      = &Error{Code: 103, Message: "permission denied"}
	ErrorMethodNotFound        = &Error{Code: 104, Message: "method not found"}
	ErrorAlreadySubscribed     = &Error{Code: 105, Message: "already subscribed"}
	ErrorLimitExceeded         = &Error{Code: 106, Message: "limit exceeded"}
	ErrorBadRequest            = &Error{Code: 107, Message: "bad request"}
	ErrorNotAvailable          = &Error{Code: 108, Message: "not available"}
	ErrorTokenExpired          = &Error{Code: 109, Message: "token expired"} // SDKs get a new token and try again
	ErrorExpired               = &Error{Code: 110, Message: "expired"}
	ErrorTooManyRequests       = &Error{Code: 111, Message: "too many requests", Temporary: true}
	ErrorUnrecoverablePosition = &Error{Code: 112, Message: "unrecoverable position"}
)

// Disconnect is the code and the reason of a close frame. SDKs come back by themselves after 3000–3499 and 4000–4499, and stay away
// after 3500–3999 and 4500–4999. 3000–3999 are the protocol's, 4000–4999 an application's own.
type Disconnect struct {
	Code   uint32
	Reason string // ASCII, at most 32 bytes
}

// Reconnects tells whether SDKs come back after it.
func (d Disconnect) Reconnects() bool {
	return d.Code < 3500 || d.Code >= 4000 && d.Code < 4500 || d.Code >= 5000
}

func (d Disconnect) Error() string { return strconv.FormatUint(uint64(d.Code), 10) + ": " + d.Reason }

// The protocol's disconnects. SDKs come back after the first group.
var (
	DisconnectConnectionClosed  = Disconnect{3000, "connection closed"}
	DisconnectShutdown          = Disconnect{3001, "shutdown"}
	DisconnectServerError       = Disconnect{3004, "internal server error"}
	DisconnectExpired           = Disconnect{3005, "connection expired"}
	DisconnectSubExpired        = Disconnect{3006, "subscription expired"}
	DisconnectSlow              = Disconnect{3008, "slow"}
	DisconnectWriteError        = Disconnect{3009, "write error"}
	DisconnectInsufficientState = Disconnect{3010, "insufficient state"}
	DisconnectForceReconnect    = Disconnect{3011, "force reconnect"}
	DisconnectNoPong            = Disconnect{3012, "no pong"}
	DisconnectTooManyRequests   = Disconnect{3013, "too many requests"}

	DisconnectInvalidToken          = Disconnect{3500, "invalid token"}
	DisconnectBadRequest            = Disconnect{3501, "bad request"}
	DisconnectStale                 = Disconnect{3502, "stale"}
	DisconnectForceNoReconnect      = Disconnect{3503, "force disconnect"}
	DisconnectConnectionLimit       = Disconnect{3504, "connection limit"}
	DisconnectChannelLimit          = Disconnect{3505, "channel limit"}
	DisconnectInappropriateProtocol = Disconnect{3506, "inappropriate protocol"}
	DisconnectPermissionDenied      = Disconnect{3507, "permission denied"}
	DisconnectNotAvailable          = Disconnect{3508, "not available"}
	DisconnectTooManyErrors         = Disconnect{3509, "too many errors"}
)

// Unsubscribe is why a subscription ended. SDKs subscribe again by themselves after 2500 and above, with recovery if they can.
type Unsubscribe struct {
	Code   uint32
	Reason string
}

// Resubscribes tells whether SDKs subscribe again after it.
func (u Unsubscribe) Resubscribes() bool { return u.Code >= 2500 }

// The protocol's unsubscribes.
var (
	UnsubscribeServer            = Unsubscribe{2000, "server unsubscribe"}
	UnsubscribeInsufficientState = Unsubscribe{2500, "insufficient state"}
	UnsubscribeExpired           = Unsubscribe{2501, "subscription expired"}
)

package realtime

import "github.com/hotlane/hotlane/platform/fault"

// ErrTokenExpired is what a room's Allow says of a token that was good once: clients ask for another and try again.
var ErrTokenExpired = fault.New(fault.Unauthorized, "live.token_expired", "The token of the subscription has expired.")

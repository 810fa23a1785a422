package httpio

import "github.com/hotlane/hotlane/platform/fault"

// What a request can be refused with before its endpoint sees it.
var (
	errMalformed = fault.New(fault.Malformed, "request.malformed", "The body is not valid JSON.")
	errBroken    = fault.New(fault.Malformed, "request.incomplete", "The body ended early or did not come in time.")
	errInvalid   = fault.New(fault.Invalid, "request.invalid", "The request breaks a rule.")
	errMediaType = fault.New(fault.Unsupported, "request.media_type", "The body must be application/json.")
)

// maxFields is how many broken rules one answer lists.
const maxFields = 20

func tooLarge(limit int64) *fault.Error {
	return fault.New(fault.TooLarge, "request.too_large", "The body is larger than %d bytes.", limit)
}

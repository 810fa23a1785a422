package protocol

import "errors"

// Codec is one of the two wire forms. The zero Codec is JSON.
type Codec uint8

const (
	JSON     Codec = iota // text frames
	Protobuf              // binary frames
)

const (
	// MaxMessages is how many commands or replies a frame may hold. An SDK that comes back sends all its subscriptions in one.
	MaxMessages = 1024
	// MaxDepth is how deep arrays and objects may be nested, a command's own two or three levels counted.
	MaxDepth = 64
)

// Refusals of Decode. What is returned wraps one of them and says where. A server closes with [DisconnectBadRequest].
var (
	ErrTooLarge  = errors.New("frame is too large")
	ErrTooMany   = errors.New("frame has too many messages")
	ErrMalformed = errors.New("frame is malformed")
)

func (c Codec) String() string {
	if c == Protobuf {
		return "protobuf"
	}
	return "json"
}

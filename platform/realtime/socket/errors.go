package socket

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/hotlane/hotlane/platform/fault"
)

// Refusals of handshakes.
var (
	// ErrHandshake is what a request gets that asks for no WebSocket, or not as it must; the field says the rule.
	ErrHandshake = fault.New(fault.Malformed, "socket.handshake", "The request is not a WebSocket handshake.")
	// ErrOrigin is what a page of a foreign origin gets.
	ErrOrigin = fault.New(fault.Forbidden, "socket.origin", "Pages of this origin may not connect.")
	// ErrClosing is what a handshake gets while the process ends.
	ErrClosing = fault.New(fault.Unavailable, "socket.closing", "The service is restarting.")
)

// Reasons for the end of a connection, beside a CloseError, a PanicError and the network's.
var (
	// ErrSlow is the end of a client that took nothing for the whole write timeout.
	ErrSlow = errors.New("socket: the client takes nothing")
	// ErrCut is the end of a connection that was cut by its own side.
	ErrCut = errors.New("socket: cut")
)

// CloseError is an end by close frames.
type CloseError struct {
	Code   int // as sent; 1005: none was
	Reason string
	Remote bool // the client began
}

func (e *CloseError) Error() string {
	by := "server"
	if e.Remote {
		by = "client"
	}
	return "socket: closed by the " + by + ": " + strconv.Itoa(e.Code) + " " + e.Reason
}

// PanicError is the end of a connection whose handler panicked.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("socket: the handler panicked: %v", e.Value) }

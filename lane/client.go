package lane

import (
	"context"
	"net/netip"
)

// ClientKey is what the door's context answers with the address of whoever asks.
type ClientKey struct{}

// Client is the address that a request came from: the one that the last trusted proxy saw, or the peer. The zero address stands for
// all that are unknown. It is for limits, not for trust.
func Client(ctx context.Context) netip.Addr {
	addr, _ := ctx.Value(ClientKey{}).(netip.Addr)
	return addr
}

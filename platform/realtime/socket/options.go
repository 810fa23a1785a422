package socket

import "time"

// Options are the same for all connections of a Group.
type Options struct {
	Protocols    []string      // subprotocols that are spoken; the first that a client offers is taken
	Origins      []string      // pages that may connect: "https://app.example", "https://*.app.example" or "*"; empty: the same host
	MaxMessage   int           // bytes of a message, inflated; 0: 64 KiB
	Queue        int           // bytes that may wait for one connection; 0: 1 MiB
	WriteTimeout time.Duration // how long one write may take, and the client's answer to a close; 0: 10 s
	Coalesce     time.Duration // the least time between two writes, but for Flush; negative: none, 0: 20 ms; under load up to 100 ms
	Compress     bool          // negotiate permessage-deflate, without context takeover
}

func (o Options) withDefaults() Options {
	if o.MaxMessage == 0 {
		o.MaxMessage = 64 << 10
	}
	if o.Queue == 0 {
		o.Queue = 1 << 20
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = 10 * time.Second
	}
	if o.Coalesce == 0 {
		o.Coalesce = 20 * time.Millisecond
	}
	return o
}

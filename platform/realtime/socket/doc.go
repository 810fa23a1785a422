// Package socket serves WebSocket connections (RFC 6455, permessage-deflate of RFC 7692) that are many, idle most of the time, and
// written to often.
//
// It owns a connection from its upgrade until its end: the handshake, the frames that are read, the bounded queue of what is to be
// written, the goroutines of both, and the closing. What messages mean is the [Handler]'s.
//
// It refuses handshakes that are none, from foreign pages or over HTTP/2, frames that break the RFC, messages over their limit
// (compressed ones: as they are when inflated), and what does not fit into the queue of a connection that does not take it.
//
// It guarantees:
//   - A handler gets whole messages, one at a time, and text only if it is UTF-8; after the last one it is told once why the
//     connection ended.
//   - What Send took goes out in its order, many messages in one frame and one write, or the connection ends.
//   - A connection that takes nothing holds up no other one, and costs its queue and one goroutine at most.
package socket

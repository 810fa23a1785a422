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
//   - A connection that takes nothing holds up no other one, and costs its queue and one goroutine at most. What is for it and does not
//     fit is refused to whoever sends it; nothing is left out silently.
//
// # Reading
//
// While a connection is idle, a goroutine waits in the poller for its descriptor: without a buffer, which is taken from a pool when
// bytes are there, and with the smallest stack that there is. It hands the bytes to a worker and ends; when the worker is done, a
// new one waits. That is for the stack: a goroutine that handles messages itself needs 4 KiB or more once, and a parked one's stack
// never shrinks below 4 KiB again. Measured with 2,000 connections (TestAnIdleConnectionIsSmall), bytes a connection after messages:
//
//	                          stack   heap   CPU of 30,000 echoes
//	handed to workers         2,113  1,147   1.05–1.28 s
//	handled where they came   4,128  1,145   1.14–1.15 s
//	handled, then a new one   2,080  1,149   1.20–1.27 s
//
// Of the heap, 450 bytes are the runtime's for the goroutine, 350 package net's, 210 ours. The runtime starts goroutines with the
// stack that the average one had at the last collection, so that after a storm of handshakes they begin with 4 or 8 KiB; each
// has 2 after its next message.
//
// A message that came in one frame and one read is handed on where it lies in the read buffer; another is put together in memory that
// grows as its bytes come, up to its limit. Connections that are no plain sockets (TLS) wait in Read with 512 bytes.
//
// # Writing
//
// Connections are dealt out to shards, one for each CPU. A shard's one goroutine writes to its connections in turn, those with an
// acknowledgement first, and never waits: what the kernel does not take at once is left to a goroutine of the connection's own,
// which ends with that write. A connection that was written to is left alone for Options.Coalesce, and for longer where writing to
// all would take too much of a core; what is sent to it meanwhile goes out as one frame. So there is one timer a shard and none a connection. A write of 200 bytes is a system call of 7 µs
// or so and little else (BenchmarkFanOut): fewer writes are all that helps.
//
// Messages of 1 KiB and more are compressed if that was agreed on, one by one and without context, by at most four deflaters;
// what is sent to many connections, once. Batches of small ones are not.
package socket

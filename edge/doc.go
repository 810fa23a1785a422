// Package edge is the front door: it answers the routes of this process and passes everything else through to the
// backends behind it, so that a backend cannot tell that something stands in front of it, except by what it is told in
// X-Forwarded-*.
//
// It owns the client's connections up to the handler: TLS, HTTP/1.1 and HTTP/2, time limits, the request id; the router;
// the upstreams, their pools, their health and the choice among them.
//
// It refuses, with 400 and a closed connection, whatever two HTTP readers could read differently (package strict lists
// the rules), CONNECT in every version, and upgrades to anything but websocket. Nothing of such a request reaches an
// upstream; where the fault shows only in the body, the upstream's connection is aborted and never used again.
//
// It guarantees:
//   - An upstream gets exactly one well-formed request for each request it gets at all. A request goes to a second server
//     only where the first took no connection. (A GET, HEAD, OPTIONS or TRACE without a body, or a request with an
//     Idempotency-Key and no body, is sent anew by net/http where a pooled connection turns out to be closed before any
//     byte of an answer.)
//   - The path, the query, the Host, the body and every end-to-end header value arrive as they were sent: nothing is
//     cleaned, redirected, decoded, compressed or added but X-Request-Id, X-Forwarded-For, -Host, -Proto, X-Real-Ip and
//     Forwarded. Trailers and chunk extensions are dropped.
//   - Bodies stream both ways through buffers of 32 KiB; events and answers of unknown length are flushed as they come.
//   - A client that leaves cancels its request behind; a dead upstream is 502, a slow one 504, as problem+json with the
//     request's id.
//
// The id, the sound headers, the bounded body and the record at the end are the same for local routes and for what passes.
package edge

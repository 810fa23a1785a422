// Package rate limits how often one client or one thing may ask. A limit is a token bucket: so many a second in the long run, and so
// many at once.
//
// Failure modes: while the store that all nodes share fails, each node counts by itself; the gates are wider then, by as many nodes as
// there are, and never open.
package rate

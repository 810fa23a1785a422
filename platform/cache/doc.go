// Package cache is speed beside SQL: a [Store] that the nodes of a cluster share in Redis, or that one process has in its memory,
// and a typed [Cache] that keeps what was loaded in memory before such a Store.
//
// # What it owns
//
// Copies, counters, token buckets and locks, all of which may be lost at any time: a process restarts, Redis is flushed, fails over,
// or makes room. Nothing may rest on them alone (docs/adr/0014).
//
// # What it refuses
//
//   - Keys and values beyond [MaxKey] and [MaxValue] ([ErrTooLarge]), times to live that are not above 0 ([ErrTTL]), buckets that
//     could never give what is asked of them ([ErrBucket]).
//   - To wait for a Redis that is not there: every call of a Store ends within Config.Timeout, and while Redis is known to be down
//     at once, with [ErrUnavailable].
//
// # What it guarantees
//
//   - A [Cache] never serves a value past its End, and after Forget returned it never serves, on that node, what is older.
//     A load that was under way does not put its result back, neither into that node's memory nor, from any node, into the Store.
//   - One load of a key runs at a time in a process, and across nodes as long as the Store is there and its claim holds.
//   - Redis down makes a Cache slower, never fail.
//   - Memory is bounded in bytes, loads and renewals in number; when full, what was used least goes, a renewal waits for the next
//     who asks, and a load is refused with [ErrBusy].
package cache

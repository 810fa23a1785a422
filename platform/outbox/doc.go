// Package outbox carries events from one lane to others: each is written in the transaction of what happened, and takes effect in a
// transaction of whoever listens.
//
//	accounts: Publish in its transaction ──► hotlane_outbox (database accounts, one row for each listener)
//	match:    a Relay reads it ──► one transaction in database match: hotlane_inbox row + what the Handler does
//	                            ──► the outbox row is deleted
//
// A topic begins with the name of the database that tells it: "accounts.erased". Who listens is a row in that database too
// (hotlane_listeners), made when a process that serves the listener starts; so a publisher need not know, nor run beside, who listens.
// The process of the listener fetches: it needs a connection to the publisher's database, not to the publisher.
//
// # What it guarantees
//
//   - An event is there if and only if the transaction that published it was committed, for every listener there was at that moment.
//   - A handler's effect on its own database happens exactly once for each event, or not yet. Between the two commits the process may
//     be killed: the event is handed over again, and the inbox row says that it has been. What a handler does elsewhere (a mail, a
//     call) may happen more than once: let it add a job in the transaction.
//   - Order: a handler is given the events of its topic one after the other, the next one when the last one has been handled or
//     parked. If the transaction of one ended before Publish was called for another, it comes first; so do earlier calls in one
//     transaction. On SQLite that orders all events of a topic. On PostgreSQL transactions that overlap may come in any order; a slow
//     one holds up nobody, and no event is passed over for it: every listener has rows of its own and no position in a sequence.
//     Between topics, and between publishers, nothing is promised.
//   - A handler that fails is called again after Backoff, and holds up only itself: its topic, its lane. After Options.Attempts the event is
//     parked: it is kept, it is logged and counted (hotlane_outbox_parked), operators see it (Handlers), and the ones behind it go on.
//     While the listener's database is down (db.Unavailable) nothing is counted: it is tried until it works.
//
// # What it refuses
//
//   - Topics that do not begin with the publisher's name, and bodies over MaxBody.
//   - Two handlers of one topic in one lane.
//
// # Several processes
//
// On PostgreSQL any number may serve a listener: one at a time works on a topic (a lease in hotlane_leases), and if two ever do, the
// inbox keeps them apart. On SQLite a database belongs to one process. So when lanes are split over processes (--lanes) with SQLite,
// events between lanes of different processes cannot come: Start says so in the log and goes on without them. Put both lanes into one
// process, or the publisher's database into PostgreSQL.
//
// # Bounds
//
// Rows wait in the publisher's database as long as it takes; a listener that no process has served for Options.Forget gets no more of them
// (an error is logged), those that are there stay until it is served again or Outbox.Forget removes them. Inbox rows are kept for
// Options.Keep, and longer while the outbox row is still there. A restored backup of one of two databases is not noticed: an event that the
// publisher's has sent is not in the older state of the listener's.
package outbox

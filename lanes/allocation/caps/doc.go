// Package caps counts how often each user was shown each line item, campaign and creative, in exact sliding windows.
//
// It is pure: it does no I/O and reads no clock. Times are Unix milliseconds, windows and holds are milliseconds.
//
// # Guarantee
//
// A decision locks its user, asks Allows for each cap and calls Reserve for what it serves. Since a user is locked for
// the whole decision, concurrent requests of one user never exceed a cap. An entry counts in a window while
// now-window < at, and while it is confirmed or now is before its reservation ends. That is a predicate on time: an
// impression that does not come gives its place back without any job that would have to run.
//
// Caps of one scope with different windows share the scope's entries; each entry is kept for the longest of them, as
// told with Reserve. A window made longer afterwards sees only what had not yet been dropped.
//
// What cannot be counted is refused: when the store is full, new users are; when the journal is not taken, all are.
//
// # Durability
//
// Every Reserve and Confirm is a record in the journal. The owner does this:
//
//  1. Take: every 100 ms (or at once, where callers wait) TakeJournal; when it gave a batch, insert the row (number, blob). One
//     writer, in the order of the numbers. After the commit, everything with a batch number up to this one is durable;
//     a caller that must not answer before waits for the number that Reserve gave it.
//  2. Checkpoint: now and then, shard by shard, EncodeShard and upsert the row (shard, blob), which replaces the shard's
//     last one; keep the upto of what is committed.
//  3. Delete: rows of the journal with a number of at most Deletable(upto of all shards).
//  4. Recover: LoadShard for all checkpoint rows, then Replay for all journal rows, in any order, into a new store. The
//     upto values start with what LoadShard returned. Once each shard of this store has a checkpoint of its own, rows of
//     shards that it does not have (its number of shards was lowered) can be deleted.
//
// Joining entries is commutative, associative and idempotent, so a batch that a checkpoint already holds can be
// replayed without harm, and no step needs to be atomic with another. Recovery yields what all durable batches and
// checkpoints say together. A kill loses at most what was not yet taken and committed, and Confirm makes lost entries
// anew. A new process must not take before the old one has ended: batch numbers would collide.
package caps

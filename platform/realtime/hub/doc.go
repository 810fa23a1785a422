// Package hub holds the open channels of one lane: who is in, what its log folds to, what is decided, committed and delivered.
//
// # How it works
//
// A channel is opened when it is first used: its [realtime.Room] is made from the last checkpoint and the entries behind it. Operations
// queue in their channel. A committer takes all channels that have some waiting, has the rooms decide, and writes what comes of it
// in one transaction; what queued meanwhile is the next one. What is committed is delivered to the members, acknowledged, and told
// to the other nodes by the bus. Another node's entries are applied in the order of their offsets; what is missing is read from SQL.
//
// No node owns a channel. Two that append at the same offset are told apart by the log's primary key: the one that lost reads what is
// missing and has its operations decided again.
//
// # What it guarantees
//
//   - An operation is acknowledged when its commit is durable. Sent again, it is acknowledged again and is in the log once.
//   - A member gets every entry behind the position it was told when it joined, in order, once, or its membership ends.
//   - A snapshot is the room at exactly the position that is told with it.
//   - Calls of a room do not overlap. One that panics, or a commit that fails, costs the room its life: it is made anew from SQL, and the
//     members keep their places.
//   - The time of an entry is not before the one before it, whatever the clock does.
//
// # What it refuses
//
// Operations beyond what may wait (live.busy), all that is new once it drains (live.draining), members beyond the kind's limit
// (live.full), those who come back and must be read for beyond 256 at once (live.busy), channels beyond [Config.Rooms] where none is idle (live.busy), and names that no kind owns (live.unknown_channel).
//
// # What is bounded
//
// Every channel keeps a window of its newest entries, bounded in number and bytes; who comes back within it costs no SQL. Near
// what all of them may have together, channels without members are closed; beyond it those that get new entries keep only the last few.
// Logs that never had an entry are deleted when no node has had them open for an hour: subscribing leaves nothing for good. Operations
// wait in number and bytes, per channel and in all. Messages beside the log are dropped beyond 1,000 keys a tick, messages of the bus
// beyond 256 while a channel is at work: what was in them is read from SQL.
package hub

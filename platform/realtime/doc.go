// Package realtime is what a lane says of its live channels, and what it may ask of them. It holds contracts only: the parts that keep
// them are its folders.
//
//   - protocol: the messages of the Centrifuge client protocol, in JSON and Protobuf
//   - socket: WebSocket connections
//   - stream: the ordered logs, in SQL
//   - hub: open channels: who is in, what is decided, committed and delivered
//   - server: what a client may ask, and the rules that it lives by
//
// # How a channel works
//
// A channel has a log. An entry's offset is its place in it: 1, 2, 3, without a gap, the same for all. What a channel is now is the
// [Room] that its log folds to: a copy in memory of what SQL has. An operation is decided by the room, logged, and only then
// acknowledged, folded in and delivered, on every node in the order of offsets. What is not worth keeping (a cursor, "is
// writing") goes beside the log: see [Ephemeral].
//
// # What is guaranteed
//
//   - What was acknowledged is durable, and is in the log once, however often it was sent ([Op]).
//   - Every subscriber gets every entry from the one it was told to begin at, in order, once; or it is told to begin anew.
//   - The snapshot in the answer to a subscription is the room at exactly the answer's offset.
package realtime

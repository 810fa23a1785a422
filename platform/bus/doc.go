// Package bus carries short messages between the nodes of an app at once, and may lose them: it says that there is something new, with
// the news in it. What must not be missed stands in SQL, and who is told of a loss looks there.
//
// Two adapters: in the process ([Memory], and [Net] for several nodes in one test), and Redis ([Open]).
//
// # What it guarantees
//
//   - The functions of one topic are called one at a time, with the messages of one node in the order in which it published them, none twice.
//   - A message that was published after a subscriber's function was called with nil reaches it, or Lost is called afterwards.
//   - Publish and Subscribe never wait for the network. Every queue has an end: what does not fit is not sent (ErrFull) or not delivered, and
//     then all whom it may concern are told that something is lost.
//
// # What it refuses
//
// Topics beyond 256 bytes and bodies beyond 1 MiB.
package bus

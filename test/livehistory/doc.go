// Package livehistory judges what happened on a live channel: what was sent and how it was answered, what each client was shown, and
// what the log holds at the end. It does no I/O and knows no wire: tests record a [History] and ask [Check].
//
// What must hold:
//
//   - The log's offsets have no gap, and no operation is in it twice.
//   - Every acknowledged operation is in the log, with what was sent. No refused one is. One without an answer may be.
//   - What was acknowledged before another was sent stands before it.
//   - Each client was shown runs without a gap, each from where it was told to begin, and every entry as the log has it. A client that
//     stayed to the end was shown all up to the log's end. So all were shown the same in the same order.
//   - A snapshot is what the log folds to at its offset.
//   - An epoch does not change while the log is kept.
package livehistory

// Package stream keeps the logs of live channels in SQL: in the database of the lane that owns the channel, so that what an entry
// changes beside the log is in the same transaction.
//
// A commit writes what it brings for a channel as one row, a pack. Every now and then a checkpoint is kept, and packs far enough
// behind it are forgotten; the floor is the last offset that is gone.
//
// # What it guarantees
//
//   - Offsets of a channel are 1, 2, 3, … without a gap and without a double, whoever appends, from however many processes: a pack goes in
//     only right behind the last one, and its first offset is part of its primary key. Who loses is told, and has written nothing.
//   - A process that believes in an old end of the log cannot append there again once the packs are forgotten.
//   - The epoch of a log that was restored from a backup is another than it was: see [Open].
//   - [Writers] never takes an operation for done that was not, and none twice that it still knows of.
//
// # What it refuses
//
// A pack of a channel that was forgotten or has another epoch; a checkpoint older than the one that is kept or ahead of the log; bodies
// that do not match their checksum ([ErrCorrupt]).
//
// It has no goroutine, no cache and no clock.
//
// BenchmarkAppend, SQLite with synchronous=FULL, 100 channels, entries of 200 bytes, on a busy core of 2.5 GHz: 42,000 to 55,000 packs of
// one entry a second, and 110,000 to 150,000 entries a second in packs of ten. Packs stand in a table with row ids: clustered by their key
// (WITHOUT ROWID, or both numbers in one) those of one entry cost as much, those of ten two to three times.
package stream

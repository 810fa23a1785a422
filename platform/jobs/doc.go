// Package jobs is background and periodic work, kept in the database of whoever adds it.
//
// A [Queue] is the jobs of one database. [Queue.Add] adds one in the transaction that it follows from: both happen or neither.
// Each [Job] is a kind of work, known by name; [Queue.Run] runs what is due until it is told to stop, [Queue.Work] what is due
// now. There are two engines behind it and one suite that both pass (jobstest): River on PostgreSQL, a table of claims on
// SQLite (docs/adr/0015).
//
// # What it guarantees
//
//   - What was committed runs, at least once; what was rolled back does not.
//   - One job is not run twice at a time, by however many processes. It runs again when its process ended before what came of it
//     was written, so it must be repeatable. That is at the next start on SQLite; on PostgreSQL at the next start too, or within
//     10 s where another process runs, and there it is also so for jobs that ended in the last moment, since River writes what
//     came of them in batches. A process that is cut off from PostgreSQL counts as ended.
//   - A job that fails is tried again after its Backoff, and after the last of its Attempts it is a dead letter, kept for 30
//     days, which an operator may retry or remove. A panic is a failure. So is the end of the process during an attempt.
//   - A periodic job is added once in each period, by however many processes. However many periods were missed, it runs once; while
//     one waits or runs, no other is added.
//   - [Queue.Drain] starts nothing more and lets finish what runs. What is still running when its context ends is told to stop, and
//     is given back as if this attempt had not been.
//
// # What it refuses
//
//   - Kinds that are not registered, arguments over 1 MiB, keys over 255 bytes.
//   - Order. Jobs start in the order in which they are due, and several run at a time.
//
// # Bounds
//
// Of each kind as many run as it has Workers; all others wait in the database, which is the only queue there is. An idle queue on
// SQLite looks every 5 s, and is woken by each commit of its own process. On PostgreSQL a listener wakes it; each kind looks once a
// second besides, since a listener may miss something.
package jobs

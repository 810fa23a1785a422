// Package db is SQL on two engines with one set of statements: SQLite, where nothing must be installed, and PostgreSQL.
//
// A [Set] holds the databases of one process; a [DB] is one of them by name: the file <data>/<name>.db, or the schema <name>
// in PostgreSQL. Nothing joins across databases.
//
// # What it guarantees
//
//   - [DB.Write] is one transaction: all of it is durable when it returns nil (SQLite: WAL with synchronous=FULL;
//     PostgreSQL: as its synchronous_commit says, on unless the server's owner chose otherwise), and none of it has happened
//     when it returns an error, with one exception: where the connection breaks during the commit itself, the answer is
//     db.unavailable and the outcome is unknown. Whoever cannot live with that makes the write idempotent.
//   - [DB.Read] sees one consistent snapshot and cannot write.
//   - A statement that fails ends its transaction, on both engines: all later ones give the same error and Write rolls back
//     even when the function returns nil. A panic rolls back and goes on.
//   - On SQLite writes run one after the other. On PostgreSQL they run at READ COMMITTED side by side: decide in one
//     statement (UPDATE … WHERE … RETURNING), or use [DB.WriteSerializable]. What fails by a deadlock or a serialization
//     conflict is run again, a bounded number of times, so the function must be repeatable.
//   - [Batcher] makes of what queued during the last commit the next one. What it acknowledges is durable.
//
// # What it refuses
//
//   - A second process on the same data directory (db.in_use). Backup is the exception: it only reads.
//   - Use of a DB inside its own Write, which could only wait for itself ([ErrNested]).
//   - A statement while the rows of the last one are open (PostgreSQL could not, SQLite would), and time.Time as an argument
//     (the engines keep it differently: pass Unix seconds or microseconds).
//
// # Statements
//
// They are literal texts with $1, $2, …; each is prepared once per connection and kept. A text that differs at every call
// fills that cache. Tables are not qualified: every transaction begins with its schema as search_path, in the message that
// also carries BEGIN, so that one pool serves all schemas of a DSN without a further round trip (docs/adr/0002).
// A connection pooler in between must pool sessions, not transactions.
package db

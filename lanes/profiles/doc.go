// Package profiles answers with the profiles of people as a third party (a source) has them, from a cache that outlives that party's
// outages and the changes of its schema.
//
// # What it owns
//
// Documents as the sources gave them, byte for byte; cards, which pages show, made of them by config; former versions; what the
// sources' documents look like; the sources' budgets; and who was erased.
//
// # What it guarantees
//
//   - A fresh profile is answered at once, a stale one too, while one renewal runs. While a source is down, whoever was fetched is
//     served up to its stale time, and the answer says its age.
//   - One call of a source for all who ask for the same at one time, on all nodes: the cache's lock sees to it where there is a Redis,
//     and a claim in the database in any case. A caller who leaves ends nobody's call.
//   - Never more calls of a source than its rate in any second, on all nodes together, whatever happens to Redis: slots are taken
//     from a row of the database (see package budget), and a slot that was slept through is given up. Retry-After is obeyed.
//   - A document that is about somebody else is never kept. Where a schema changed, the document is kept as it is, the card stays the
//     person's last good one and says so, and operators see what changed (see package shape).
//   - Who was erased is gone from the database, Redis and this node's memory when the call returns, is shown by no other node after a
//     second, and is not fetched again: every answer from every tier is held against the marks of the erased, and so is every write of
//     a profile, in its transaction.
//
// # What it refuses
//
// Names that are no names (control characters, steps through folders, more than 800 bytes); documents that could mean two things or
// are too much; redirects; questions beyond a source's budget, at once and with the time to come back.
//
// # How a profile is kept
//
// The document is TEXT on both engines, since JSONB reorders keys. On PostgreSQL a generated column has it as JSONB for those who ask
// the database. What it is searched by are rows of fields, not generated columns: where an id or a city is in a document, the
// config says for each source, and a column's expression is one for all of them. The rows are written in the document's transaction.
//
// # How a question runs
//
// http.go → Service.find → memory, then Redis (platform/cache) → Service.load: the database → the pacer's turn, a claim → upstream
// → Store.Save. The keeper reads others' erasures every second.
package profiles

// Package allocation answers what to show next: which ads and which pieces of content, for each placement of an app.
//
// # What it owns
//
// Advertisers, campaigns, line items, creatives and placements (the catalogue); budgets, frequency caps, events and
// counters (the ledger). Each half is a database of its own, so that an import does not hold up an impression.
//
// # What it guarantees
//
//   - Money: the price of an impression is reserved, from a lease that is durable, before the answer leaves. What was
//     spent and what is on lease never exceed the budget of the day nor that of the campaign. See package ledger.
//   - Caps: exact sliding windows per user, never exceeded under concurrent requests. kill -9 forgets at most what was
//     decided in the last caps.flush (100 ms; 0 at the cost of a disk write a decision). See package caps.
//   - Events: acknowledged is durable; a token counts once for each of impression, click and conversion, whatever is
//     replayed. A click on an exhausted budget goes to its landing and is not billed.
//   - Decisions touch memory only. With the database locked, full or gone they go on from the last catalogue within the
//     leases already granted; what would need a new one is withheld.
//   - The same seed over the same catalogue and counters gives the same answer, and explain goes through the same gates.
//
// # What it refuses
//
// Things that break a rule, with field and rule, by whatever way they come in; expressions that can never match or name
// an attribute that config does not know; tokens that are not signed by it or have expired; a second owner: a newer
// process on the same ledger fences the older, which stops deciding.
//
// # How a request runs
//
// http.go → Service.Decide → decision.fill: each list (ads, content, house) is scanned in rank order by the engine,
// candidates pass the gates, take reserves money and a place in the caps, issue signs tokens. The keeper writes what must
// be durable; the refresher builds the next catalogue.
package allocation

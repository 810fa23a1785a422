// Package ledger is the arithmetic of budgets: leases, prices, pacing and the hours in which an item runs.
//
// It is pure: it does no I/O and reads no clock. Times are Unix milliseconds (UTC) or time.Time, money is micros (a
// millionth of the currency's unit) as int64.
//
// # How overspend is made impossible
//
// The durable side (SQL) keeps for each line item and budget day, and for each campaign, what is charged: the amounts of
// its open leases, plus what was spent in its settled ones, plus clicks. A lease is granted in one transaction that
// fails unless charged + amount ≤ budget for both, and unless the one who asks still is the owner (its generation).
//
//   - Grant: insert the lease, charged += amount. Durable before the Book learns of it.
//   - Reserve (Book, in memory): takes a price off the lease, before now reaches UsableUntil. What was taken is never
//     put back into the lease. The token that goes out expires by the lease's ExpiresAt.
//   - Confirm: spent += price where the lease is open, ExpiresAt > now and spent + price ≤ amount. In the same
//     transaction as the token's dedupe bit, by any generation, on any node.
//   - Close (optional, earlier): once the Book draws no more on a lease, amount becomes what was reserved, charged falls
//     by the difference. Repeating it changes nothing.
//   - Settle: when now ≥ ExpiresAt, the lease is closed for good and charged falls by amount - spent.
//   - Charge (click): charged += price where charged + price ≤ budget for both; if not, the click is not billed.
//
// Spent never exceeds the lease's amount, amounts never exceed the budget when granted, and both are durable, so a crash
// of the Book, a second owner, a replay or a late confirmation can only leave money unspent, never overspend. Only who
// lowers a budget below what is charged sees it exceeded, by no more than what had been charged.
//
// Package ledgertest has these rules as a reference in memory.
package ledger

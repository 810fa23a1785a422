// Package waitlist takes sign-ups for what is to come: lists, confirmation by mail, places and referrals, waves of invitations.
//
// # What it owns
//
// Lists and everybody on them; the order they wait in; the consent ledger; what is mailed to them and told to webhooks.
//
// # What it guarantees
//
//   - What was answered 202 is durable, and its mail is queued in the same transaction: a crash delays it, never drops it. A mail is
//     sent once; again only when a crash falls between handing it over and marking it, under the same Message-ID.
//   - The answer to a sign-up says nothing about the address: known, unknown and erased ones take the same way, wait for a commit that
//     writes, and get the same body.
//   - Nobody is on a list without having pressed the button in a mail that went to their address (unless the list says otherwise).
//   - Nobody is invited twice but who left and came back, and no list passes its cap, however many waves run on however many nodes.
//   - Who is erased is in no table but as a hash, and is not mailed again.
//   - Redis lost: the limits are counted by each node; nothing else changes.
//
// # What it refuses
//
// Forms that break the list's rules, each field with its rule; too many sign-ups from one client or to one list; links that are not
// signed by it or have ended.
//
// # How a request runs
//
// http.go → Service.SignUp (rules.go, address.go, signup.go) → store.Join: what queued while the last commit was on its way is the next
// one (store_signups.go), with one job for all its mails → Service.sendMails. Confirmations, leaving and erasing are group commits too
// (store_queue.go, store_leave.go).
package waitlist

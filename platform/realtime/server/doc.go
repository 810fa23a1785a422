// Package server is what a client of the Centrifuge protocol may ask, and the rules that it lives by.
//
// It owns the sessions: who is connected, what each is subscribed to, how long its tokens last, how much it may ask. It refuses what
// is said before a connect command, more than the limits of its [Config], and whatever a channel's room refuses. The channels
// themselves are the hubs'.
//
// # What is guaranteed
//
//   - Every command with an id gets one reply, unless the connection ends first. A publish is acknowledged when it is durable, not before.
//   - What a slow client does not get, it is told of: a subscription that lost a message gets nothing more, and is told to begin anew from
//     where it is (unsubscribe 2500, or disconnect 3010 where the subscription is the server's); a client that does not take even that
//     is disconnected (3008). Messages beside the log are dropped first.
//   - A connection does not outlive its token by more than [Config.ExpireGrace], nor a revocation by more than the bus takes.
//   - When the program stops, every client gets the acknowledgements of what it sent, and then is told to come back (3001).
package server

// Package notify tells people and programs outside: mail, and signed webhooks.
//
// It owns how a message is built, encoded, signed and handed over once. Trying again is the caller's business (a job): every error
// says by Final whether that is of use.
//
// It refuses control characters in whatever becomes a header, addresses that are none, webhooks to private addresses, and
// redirects of webhooks.
//
// It guarantees that a nil error of Send means that the next server, or the receiver, has taken the message over; that a call
// ends within its time-out; and that without an SMTP server mails are files that one can read.
package notify

// Package identity says who is calling: an operator by the admin key or a login session, the app's own backend by the service key,
// a user by a token of the existing backend. It keeps hashes only; no key, token or session is ever logged or stored in the clear.
//
// A user's tokens can be revoked: those issued before a time are refused, on all nodes within 2 seconds, and what was begun with one is told
// to end. While the database does not answer, what a node knows of revocations holds.
package identity

import "context"

// Access is who may call an endpoint.
type Access uint8

const (
	Public  Access = iota // anyone
	User                  // a user with a valid token
	Service               // the app's own backend, with the service key; admins too
	Admin                 // operators, with the admin key
	Known                 // anyone; a user who shows a token is known by it
)

func (a Access) String() string { return [...]string{"public", "user", "service", "admin", "known"}[a] }

// Caller is who made a request, as far as it was shown by a token or key.
type Caller struct {
	Access Access
	ID     string // user id of a User, name of the key otherwise; empty for Public
}

type callerKey struct{}

// With returns a context of this caller.
func With(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// From returns the caller; the zero Caller is the public.
func From(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

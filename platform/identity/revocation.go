package identity

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

var (
	errRevoked    = fault.New(fault.Unauthorized, "identity.token_revoked", "The token has been revoked.")
	errRevocation = fault.New(fault.Invalid, "identity.revocation", "This cannot be revoked.")
)

const (
	lookEvery   = time.Second // how often each node looks for what others revoked
	lookOverlap = time.Minute // how long a revocation may take to be written, and clocks may differ
	aheadMost   = time.Minute // how far in the future a revocation may be
	pruneEvery  = time.Hour
)

// revocations is what this node knows of them: all that there are, about 100 bytes of memory for each user.
type revocations struct {
	some atomic.Bool // so that who has none pays nothing

	looking sync.Mutex // one look at a time; before mu
	seen    int64      // when the last one known was written
	pruned  time.Time

	mu     sync.RWMutex // guards what follows; never held during I/O
	before map[string]int64
	told   map[int]func(user string)
	next   int
}

type revocation struct {
	user            string
	before, written int64 // unix microseconds
}

// Revoke has the user's tokens refused that were issued before that time (the claim iat, of whole seconds: those of the same second are
// refused too), on this node at once and on the others within 2 seconds. A token without iat is refused whenever it was issued. It is
// durable when Revoke returns, and kept until no such token can be valid (tokens.longest). before is not more than a minute ahead.
func (a *Authenticator) Revoke(ctx context.Context, user string, before time.Time) error {
	now := a.d.Now()
	switch {
	case !goodUser(user):
		return errRevocation.With(fault.Field{Pointer: "/user", Rule: "must have " + userRule})
	case before.After(now.Add(aheadMost)):
		return errRevocation.With(fault.Field{Pointer: "/before", Rule: "must not be in the future"})
	}
	r := revocation{user, before.UnixMicro(), now.UnixMicro()}
	if err := a.store.revoke(ctx, r, a.ended(now)); err != nil {
		return fmt.Errorf("revoke: %w", err)
	}
	a.revoked.learn(r)
	return nil
}

// ended is the time before which no token was issued that is still valid, in unix microseconds.
func (a *Authenticator) ended(now time.Time) int64 {
	if !a.cfg.Tokens.RequireExpiry || a.cfg.Tokens.Longest == 0 { // there may be tokens without an end
		return 0
	}
	return now.Add(-a.cfg.Tokens.Longest - 2*a.cfg.Tokens.Leeway - aheadMost).UnixMicro()
}

// Revoked has fn called with each user whose tokens are revoked, soon after it is known here; fn must not block. It is for ending what was
// begun with a token. Who begins something asks Token once more after it can be found by fn: the user may have been revoked in between.
func (a *Authenticator) Revoked(fn func(user string)) (cancel func()) {
	r := a.revoked
	r.mu.Lock()
	defer r.mu.Unlock()
	number := r.next
	r.next++
	r.told[number] = fn
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.told, number)
	}
}

// Run looks every second for what other nodes revoked, until ctx ends. While the database does not answer, what is known holds.
func (a *Authenticator) Run(ctx context.Context) error {
	if a.tokens == nil {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := a.Look(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			a.d.Log.Warn("identity: what other nodes revoke is not seen until the database answers", "error", err)
		}
		failing = err != nil
	}
}

// Look looks for what other nodes revoked now, as Run does every second: for who was told that there is something.
func (a *Authenticator) Look(ctx context.Context) error {
	r := a.revoked
	r.looking.Lock()
	defer r.looking.Unlock()
	list, err := a.store.revokedSince(ctx, r.seen-lookOverlap.Microseconds())
	if err != nil {
		return err
	}
	for _, one := range list {
		r.seen = max(r.seen, one.written)
	}
	r.learn(list...)
	if now := a.d.Now(); now.Sub(r.pruned) >= pruneEvery {
		r.pruned = now
		r.prune(a.ended(now))
	}
	return nil
}

func newRevocations() *revocations {
	return &revocations{before: make(map[string]int64), told: make(map[int]func(string))}
}

// learn tells of what is new.
func (r *revocations) learn(list ...revocation) {
	r.mu.Lock()
	var users []string
	for _, one := range list {
		if known, ok := r.before[one.user]; !ok || known < one.before {
			r.before[one.user] = one.before
			users = append(users, one.user)
		}
	}
	r.some.Store(len(r.before) > 0)
	told := slices.Collect(maps.Values(r.told))
	r.mu.Unlock()
	for _, user := range users {
		for _, fn := range told {
			fn(user)
		}
	}
}

func (r *revocations) prune(ended int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.before, func(_ string, before int64) bool { return before < ended })
	r.some.Store(len(r.before) > 0)
}

// covers says whether a user's token of that time is revoked. The zero time: nobody knows when it was issued.
func (r *revocations) covers(user string, issued time.Time) bool {
	if !r.some.Load() {
		return false
	}
	r.mu.RLock()
	before, ok := r.before[user]
	r.mu.RUnlock()
	return ok && (issued.IsZero() || issued.UnixMicro() < before)
}

// Token is the user that a token of the existing backend is of, outside of a request, and when it ends: the zero time, never. Keys are not
// tokens. Refusals are Unauthorized.
func (a *Authenticator) Token(text string) (Caller, time.Time, error) {
	c, end, err := a.token(text)
	if err != nil {
		a.failures.WithLabelValues(fault.From(err).Code).Inc()
	}
	return c, end, err
}

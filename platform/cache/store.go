package cache

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// What a Store takes at most.
const (
	MaxKey   = 4 << 10   // bytes of a key; any bytes, none too
	MaxValue = 8 << 20   // bytes of a value
	MaxCount = 1<<53 - 1 // a counter's amount: what a double holds exactly
	MaxTTL   = 366 * 24 * time.Hour
	MaxKeys  = 10_000 // keys of one Delete
)

// What a Store refuses.
var (
	ErrTooLarge    = fault.New(fault.TooLarge, "cache.too_large", "A key has at most 4096 bytes and a value at most 8 MiB.")
	ErrTTL         = fault.New(fault.Invalid, "cache.ttl", "A time to live must be above 0 and at most 366 days.")
	ErrBucket      = fault.New(fault.Invalid, "cache.bucket", "A bucket needs a rate above 0, a burst of 1 to 1000000000 and at most 366 days to fill; what is taken must be 1 to its burst.")
	ErrCount       = fault.New(fault.Conflict, "cache.count", "A counter must stay within 2^53 - 1 of 0.")
	ErrUnavailable = fault.New(fault.Unavailable, "cache.unavailable", "The cache cannot be reached.")
	ErrClosed      = fault.New(fault.Unavailable, "cache.closed", "The cache is closed.")
)

// Store is what the nodes of a cluster share for speed. It may lose anything at any time; nothing may rest on it alone. Values,
// counters, buckets and locks live apart: a value and a lock may have the same key. Every call may answer ErrTooLarge,
// ErrUnavailable (within Config.Timeout), ErrClosed, or what ended ctx. After ErrUnavailable and after a context that ended it is
// unknown whether the call had its effect.
type Store interface {
	// Get answers a value, which the caller may change.
	Get(ctx context.Context, key string) (value []byte, ok bool, err error)
	// Set keeps a copy of value for ttl (ErrTTL), and ends the claim on the key.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete removes the values, counters and buckets of up to MaxKeys keys and ends the claims on them; locks stay.
	Delete(ctx context.Context, keys ...string) error
	// Add changes a counter by n, of any sign, and answers what it is then. Its time begins with the first Add and is not
	// prolonged; when it ended, the counter is 0. ErrCount leaves it as it was.
	Add(ctx context.Context, key string, n int64, ttl time.Duration) (int64, error)
	// Take takes n tokens from a bucket, all or none. A bucket that nobody used is full.
	Take(ctx context.Context, key string, b Bucket, n int) (Taken, error)
	// Lock keeps others from the same Lock for ttl or until unlock. ok false: another has it. It is a help, no guarantee: it ends
	// with its time, however its holder fares. unlock frees it only if it is still held, may be called more than once, and takes
	// up to Config.Timeout.
	Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error)
	// Claim is a lock that guards a value: who has it may set the value with it, unless the value was set or deleted since.
	Claim(ctx context.Context, key string, ttl time.Duration) (claim Claim, ok bool, err error)
	// Shared reports whether other processes see the same.
	Shared() bool
	// Close ends all connections; calls under way may fail.
	Close() error
}

// Claim is the right to fill a key.
type Claim interface {
	// Set sets the value and ends the claim, both or neither. kept false: the claim was lost to time, a Set or a Delete, and
	// nothing was set.
	Set(ctx context.Context, value []byte, ttl time.Duration) (kept bool, err error)
	// Release ends the claim if it is still held. It takes up to Config.Timeout.
	Release()
}

// Bucket is a token bucket's shape: it holds Burst tokens at most and gains Rate of them a second. Who asks brings the shape; a
// bucket whose shape changed keeps its tokens, as many as fit.
type Bucket struct {
	Rate  float64 // tokens a second
	Burst int     // tokens
}

// Taken is the answer to Take.
type Taken struct {
	OK   bool
	Wait time.Duration // not OK: when it would be, if nobody else took any
}

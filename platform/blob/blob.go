package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// What is refused.
var (
	ErrNone     = fault.New(fault.NotFound, "blob.none", "There is no such file.")
	ErrTaken    = fault.New(fault.Conflict, "blob.taken", "There is another file of this id.")
	ErrTooLarge = fault.New(fault.TooLarge, "blob.too_large", "The file is larger than files may be here.")
	ErrFull     = fault.New(fault.Conflict, "blob.full", "There is no room for this file: as many, or as large ones, are kept as may be.")
	ErrName     = fault.New(fault.Invalid, "blob.name", "Groups, ids and types are 1 to 100 letters, digits, _, - or, but at the beginning, a dot; types may have a slash.")
	ErrBroken   = fault.New(fault.Internal, "blob.broken", "A kept file is not what it was.")
)

// Store keeps blobs. It is safe for use by many goroutines.
type Store interface {
	// Put keeps what body has, which is read to its end first, and to the end of one blob's limit at most. The same bytes under the same id
	// again change nothing but the time. Errors: ErrTooLarge, ErrFull, ErrTaken, ErrName; the body's.
	Put(ctx context.Context, key Key, kind string, body io.Reader) (Info, error)
	// Open reads one, from the beginning, a piece at a time; whoever opens it closes it. Errors: ErrNone; of Read: ErrBroken.
	Open(ctx context.Context, key Key) (io.ReadCloser, Info, error)
	// List is what a group has, by id.
	List(ctx context.Context, group string) ([]Info, error)
	// Delete removes one; one that is not there is no error.
	Delete(ctx context.Context, key Key) error
	// DeleteGroup removes all of a group.
	DeleteGroup(ctx context.Context, group string) error
}

// Key names a blob: 1 to 100 of A-Z a-z 0-9 _ - . each, no dot first.
type Key struct{ Group, ID string }

// Info is what is known of a blob.
type Info struct {
	Key
	Type   string    // such as image/png; whatever Put was told
	Size   int64     // bytes
	SHA256 string    // of its bytes, in hex
	Kept   time.Time // when it was last put
}

// Limits of a store; zero: the default.
type Limits struct {
	Blob  int64 // bytes of one; default 16 MiB, at most 64 MiB: a blob is in memory once while it is put
	Group int64 // bytes of all of a group; default 1 GiB
	Count int   // blobs of a group; default 10,000
}

const mostBlob = 64 << 20

func (l Limits) withDefaults() Limits {
	if l.Blob <= 0 {
		l.Blob = 16 << 20
	}
	l.Blob = min(l.Blob, mostBlob)
	if l.Group <= 0 {
		l.Group = 1 << 30
	}
	if l.Count <= 0 {
		l.Count = 10_000
	}
	return l
}

// take reads a body whole.
func take(key Key, kind string, body io.Reader, l Limits, now time.Time) (Info, []byte, error) {
	if !key.good() || !name(kind, true) {
		return Info{}, nil, ErrName
	}
	data, err := io.ReadAll(io.LimitReader(body, l.Blob+1))
	if err != nil {
		return Info{}, nil, err
	}
	if int64(len(data)) > l.Blob {
		return Info{}, nil, ErrTooLarge
	}
	return Info{Key: key, Type: kind, Size: int64(len(data)), SHA256: hash(data), Kept: now.UTC().Truncate(time.Microsecond)}, data, nil
}

func (i Info) same(other Info) bool { return i.Size == other.Size && i.SHA256 == other.SHA256 }

func (k Key) good() bool { return name(k.Group, false) && name(k.ID, false) }

func name(s string, slash bool) bool {
	if len(s) < 1 || len(s) > 100 || s[0] == '.' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
		if !plain && !(slash && (c == '/' || c == '+')) {
			return false
		}
	}
	return true
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// ReadAll reads one whole, and holds it against its hash. Errors as of Open.
func ReadAll(ctx context.Context, s Store, key Key) ([]byte, Info, error) {
	r, info, err := s.Open(ctx, key)
	if err != nil {
		return nil, info, err
	}
	data, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, info, err
	}
	if hash(data) != info.SHA256 {
		return nil, info, ErrBroken
	}
	return data, info, nil
}

package stream

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/hotlane/hotlane/platform/realtime"
)

// Verdict says what is known of an operation.
type Verdict uint8

const (
	New    Verdict = iota // not done
	Done                  // done before: acknowledge it again
	TooOld                // nobody knows: ErrOpTooOld
)

const (
	window     = 64             // operations of an instance, up to its highest, that are known one by one
	keepFor    = 24 * time.Hour // an instance is known after its last operation, by the log's times
	maxWriters = 4096           // instances that are known at once
)

// Writers knows which operations of a log are done: of each instance its highest counter and which of the 63 below it, as the anti-replay
// window of RFC 4303 (3.4.3). What is further behind is TooOld. An instance that was silent for 24 hours, by the times in the log, and
// beyond 4,096 of them the one that is silent for the longest, is let go of: what it sends again after that is New.
//
// An instance is its user's: who sees an operation of another in a log cannot have theirs taken for done.
//
// It is a fold of the log, so it is the same on all nodes. It is for one goroutine at a time.
type Writers struct {
	by             map[string]*writer // by key
	oldest, newest *writer            // in the order of their last operations
	now            int64              // the latest time in the log, Unix milliseconds
}

type writer struct {
	key           string
	high          uint64
	done          uint64 // bit i: high-i is done
	at            int64  // of its last operation, by now
	before, after *writer
}

// NewWriters knows of none.
func NewWriters() *Writers { return &Writers{by: make(map[string]*writer)} }

// key is an instance of a user's. Instances have no zero byte.
func key(user, instance string) string {
	if user == "" {
		return instance
	}
	return instance + "\x00" + user
}

// See tells of a user's operation. It changes nothing.
func (w *Writers) See(user string, op realtime.Op) Verdict {
	one := w.by[key(user, op.Instance)]
	switch {
	case one == nil || op.Counter > one.high:
		return New
	case one.high-op.Counter >= window:
		return TooOld
	case one.done&(1<<(one.high-op.Counter)) != 0:
		return Done
	default:
		return New
	}
}

// Apply marks the operation of an entry as done. Entries must come in the order of the log.
func (w *Writers) Apply(e *realtime.Entry) {
	w.now = max(w.now, e.At)
	if e.Op.Instance == "" { // not by a client that counts
		return
	}
	name := key(e.User, e.Op.Instance)
	one := w.by[name]
	if one == nil {
		one = &writer{key: name, high: e.Op.Counter}
		w.by[name] = one
	} else {
		w.unlink(one)
	}
	one.mark(e.Op.Counter)
	one.at = w.now
	w.link(one)
	for len(w.by) > maxWriters || w.now-w.oldest.at > keepFor.Milliseconds() {
		delete(w.by, w.oldest.key)
		w.unlink(w.oldest)
	}
}

func (one *writer) mark(counter uint64) {
	if counter > one.high {
		one.done <<= counter - one.high // by 64 or more it is 0
		one.high = counter
	}
	one.done |= 1 << (one.high - counter) // nothing when it is further behind
}

// link makes it the newest.
func (w *Writers) link(one *writer) {
	one.before, one.after = w.newest, nil
	if w.newest == nil {
		w.oldest = one
	} else {
		w.newest.after = one
	}
	w.newest = one
}

func (w *Writers) unlink(one *writer) {
	if one.before == nil {
		w.oldest = one.after
	} else {
		one.before.after = one.after
	}
	if one.after == nil {
		w.newest = one.before
	} else {
		one.after.before = one.before
	}
}

// At is the latest time in the log, Unix milliseconds; 0: none is known.
func (w *Writers) At() int64 { return w.now }

// Len is how many instances are known.
func (w *Writers) Len() int { return len(w.by) }

const (
	writersVersion = 1
	leastWriter    = 4 // bytes
)

// Append adds the state in a compact form, for DecodeWriters: version, the latest time, how many, and of each in the order of their last
// operations key, highest counter, bits, how long ago; a CRC-32C.
func (w *Writers) Append(dst []byte) []byte {
	begin := len(dst)
	dst = append(dst, writersVersion)
	dst = binary.AppendUvarint(dst, uint64(w.now))
	dst = binary.AppendUvarint(dst, uint64(len(w.by)))
	for one := w.oldest; one != nil; one = one.after {
		dst = binary.AppendUvarint(dst, uint64(len(one.key)))
		dst = append(dst, one.key...)
		dst = binary.AppendUvarint(dst, one.high)
		dst = binary.AppendUvarint(dst, one.done)
		dst = binary.AppendUvarint(dst, uint64(w.now-one.at))
	}
	return binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst[begin:], castagnoli))
}

// DecodeWriters reads what Append wrote. ErrCorrupt.
func DecodeWriters(b []byte) (*Writers, error) {
	r, err := newReader(b, writersVersion)
	if err != nil {
		return nil, err
	}
	w := NewWriters()
	w.now = int64(r.uvarint())
	count := r.uvarint()
	if count > maxWriters || count > uint64(len(r.rest)/leastWriter) {
		return nil, ErrCorrupt.Because(fmt.Errorf("%d instances in %d bytes", count, len(b)))
	}
	for range count {
		one := &writer{key: string(r.bytes()), high: r.uvarint(), done: r.uvarint(), at: w.now - int64(r.uvarint())}
		if w.by[one.key] != nil || one.key == "" {
			return nil, ErrCorrupt.Because(fmt.Errorf("the instance %q is there twice or has no name", one.key))
		}
		w.by[one.key] = one
		w.link(one)
	}
	return w, r.end()
}

package caps

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// ErrCorrupt is wrapped by every refusal of a journal batch or checkpoint that is not what was written.
var ErrCorrupt = errors.New("caps: corrupt")

// ErrUserFull says that a user has more than HardPerUser live entries; the others of the blob are applied.
var ErrUserFull = errors.New("caps: too many entries of one user")

// A record is one Reserve or Confirm:
//
//	1 number of claims, confirmed in the top bit | 8 user | 6 at | 4 hold in ms | each claim: 4 scope, 4 retain in s
//
// A batch is: magic 4, version 1, number 8, records, CRC-32C 4. Little endian.
const (
	recordHead = 1 + 8 + 6 + 4
	claimSize  = 8
	maxClaims  = 16
	maxRecord  = recordHead + maxClaims*claimSize

	journalMagic = "HLCJ"
	version      = 1
	journalHead  = 4 + 1 + 8
	crcSize      = 4
)

func recordSize(claims int) int { return recordHead + claims*claimSize }

func appendRecord(b []byte, user uint64, at, hold int64, claims []Claim, confirmed bool) []byte {
	n := byte(len(claims))
	if confirmed {
		n |= 0x80
	}
	b = append(b, n)
	b = binary.LittleEndian.AppendUint64(b, user)
	b = append(b, byte(at), byte(at>>8), byte(at>>16), byte(at>>24), byte(at>>32), byte(at>>40))
	b = binary.LittleEndian.AppendUint32(b, uint32(hold))
	for _, c := range claims {
		b = binary.LittleEndian.AppendUint32(b, uint32(c.Scope))
		b = binary.LittleEndian.AppendUint32(b, uint32((c.Retain+999)/1000))
	}
	return b
}

// TakeJournal appends to dst one batch with everything that was reserved and confirmed since the last take, and returns
// its number, one higher than the last. When nothing happened it appends nothing, and the batch counts as durable.
// Batches must be written in the order of their numbers; one that could not be written must be tried again, not
// forgotten, before the next.
func (s *Store) TakeJournal(dst []byte) (blob []byte, batch uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	batch = s.next
	s.next++
	start := len(dst)
	dst = append(dst, journalMagic...)
	dst = append(dst, version)
	dst = binary.LittleEndian.AppendUint64(dst, batch)
	body := len(dst)
	for i := range s.shards {
		h := &s.shards[i]
		h.mu.Lock()
		dst = append(dst, h.journal...)
		h.journal = h.journal[:0]
		h.batch = batch + 1
		h.mu.Unlock()
	}
	if len(dst) == body {
		return dst[:start], batch
	}
	return seal(dst, start), batch
}

func seal(b []byte, start int) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], crc32.MakeTable(crc32.Castagnoli)))
}

func open(blob []byte, magic string, head int) (body []byte, err error) {
	switch {
	case len(blob) < head+crcSize || string(blob[:4]) != magic:
		return nil, fmt.Errorf("%w: not a %s blob", ErrCorrupt, magic)
	case blob[4] != version:
		return nil, fmt.Errorf("%w: version %d of %s, want %d", ErrCorrupt, blob[4], magic, version)
	}
	body, sum := blob[:len(blob)-crcSize], binary.LittleEndian.Uint32(blob[len(blob)-crcSize:])
	if crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) != sum {
		return nil, fmt.Errorf("%w: checksum of %s", ErrCorrupt, magic)
	}
	return body[head:], nil
}

// Replay joins a batch of the journal into the store, and returns its number; the store's own numbers go on after it.
// What is dead by now is left out. Limits do not apply: a store that is over them refuses new users until it is not.
// On ErrCorrupt nothing is changed.
func (s *Store) Replay(blob []byte, now int64) (batch uint64, err error) {
	body, err := open(blob, journalMagic, journalHead)
	if err != nil {
		return 0, err
	}
	batch = binary.LittleEndian.Uint64(blob[5:])
	if err := eachRecord(body, func(uint64, entry) {}); err != nil {
		return 0, err
	}
	err = nil
	_ = eachRecord(body, func(user uint64, e entry) {
		if !s.join(user, e, now) {
			err = fmt.Errorf("%w: user %x", ErrUserFull, user)
		}
	})
	s.advance(batch)
	return batch, err
}

// eachRecord calls f for every entry of a batch, in order, until one is malformed.
func eachRecord(body []byte, f func(user uint64, e entry)) error {
	for len(body) > 0 {
		n, confirmed := int(body[0]&0x7f), body[0]&0x80 != 0
		if n == 0 || n > maxClaims || len(body) < recordSize(n) {
			return fmt.Errorf("%w: record of the journal", ErrCorrupt)
		}
		user := binary.LittleEndian.Uint64(body[1:])
		at := int64(binary.LittleEndian.Uint64(body[7:]) >> 16)
		hold := int64(binary.LittleEndian.Uint32(body[15:]))
		for i := range n {
			c := body[recordHead+i*claimSize:]
			scope, retain := Scope(binary.LittleEndian.Uint32(c)), int64(binary.LittleEndian.Uint32(c[4:]))*1000
			if user == 0 || at > MaxTime || hold > holdMask || retain > retainMask*1000 {
				return fmt.Errorf("%w: value of the journal out of range", ErrCorrupt)
			}
			f(user, newEntry(scope, at, hold, retain, confirmed))
		}
		body = body[recordSize(n):]
	}
	return nil
}

func (s *Store) join(user uint64, e entry, now int64) bool {
	if !e.alive(now) {
		return true
	}
	h := s.shard(user)
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.put(user, e, now)
}

// advance makes the store's own batches go on after this one.
func (s *Store) advance(batch uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if batch < s.next {
		return
	}
	s.next = batch + 1
	for i := range s.shards {
		h := &s.shards[i]
		h.mu.Lock()
		h.batch = s.next
		h.mu.Unlock()
	}
}

package caps

import (
	"encoding/binary"
	"fmt"
)

// A checkpoint is: magic 4, version 1, shard 4, shards 4, upto 8, then each user: 8 user, 2 number of entries, and the
// entries, 16 bytes each, in order; CRC-32C 4. Little endian.
const (
	checkpointMagic = "HLCS"
	checkpointHead  = 4 + 1 + 4 + 4 + 8
	userHead        = 8 + 2
)

// EncodeShard appends a checkpoint of one shard to dst: all entries that are alive now. It holds at least what the
// journal batches up to the returned number say about the shard's users. The shard is locked meanwhile.
func (s *Store) EncodeShard(dst []byte, shard int, now int64) (blob []byte, upto uint64) {
	h := &s.shards[shard]
	h.mu.Lock()
	defer h.mu.Unlock()
	upto = h.batch - 1
	start := len(dst)
	dst = append(dst, checkpointMagic...)
	dst = append(dst, version)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(shard))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(s.shards)))
	dst = binary.LittleEndian.AppendUint64(dst, upto)
	for i := range h.users.recs {
		if h.users.recs[i].user != 0 {
			dst = appendUser(dst, h.users.recs[i].user, h.view(i), now)
		}
	}
	return seal(dst, start), upto
}

func appendUser(dst []byte, user uint64, es []entry, now int64) []byte {
	start, n := len(dst), 0
	dst = binary.LittleEndian.AppendUint64(dst, user)
	dst = append(dst, 0, 0)
	for _, e := range es {
		if !e.alive(now) {
			continue
		}
		n++
		dst = binary.LittleEndian.AppendUint64(dst, e.key)
		dst = binary.LittleEndian.AppendUint64(dst, e.rest)
	}
	if n == 0 {
		return dst[:start]
	}
	binary.LittleEndian.PutUint16(dst[start+8:], uint16(n))
	return dst
}

// LoadShard joins a checkpoint of that shard into the store and returns the number up to which it covers the journal.
// A checkpoint of a store with another number of shards is welcome, and then covers none of this store's shards: upto
// is 0. What is dead by now is left out. On ErrCorrupt nothing is changed.
func (s *Store) LoadShard(shard int, blob []byte, now int64) (upto uint64, err error) {
	body, err := open(blob, checkpointMagic, checkpointHead)
	if err != nil {
		return 0, err
	}
	index, shards := binary.LittleEndian.Uint32(blob[5:]), binary.LittleEndian.Uint32(blob[9:])
	upto = binary.LittleEndian.Uint64(blob[13:])
	if uint64(index) != uint64(shard) || index >= shards {
		return 0, fmt.Errorf("%w: shard %d of %d in place of shard %d", ErrCorrupt, index, shards, shard)
	}
	if err := eachUser(body, func(uint64, entry) {}); err != nil {
		return 0, err
	}
	_ = eachUser(body, func(user uint64, e entry) {
		if !s.join(user, e, now) {
			err = fmt.Errorf("%w: user %x", ErrUserFull, user)
		}
	})
	s.advance(upto)
	if int(shards) != len(s.shards) {
		upto = 0
	}
	return upto, err
}

// eachUser calls f for every entry of a checkpoint, in order, until one is malformed.
func eachUser(body []byte, f func(user uint64, e entry)) error {
	for len(body) > 0 {
		if len(body) < userHead {
			return fmt.Errorf("%w: user of the checkpoint", ErrCorrupt)
		}
		user, n := binary.LittleEndian.Uint64(body), int(binary.LittleEndian.Uint16(body[8:]))
		body = body[userHead:]
		if user == 0 || n == 0 || n > HardPerUser || len(body) < n*entrySize {
			return fmt.Errorf("%w: user of the checkpoint", ErrCorrupt)
		}
		var last entry
		for i := range n {
			b := body[i*entrySize:]
			e := entry{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}
			if i > 0 && !last.less(e) {
				return fmt.Errorf("%w: order of the checkpoint", ErrCorrupt)
			}
			f(user, e)
			last = e
		}
		body = body[n*entrySize:]
	}
	return nil
}

// Deletable is the number up to which journal batches are no longer needed, given for each shard of the store the upto
// of its newest durable checkpoint (0: none).
func Deletable(upto []uint64) uint64 {
	if len(upto) == 0 {
		return 0
	}
	least := upto[0]
	for _, u := range upto[1:] {
		least = min(least, u)
	}
	return least
}

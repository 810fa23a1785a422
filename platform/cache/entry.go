package cache

import (
	"encoding/binary"
	"errors"
	"time"
)

// An entry in a Store is the version, Renew and End in Unix microseconds, big endian, and what Encode gave.
const (
	entryVersion = 1
	entryHead    = 1 + 8 + 8
)

var errEntry = errors.New("an entry of another version, or none at all")

func encodeEntry(renew, end time.Time, value []byte) []byte {
	b := make([]byte, 0, entryHead+len(value))
	b = append(b, entryVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(renew.UnixMicro()))
	b = binary.BigEndian.AppendUint64(b, uint64(end.UnixMicro()))
	return append(b, value...)
}

func decodeEntry(b []byte) (renew, end time.Time, value []byte, err error) {
	if len(b) < entryHead || b[0] != entryVersion {
		return renew, end, nil, errEntry
	}
	renew = time.UnixMicro(int64(binary.BigEndian.Uint64(b[1:])))
	end = time.UnixMicro(int64(binary.BigEndian.Uint64(b[9:])))
	if renew.After(end) {
		return renew, end, nil, errEntry
	}
	return renew, end, b[entryHead:], nil
}

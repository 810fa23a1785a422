package stream

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/hotlane/hotlane/platform/realtime"
)

// The body of a pack, version 1:
//
//	version   1 byte
//	count     uvarint, of entries
//	at        uvarint, of the first entry
//	entries   instance, counter (uvarint), client, user, at (varint, less the one before), data (uvarint length, bytes)
//	checksum  CRC-32C of all before it, 4 bytes, big endian
//
// instance, client and user are names: 0, uvarint length and bytes for one that is new in this pack, which gets the next number; or its
// number, from 1. Offsets are not in it: they count on from the first.
const (
	packVersion = 1
	leastEntry  = 6 // bytes that an entry takes
	checksumLen = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendPack adds the body of a pack. It keeps no entry.
func appendPack(dst []byte, entries []realtime.Entry) []byte {
	begin := len(dst)
	dst = append(dst, packVersion)
	dst = binary.AppendUvarint(dst, uint64(len(entries)))
	at := entries[0].At
	dst = binary.AppendUvarint(dst, uint64(at))
	var names names
	for i := range entries {
		e := &entries[i]
		dst = names.append(dst, e.Op.Instance)
		dst = binary.AppendUvarint(dst, e.Op.Counter)
		dst = names.append(dst, e.Client)
		dst = names.append(dst, e.User)
		dst = binary.AppendVarint(dst, e.At-at)
		at = e.At
		dst = binary.AppendUvarint(dst, uint64(len(e.Data)))
		dst = append(dst, e.Data...)
	}
	return binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst[begin:], castagnoli))
}

// names numbers the names of a pack. Few are looked for in a slice, many in a map.
type names struct {
	list   []string
	number map[string]uint64
}

const fewNames = 16

func (n *names) append(dst []byte, name string) []byte {
	if i := n.find(name); i > 0 {
		return binary.AppendUvarint(dst, i)
	}
	n.list = append(n.list, name)
	switch {
	case n.number != nil:
		n.number[name] = uint64(len(n.list))
	case len(n.list) > fewNames:
		n.number = make(map[string]uint64, 4*fewNames)
		for i, s := range n.list {
			n.number[s] = uint64(i + 1)
		}
	}
	dst = append(dst, 0)
	dst = binary.AppendUvarint(dst, uint64(len(name)))
	return append(dst, name...)
}

func (n *names) find(name string) uint64 {
	if n.number != nil {
		return n.number[name]
	}
	for i, s := range n.list {
		if s == name {
			return uint64(i + 1)
		}
	}
	return 0
}

// decodePack gives the entries of a body whose first has this offset. They share its bytes.
func decodePack(body []byte, first uint64) ([]realtime.Entry, error) {
	r, err := newReader(body, packVersion)
	if err != nil {
		return nil, err
	}
	count := r.uvarint()
	at := int64(r.uvarint())
	if count == 0 || count > uint64(len(r.rest)/leastEntry) {
		return nil, ErrCorrupt.Because(fmt.Errorf("%d entries in %d bytes", count, len(body)))
	}
	entries := make([]realtime.Entry, count)
	var list []string
	for i := range entries {
		e := &entries[i]
		e.Offset = first + uint64(i)
		e.Op.Instance = r.name(&list)
		e.Op.Counter = r.uvarint()
		e.Client = r.name(&list)
		e.User = r.name(&list)
		at += r.varint()
		e.At = at
		e.Data = r.bytes()
	}
	return entries, r.end()
}

// reader reads what was written by us, and trusts nothing. After the first mistake it gives zeros.
type reader struct {
	rest []byte
	bad  bool
}

// newReader looks at the version and the checksum.
func newReader(body []byte, version byte) (*reader, error) {
	n := len(body) - checksumLen
	if n < 1 || body[0] != version {
		return nil, ErrCorrupt.Because(fmt.Errorf("%d bytes that are not version %d", len(body), version))
	}
	if crc32.Checksum(body[:n], castagnoli) != binary.BigEndian.Uint32(body[n:]) {
		return nil, ErrCorrupt.Because(fmt.Errorf("the checksum of %d bytes is wrong", len(body)))
	}
	return &reader{rest: body[1:n:n]}, nil
}

func (r *reader) fail() {
	r.bad, r.rest = true, nil
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.fail()
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) name(list *[]string) string {
	i := r.uvarint()
	switch {
	case r.bad:
		return ""
	case i == 0:
		s := string(r.bytes())
		*list = append(*list, s)
		return s
	case i > uint64(len(*list)):
		r.fail()
		return ""
	}
	return (*list)[i-1]
}

func (r *reader) end() error {
	if r.bad || len(r.rest) > 0 {
		return ErrCorrupt.Because(fmt.Errorf("the form is wrong, %d bytes are left", len(r.rest)))
	}
	return nil
}

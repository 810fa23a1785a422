package once

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
)

// ErrCorrupt is wrapped by every refusal of Decode.
var ErrCorrupt = errors.New("once: corrupt block")

// An encoded block is: version 1, then for each kind its form 1 and the marks, then CRC-32C 4. Little endian.
//
//	sparse  number of marks 2, each: distance from the one before 1 or 2 (uvarint; the first from -1)
//	dense   512 bytes
//
// The shorter form is used, so that a block has one encoding only, of at most MaxEncoded bytes.
const (
	version = 1
	sparse  = 0
	dense   = 1

	denseSize = Size / 8
	// MaxEncoded is the most bytes that an encoded block has.
	MaxEncoded = 1 + int(kinds)*(1+denseSize) + 4
)

// AppendEncode appends the encoded block to dst.
func (b *Block) AppendEncode(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, version)
	for k := range b.marks {
		dst = b.marks[k].appendEncode(dst)
	}
	return binary.LittleEndian.AppendUint32(dst, checksum(dst[start:]))
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

func (m *bitmap) appendEncode(dst []byte) []byte {
	start, n, last := len(dst), 0, -1
	dst = append(dst, sparse, 0, 0)
	for i, w := range m {
		for ; w != 0; w &= w - 1 {
			at := i*64 + bits.TrailingZeros64(w)
			dst = binary.AppendUvarint(dst, uint64(at-last))
			last = at
			if n++; len(dst)-start > denseSize {
				return m.appendDense(dst[:start])
			}
		}
	}
	binary.LittleEndian.PutUint16(dst[start+1:], uint16(n))
	return dst
}

func (m *bitmap) appendDense(dst []byte) []byte {
	dst = append(dst, dense)
	for _, w := range m {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return dst
}

// Decode reads what AppendEncode wrote. What is not a block is refused with ErrCorrupt.
func Decode(data []byte) (*Block, error) {
	if len(data) < 1+4 || len(data) > MaxEncoded || data[0] != version {
		return nil, fmt.Errorf("%w: length %d or version", ErrCorrupt, len(data))
	}
	body := data[:len(data)-4]
	if checksum(body) != binary.LittleEndian.Uint32(data[len(body):]) {
		return nil, fmt.Errorf("%w: checksum", ErrCorrupt)
	}
	b, rest := &Block{}, body[1:]
	for k := range b.marks {
		var ok bool
		if rest, ok = b.marks[k].decode(rest); !ok {
			return nil, fmt.Errorf("%w: marks of %s", ErrCorrupt, Kind(k))
		}
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%w: %d bytes too many", ErrCorrupt, len(rest))
	}
	return b, nil
}

func (m *bitmap) decode(in []byte) (rest []byte, ok bool) {
	if len(in) < 3 {
		return nil, false
	}
	if in[0] == dense {
		if in = in[1:]; len(in) < denseSize {
			return nil, false
		}
		for i := range m {
			m[i] = binary.LittleEndian.Uint64(in[i*8:])
		}
		return in[denseSize:], true
	}
	n, at := int(binary.LittleEndian.Uint16(in[1:])), -1
	if in[0] != sparse {
		return nil, false
	}
	in = in[3:]
	for range n {
		step, size := binary.Uvarint(in)
		if size <= 0 || step == 0 || step > Size || at+int(step) >= Size {
			return nil, false
		}
		at += int(step)
		m[at/64] |= 1 << (at % 64)
		in = in[size:]
	}
	return in, true
}

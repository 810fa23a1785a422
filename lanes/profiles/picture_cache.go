package profiles

import (
	"encoding/binary"
	"errors"

	"github.com/hotlane/hotlane/lanes/profiles/picture"
)

// A drawn picture in a shared cache: version, hash of the URL (16 bytes of text), then for each size its type, side, length and body.

const (
	drawnVersion = 1
	drawnHash    = 16
)

var errDrawn = errors.New("profiles: this is no picture of the cache")

func (d drawn) size() int {
	n := 64 + len(d.of)
	for _, e := range d.sizes {
		n += 64 + len(e.Body)
	}
	return n
}

func (d drawn) encode() ([]byte, error) {
	b := append(make([]byte, 0, d.size()), drawnVersion)
	b = append(b, d.of...)
	for _, e := range d.sizes {
		kind := byte('j')
		if e.Type == "image/png" {
			kind = 'p'
		}
		b = binary.BigEndian.AppendUint16(append(b, kind), uint16(e.Side)) //nolint:gosec // at most 384
		b = binary.BigEndian.AppendUint32(b, uint32(len(e.Body)))          //nolint:gosec // of a few hundred pixels a side
		b = append(b, e.Body...)
	}
	return b, nil
}

func decodeDrawn(b []byte) (drawn, error) {
	if len(b) < 1+drawnHash || b[0] != drawnVersion {
		return drawn{}, errDrawn
	}
	d := drawn{of: string(b[1 : 1+drawnHash])}
	for b = b[1+drawnHash:]; len(b) > 0; {
		const head = 7
		if len(b) < head || b[0] != 'j' && b[0] != 'p' {
			return drawn{}, errDrawn
		}
		e := picture.Encoded{Type: "image/jpeg", Side: int(binary.BigEndian.Uint16(b[1:]))}
		if b[0] == 'p' {
			e.Type = "image/png"
		}
		n := int64(binary.BigEndian.Uint32(b[3:]))
		if n > int64(len(b)-head) || len(d.sizes) == len(pictureSizes) {
			return drawn{}, errDrawn
		}
		e.Body = append([]byte(nil), b[head:head+n]...)
		d.sizes = append(d.sizes, e)
		b = b[head+n:]
	}
	if n := len(d.sizes); n != 0 && n != len(pictureSizes) {
		return drawn{}, errDrawn
	}
	return d, nil
}

package token

import (
	"encoding/binary"
	"errors"
)

// Why a token is refused. Nothing is told about a token before its signature has been found good.
var (
	ErrMalformed    = errors.New("token: malformed")
	ErrBadSignature = errors.New("token: bad signature")
	ErrExpired      = errors.New("token: expired")
	ErrRange        = errors.New("token: value out of range") // Sign only
)

const (
	// MaxLife is the longest life, in milliseconds: 12 days.
	MaxLife = 1<<30 - 1
	// MaxPrice is the highest price, in micros: 281 million units.
	MaxPrice = 1<<48 - 1
	// MaxIndex is the highest dedupe position in a block.
	MaxIndex = 1<<12 - 1
	// MaxTime is the latest time, in Unix milliseconds: the year 2109.
	MaxTime = 1<<42 - 1
	// Size is the length of a token in characters.
	Size = 95

	version  = 1
	bodySize = 55
	macSize  = 16
	rawSize  = bodySize + macSize
)

// Claims are what a token says.
type Claims struct {
	Key       uint8  // of the keyring; Sign sets it
	Billing   uint8  // 0 to 15; what they mean is the caller's
	Block     uint64 // which dedupe block,
	Index     uint16 // and which position in it: 0 to MaxIndex
	Lease     int64  // the lease its price was reserved in; 0: none
	LineItem  uint32
	Creative  uint32
	Placement uint32
	User      uint64 // keyed hash of the user's id
	Issued    int64  // Unix ms
	Expires   int64  // Unix ms, later than Issued by at most MaxLife; the token is good before
	Price     int64  // micros of what is billed: 0 to MaxPrice
}

func (c *Claims) inRange() bool {
	life := c.Expires - c.Issued
	return c.Billing < 16 && c.Index <= MaxIndex && c.Lease >= 0 && c.Issued >= 0 && c.Issued <= MaxTime &&
		life > 0 && life <= MaxLife && c.Price >= 0 && c.Price <= MaxPrice
}

// put writes the claims, which must be in range. Issued (42 bits) and life (30 bits) share nine bytes.
func (c *Claims) put(b *[rawSize]byte) {
	le := binary.LittleEndian
	life := uint64(c.Expires - c.Issued)
	b[0], b[1] = version, c.Key
	le.PutUint64(b[2:], c.Block)
	le.PutUint16(b[10:], c.Index|uint16(c.Billing)<<12)
	le.PutUint64(b[12:], uint64(c.Lease))
	le.PutUint32(b[20:], c.LineItem)
	le.PutUint32(b[24:], c.Creative)
	le.PutUint32(b[28:], c.Placement)
	le.PutUint64(b[32:], c.User)
	le.PutUint64(b[40:], uint64(c.Issued)|life<<42)
	b[48] = byte(life >> 22)
	le.PutUint32(b[49:], uint32(c.Price))
	le.PutUint16(b[53:], uint16(c.Price>>32))
}

func (c *Claims) take(b *[rawSize]byte) {
	le := binary.LittleEndian
	c.Key = b[1]
	c.Block = le.Uint64(b[2:])
	tag := le.Uint16(b[10:])
	c.Index, c.Billing = tag&MaxIndex, uint8(tag>>12)
	c.Lease = int64(le.Uint64(b[12:]))
	c.LineItem = le.Uint32(b[20:])
	c.Creative = le.Uint32(b[24:])
	c.Placement = le.Uint32(b[28:])
	c.User = le.Uint64(b[32:])
	when := le.Uint64(b[40:])
	c.Issued = int64(when & MaxTime)
	c.Expires = c.Issued + int64(when>>42|uint64(b[48])<<22)
	c.Price = int64(le.Uint32(b[49:])) | int64(le.Uint16(b[53:]))<<32
}

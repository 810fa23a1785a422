package socket

import (
	"encoding/binary"

	"github.com/gobwas/ws"
)

const maxControl = ws.MaxControlFramePayloadSize

// violation is what a client did wrong: the code and the reason that its connection is closed with.
type violation struct {
	code   int
	reason string
}

func (v *violation) Error() string { return "socket: " + v.reason }

var (
	errLengthForm  = &violation{1002, "a length must be written as short as it can be"}
	errRSV         = &violation{1002, "reserved bits must be 0"}
	errCompression = &violation{1002, "only the first frame of a message says that it is compressed"}
	errUTF8        = &violation{1007, "text must be UTF-8"}
	errTooBig      = &violation{1009, "the message is too big"}
	errInflate     = &violation{1007, "the compressed message is not well-formed"}
	errIdleFrames  = &violation{1008, "too many frames without a message"}
	errCloseFrame  = &violation{1002, "the close frame is not well-formed"}
)

// parseHeader reads a frame's header from the beginning of p: n bytes long, 0 if p has not all of it.
func parseHeader(p []byte) (h ws.Header, n int, err error) {
	if len(p) < 2 {
		return h, 0, nil
	}
	h.Fin, h.Rsv, h.OpCode = p[0]&0x80 != 0, p[0]>>4&7, ws.OpCode(p[0]&15)
	h.Masked = p[1]&0x80 != 0
	n = 2
	length := uint64(p[1] & 0x7f)
	switch {
	case length == 126 && len(p) >= 4:
		length, n = uint64(binary.BigEndian.Uint16(p[2:])), 4
		if length < 126 {
			return h, n, errLengthForm
		}
	case length == 127 && len(p) >= 10:
		length, n = binary.BigEndian.Uint64(p[2:]), 10
		if length <= 0xffff || length>>63 != 0 {
			return h, n, errLengthForm
		}
	case length >= 126:
		return h, 0, nil
	}
	h.Length = int64(length)
	if h.Masked {
		if len(p) < n+4 {
			return h, 0, nil
		}
		n += copy(h.Mask[:], p[n:])
	}
	return h, n, nil
}

// appendHeader writes the header of a server's frame.
func appendHeader(dst []byte, op ws.OpCode, compressed bool, length int) []byte {
	first := 0x80 | byte(op)
	if compressed {
		first |= 0x40
	}
	switch {
	case length < 126:
		return append(dst, first, byte(length))
	case length <= 0xffff:
		return append(dst, first, 126, byte(length>>8), byte(length))
	}
	return binary.BigEndian.AppendUint64(append(dst, first, 127), uint64(length))
}

// maxHeader is the longest header that appendHeader writes.
const maxHeader = 10

// closeBody is the payload of a close frame. A reason that is too long is cut.
func closeBody(code int, reason string) []byte {
	if code == noCode {
		return nil
	}
	if max := maxControl - 2; len(reason) > max {
		n, _ := wholeRunes([]byte(reason[:max]))
		reason = reason[:n]
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...)
}

// noCode stands for a close frame without a code.
const noCode = 1005

// readClose reads the payload of a client's close frame.
func readClose(p []byte) (code int, reason string, err error) {
	if len(p) == 0 {
		return noCode, "", nil
	}
	if len(p) == 1 {
		return 0, "", errCloseFrame
	}
	code = int(binary.BigEndian.Uint16(p))
	if n, ok := wholeRunes(p[2:]); !ok || n < len(p)-2 {
		return 0, "", errUTF8
	}
	if !sendable(code) {
		return 0, "", errCloseFrame
	}
	return code, string(p[2:]), nil
}

// sendable are the codes that may stand in a close frame (RFC 6455, section 7.4, and the registry that it sets up).
func sendable(code int) bool {
	return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999
}

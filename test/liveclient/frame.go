package liveclient

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gobwas/ws"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// limit is the largest frame that is taken, in bytes.
const limit = 64 << 20

// mask is always the same: what it is for does not happen here.
var mask = [4]byte{1, 2, 3, 4} //nolint:gochecknoglobals // a constant

// write sends commands in one frame.
func (l *link) write(codec protocol.Codec, commands ...*protocol.Command) error {
	l.out = l.out[:0]
	for i, cmd := range commands {
		if i > 0 && codec == protocol.JSON {
			l.out = append(l.out, '\n')
		}
		l.out = codec.AppendCommand(l.out, cmd)
	}
	kind := ws.OpText
	if codec == protocol.Protobuf {
		kind = ws.OpBinary
	}
	return l.frame(kind, l.out)
}

// frame sends one, whole.
func (l *link) frame(kind ws.OpCode, payload []byte) error {
	whole := make([]byte, 0, ws.MaxHeaderSize+len(payload))
	whole = append(whole, 0x80|byte(kind))
	switch n := len(payload); {
	case n < 126:
		whole = append(whole, 0x80|byte(n))
	case n < 1<<16:
		whole = binary.BigEndian.AppendUint16(append(whole, 0x80|126), uint16(n))
	default:
		whole = binary.BigEndian.AppendUint64(append(whole, 0x80|127), uint64(n))
	}
	whole = append(whole, mask[:]...)
	head := len(whole)
	whole = append(whole, payload...)
	ws.Cipher(whole[head:], mask, 0)
	_, err := l.Write(whole)
	return err
}

// read waits for a message and gives its replies, which may be kept.
func (l *link) read(codec protocol.Codec, each func(*protocol.Reply) error) error {
	message, err := l.message()
	if err != nil {
		return err
	}
	return codec.DecodeReplies(message, limit, func(r *protocol.Reply) error {
		kept := *r
		return each(&kept)
	})
}

// message reads frames until a message is whole. Pings of WebSocket are answered.
func (l *link) message() (whole []byte, err error) {
	for {
		h, err := ws.ReadHeader(l.in)
		if err != nil {
			return nil, err
		}
		if h.Masked || h.Rsv != 0 || h.Length > limit-int64(len(whole)) {
			return nil, fmt.Errorf("a frame that a server must not send: %+v", h)
		}
		payload := make([]byte, h.Length)
		if _, err := io.ReadFull(l.in, payload); err != nil {
			return nil, err
		}
		switch h.OpCode {
		case ws.OpClose:
			code, reason := ws.ParseCloseFrameData(payload)
			_ = l.frame(ws.OpClose, payload[:min(len(payload), 2)]) // it is going anyway
			return nil, protocol.Disconnect{Code: uint32(code), Reason: reason}
		case ws.OpPing:
			if err := l.frame(ws.OpPong, payload); err != nil {
				return nil, err
			}
		case ws.OpPong:
		default:
			if whole == nil {
				whole = payload
			} else {
				whole = append(whole, payload...)
			}
			if h.Fin {
				return whole, nil
			}
		}
	}
}

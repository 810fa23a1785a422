package hub

import (
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// Message is what members of a channel get at once: one push of the protocol or more, joined as a frame's are. It is encoded when it
// is first asked for, once for each codec, and only under the channel's lock, within Deliver.
type Message struct {
	channel string
	pushes  []push
	offset  uint64
	encoded [2][]byte
}

// push is one of a publication, a join and a leave.
type push struct {
	pub         *protocol.Publication
	join, leave *protocol.ClientInfo
}

// JSON is the message in a text frame. It is shared: nobody changes it.
func (m *Message) JSON() []byte { return m.encode(protocol.JSON) }

// Protobuf is the message in a binary frame. It is shared: nobody changes it.
func (m *Message) Protobuf() []byte { return m.encode(protocol.Protobuf) }

// Bytes is the message in a codec's frame.
func (m *Message) Bytes(c protocol.Codec) []byte { return m.encode(c) }

// Offset is the last offset in it; 0: it is beside the log, and a slow member may go without.
func (m *Message) Offset() uint64 { return m.offset }

// Pushes is how many pushes it is.
func (m *Message) Pushes() int { return len(m.pushes) }

func (m *Message) encode(c protocol.Codec) []byte { panic("to come") }

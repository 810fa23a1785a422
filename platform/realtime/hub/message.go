package hub

import (
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// Message is what members of a channel get at once: one push of the protocol or more, joined as a frame's are. It is encoded when it
// is first asked for, once for each codec, and only under the channel's lock, within Deliver.
type Message struct {
	channel string
	entries []realtime.Entry // of the log
	pushes  []push           // beside it
	encoded [2][]byte
}

// push is one of a publication, a join and a leave.
type push struct {
	data        []byte
	info        protocol.ClientInfo
	join, leave bool
}

// JSON is the message in a text frame. It is shared: nobody changes it.
func (m *Message) JSON() []byte { return m.Bytes(protocol.JSON) }

// Protobuf is the message in a binary frame. It is shared: nobody changes it.
func (m *Message) Protobuf() []byte { return m.Bytes(protocol.Protobuf) }

// Bytes is the message in a codec's frame. It is shared: nobody changes it.
func (m *Message) Bytes(c protocol.Codec) []byte {
	if m.encoded[c] == nil {
		m.encoded[c] = m.encode(c)
	}
	return m.encoded[c]
}

// Offset is the last offset in it; 0: it is beside the log, and a slow member may go without.
func (m *Message) Offset() uint64 {
	if len(m.entries) == 0 {
		return 0
	}
	return m.entries[len(m.entries)-1].Offset
}

// Pushes is how many pushes it is.
func (m *Message) Pushes() int { return len(m.entries) + len(m.pushes) }

// Entries are those of the log that it brings. They may be kept, and must not be changed; the slice may not be kept.
func (m *Message) Entries() []realtime.Entry { return m.entries }

func (m *Message) encode(c protocol.Codec) []byte {
	dst := make([]byte, 0, m.room())
	for i := range m.entries {
		dst = appendEntry(between(dst, c), c, m.channel, &m.entries[i])
	}
	for i := range m.pushes {
		p := &m.pushes[i]
		switch dst = between(dst, c); {
		case p.join:
			dst = protocol.AppendPushJoin(dst, c, m.channel, &p.info)
		case p.leave:
			dst = protocol.AppendPushLeave(dst, c, m.channel, &p.info)
		default:
			pub := protocol.Publication{Data: p.data}
			if p.info.Client != "" {
				pub.Info = &p.info
			}
			dst = protocol.AppendPushPub(dst, c, m.channel, &pub)
		}
	}
	return dst
}

func appendEntry(dst []byte, c protocol.Codec, channel string, e *realtime.Entry) []byte {
	pub := protocol.Publication{Data: e.Data, Offset: e.Offset, Time: e.At}
	if e.Client != "" {
		info := protocol.ClientInfo{Client: e.Client, User: e.User}
		pub.Info = &info
	}
	return protocol.AppendPushPub(dst, c, channel, &pub)
}

// between joins the pushes of a frame.
func between(dst []byte, c protocol.Codec) []byte {
	if c == protocol.JSON && len(dst) > 0 {
		return append(dst, '\n')
	}
	return dst
}

// room is about how long it gets.
func (m *Message) room() int {
	n := 0
	for i := range m.entries {
		e := &m.entries[i]
		n += 96 + len(m.channel) + len(e.Data) + len(e.Client) + len(e.User)
	}
	for i := range m.pushes {
		p := &m.pushes[i]
		n += 96 + len(m.channel) + len(p.data) + len(p.info.Client) + len(p.info.User) + len(p.info.ChanInfo)
	}
	return n
}

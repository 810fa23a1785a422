package protocol

// Push is what a server sends unasked. One of its fields beside Channel is set.
type Push struct {
	Channel     string // empty: not of a channel
	Pub         *Publication
	Join        *Join
	Leave       *Leave
	Unsubscribe *Unsubscribe
	Message     *Message
	Subscribe   *Subscribe
	Disconnect  *DisconnectPush
	Refresh     *Refresh
}

// Join tells that somebody came.
type Join struct{ Info *ClientInfo }

// Leave tells that somebody went.
type Leave struct{ Info *ClientInfo }

// Message is to one client, of no channel.
type Message struct{ Data []byte }

// Subscribe tells of a server-side subscription that was made.
type Subscribe struct {
	Recoverable bool
	Epoch       string
	Offset      uint64
	Positioned  bool
	Data        []byte // JSON
}

// DisconnectPush tells why the connection ends, where the close frame cannot.
type DisconnectPush struct {
	Code      uint32
	Reason    string
	Reconnect bool
}

// Refresh tells when the connection's token expires now.
type Refresh struct {
	Expires bool
	TTL     uint32 // seconds
}

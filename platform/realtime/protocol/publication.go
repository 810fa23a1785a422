package protocol

// Publication is a message in a channel.
type Publication struct {
	Data   []byte      // JSON
	Info   *ClientInfo // who published; nil: the server
	Offset uint64      // its place in the channel's log; 0: beside it
	Tags   []Tag
	Time   int64 // Unix milliseconds; 0: not said
}

// Tag is a name and a value that a publication bears.
type Tag struct{ Key, Value string }

// ClientInfo is a connection, as others see it.
type ClientInfo struct {
	User     string
	Client   string // id of the connection
	ConnInfo []byte // JSON, of the connection; nil: none
	ChanInfo []byte // JSON, of the subscription; nil: none
}

// PublishRequest asks to publish.
type PublishRequest struct {
	Channel string
	Data    []byte // JSON
	Type    int32  // 0: into a stream. Others are not defined here
}

// PublishResult answers a [PublishRequest].
type PublishResult struct{}

// StreamPosition is a place in a channel's log.
type StreamPosition struct {
	Offset uint64
	Epoch  string
}

// HistoryRequest asks for what a log holds.
type HistoryRequest struct {
	Channel string
	Limit   int32           // 0: only the position; negative: as many as the server gives
	Since   *StreamPosition // what comes behind it, or before it with Reverse; nil: from the start, or the end
	Reverse bool            // the newest first
}

// HistoryResult answers a [HistoryRequest].
type HistoryResult struct {
	Publications []Publication
	Epoch        string
	Offset       uint64 // where the log is
}

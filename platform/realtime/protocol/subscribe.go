package protocol

// FlagRejectUnrecovered in [SubscribeRequest.Flag] asks for [ErrorUnrecoverablePosition] when what was missed cannot be recovered.
const FlagRejectUnrecovered = 2

// SubscribeRequest asks to get into a channel.
type SubscribeRequest struct {
	Channel     string
	Token       string
	Recover     bool   // from Offset and Epoch on
	Epoch       string // of the log that Offset is a place in
	Offset      uint64 // the last that the client has
	Data        []byte // JSON; nil: none
	Positioned  bool   // watch that nothing is missed
	Recoverable bool   // come back with Recover
	JoinLeave   bool   // send joins and leaves
	Flag        int64
	Filtered    bool  // a filter by tags was sent; which is not kept
	Type        int32 // 0: a stream. Others are kinds of channels that are not defined here
}

// SubscribeResult answers a [SubscribeRequest].
type SubscribeResult struct {
	Channel       string // only in [ConnectResult.Subs], where it names the channel
	Expires       bool
	TTL           uint32 // seconds
	Recoverable   bool
	Epoch         string
	Publications  []Publication // that were missed, in order
	Recovered     bool
	Offset        uint64 // where the log is
	Positioned    bool
	Data          []byte // JSON
	WasRecovering bool
}

// SubRefreshRequest shows a new token before a subscription's expires.
type SubRefreshRequest struct {
	Channel string
	Token   string
	Type    int32 // 0: a refresh. Others are not defined here
}

// SubRefreshResult answers a [SubRefreshRequest].
type SubRefreshResult struct {
	Expires bool
	TTL     uint32 // seconds
}

// UnsubscribeRequest asks to leave a channel.
type UnsubscribeRequest struct{ Channel string }

// UnsubscribeResult answers an [UnsubscribeRequest].
type UnsubscribeResult struct{}

package protocol

// Reply is what a server sends: the answer to the command of the same ID, or a Push with ID 0. One of its fields beside ID is set,
// none in a ping.
type Reply struct {
	ID            uint32
	Error         *Error
	Push          *Push
	Connect       *ConnectResult
	Subscribe     *SubscribeResult
	Unsubscribe   *UnsubscribeResult
	Publish       *PublishResult
	Presence      *PresenceResult
	PresenceStats *PresenceStatsResult
	History       *HistoryResult
	Ping          *PingResult
	RPC           *RPCResult
	Refresh       *RefreshResult
	SubRefresh    *SubRefreshResult
}

// IsPing tells that the reply is a ping, which a client answers with an empty command if it was told to ([ConnectResult.Pong]).
func (r *Reply) IsPing() bool { return *r == Reply{} }

// ConnectResult answers a [ConnectRequest].
type ConnectResult struct {
	Client  string // id of the connection
	Version string // of the server
	Expires bool
	TTL     uint32            // seconds until the token expires
	Data    []byte            // JSON; nil: none
	Subs    []SubscribeResult // server-side subscriptions, each with its Channel
	Ping    uint32            // seconds between pings; 0: none
	Pong    bool              // pings are to be answered
	Session string
	Node    string
	Time    int64 // Unix milliseconds; 0: not said
}

// RefreshResult answers a [RefreshRequest].
type RefreshResult struct {
	Client  string
	Version string
	Expires bool
	TTL     uint32 // seconds
}

// RPCResult answers an [RPCRequest].
type RPCResult struct{ Data []byte }

// PingResult answers a [PingRequest].
type PingResult struct{}

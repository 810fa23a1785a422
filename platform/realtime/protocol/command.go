package protocol

// Command is what a client sends. One request of it is set, none in a pong.
type Command struct {
	ID            uint32 // the reply has the same; 0: no reply is awaited (Send, a pong)
	Connect       *ConnectRequest
	Subscribe     *SubscribeRequest
	Unsubscribe   *UnsubscribeRequest
	Publish       *PublishRequest
	Presence      *PresenceRequest
	PresenceStats *PresenceStatsRequest
	History       *HistoryRequest
	Ping          *PingRequest
	Send          *SendRequest
	RPC           *RPCRequest
	Refresh       *RefreshRequest
	SubRefresh    *SubRefreshRequest
}

// Pong tells that the command is the answer to a ping: nothing at all.
func (c *Command) Pong() bool { return *c == Command{} }

// ConnectRequest is the first command of a connection.
type ConnectRequest struct {
	Token   string
	Data    []byte             // JSON; nil: none
	Subs    []SubscribeRequest // server-side subscriptions to recover, each with its Channel
	Name    string             // of the program, as it says itself
	Version string             // of the program
}

// RefreshRequest shows a new token before the connection's expires.
type RefreshRequest struct{ Token string }

// RPCRequest calls a method of the server.
type RPCRequest struct {
	Data   []byte // JSON
	Method string
}

// SendRequest is a message to the server that is not answered.
type SendRequest struct{ Data []byte }

// PingRequest asks for a reply, no more.
type PingRequest struct{}

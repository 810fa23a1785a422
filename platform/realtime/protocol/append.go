package protocol

// Append appends a reply, without the newline that joins it with others in a JSON frame.
func (c Codec) Append(dst []byte, r *Reply) []byte { return dst }

// AppendCommand appends a command, without the newline that joins it with others in a JSON frame.
func (c Codec) AppendCommand(dst []byte, cmd *Command) []byte { return dst }

// AppendPushPub appends a publication in a channel. Like the others here it allocates nothing when dst has the room.
func AppendPushPub(dst []byte, c Codec, channel string, p *Publication) []byte { return dst }

// AppendPushJoin appends that somebody came.
func AppendPushJoin(dst []byte, c Codec, channel string, info *ClientInfo) []byte { return dst }

// AppendPushLeave appends that somebody went.
func AppendPushLeave(dst []byte, c Codec, channel string, info *ClientInfo) []byte { return dst }

// AppendPushUnsubscribe appends that a subscription ended.
func AppendPushUnsubscribe(dst []byte, c Codec, channel string, u Unsubscribe) []byte { return dst }

// AppendError appends the reply to a command that failed.
func AppendError(dst []byte, c Codec, id uint32, e *Error) []byte { return dst }

// AppendPing appends a ping.
func AppendPing(dst []byte, c Codec) []byte { return dst }

package protocol

// Append appends a reply, without the newline that joins it with others in a JSON frame. Nothing of r is changed or kept.
func (c Codec) Append(dst []byte, r *Reply) []byte {
	w := wire{codec: c, buf: dst}
	for o := w.root(); w.next(&o); {
		r.fields(&w)
	}
	return w.buf
}

// AppendCommand appends a command, without the newline that joins it with others in a JSON frame.
func (c Codec) AppendCommand(dst []byte, cmd *Command) []byte {
	w := wire{codec: c, buf: dst}
	for o := w.root(); w.next(&o); {
		cmd.fields(&w)
	}
	return w.buf
}

// AppendPushPub appends a publication in a channel. It allocates nothing when dst has the room.
func AppendPushPub(dst []byte, c Codec, channel string, p *Publication) []byte {
	return c.Append(dst, &Reply{Push: &Push{Channel: channel, Pub: p}})
}

// AppendPushJoin appends that somebody came.
func AppendPushJoin(dst []byte, c Codec, channel string, info *ClientInfo) []byte {
	return c.Append(dst, &Reply{Push: &Push{Channel: channel, Join: &Join{Info: info}}})
}

// AppendPushLeave appends that somebody went.
func AppendPushLeave(dst []byte, c Codec, channel string, info *ClientInfo) []byte {
	return c.Append(dst, &Reply{Push: &Push{Channel: channel, Leave: &Leave{Info: info}}})
}

// AppendPushUnsubscribe appends that a subscription ended.
func AppendPushUnsubscribe(dst []byte, c Codec, channel string, u Unsubscribe) []byte {
	return c.Append(dst, &Reply{Push: &Push{Channel: channel, Unsubscribe: &u}})
}

// AppendError appends the reply to a command that failed.
func AppendError(dst []byte, c Codec, id uint32, e *Error) []byte {
	return c.Append(dst, &Reply{ID: id, Error: e})
}

// AppendPing appends a ping.
func AppendPing(dst []byte, c Codec) []byte { return c.Append(dst, &Reply{}) }

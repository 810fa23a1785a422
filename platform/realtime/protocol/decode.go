package protocol

// Decode gives each command of a frame, in order. frame is at most limit bytes. The commands before one that is refused were given. An error of each
// ends it and is returned as it is. A Command's text is its own; its bytes (Data) are the frame's, to be copied if they are kept.
func (c Codec) Decode(frame []byte, limit int, each func(*Command) error) error {
	return ErrMalformed
}

// DecodeReplies is what a client does with a frame. See Decode.
func (c Codec) DecodeReplies(frame []byte, limit int, each func(*Reply) error) error {
	return ErrMalformed
}

package socket

// Handler is what a connection serves. Its calls never overlap.
type Handler interface {
	// Message is called for each message. p is valid until it returns. It may block: only this connection's reading waits.
	Message(c *Conn, binary bool, p []byte)
	// Closed is called once, after the last Message: *CloseError, ErrSlow, ErrCut or what the network said.
	Closed(c *Conn, err error)
}

// Conn is one connection. Its methods may be called by any goroutine, do not block and do not call the handler.
type Conn struct{}

// Protocol is the subprotocol that was agreed on; empty: none.
func (c *Conn) Protocol() string { return "" }

// Serve starts reading, once. binary says how what is sent goes out: in binary frames, one message right behind the other, or in
// text frames, with a line feed between them.
func (c *Conn) Serve(h Handler, binary bool) {}

// Send queues a copy of p. It goes out at once, or with what else is queued when Options.Coalesce has passed since the last write.
// false: it was not taken, since the queue is full or the connection is ending; what the caller does then is its own matter.
func (c *Conn) Send(p []byte) bool { return false }

// SendShared is Send without the copy: p must never change.
func (c *Conn) SendShared(p []byte) bool { return false }

// Flush lets what is queued go out at once.
func (c *Conn) Flush() {}

// Queued is the number of bytes that wait or are being written.
func (c *Conn) Queued() int { return 0 }

// Close sends what is queued, then the close frame, and ends the connection when the client answered it, or after the write
// timeout. code is 1000, 1001, 1007 to 1013 or 3000 to 4999; the reason is cut to 123 bytes. Further calls do nothing.
func (c *Conn) Close(code int, reason string) {}

// Cut ends the connection without a word.
func (c *Conn) Cut() {}

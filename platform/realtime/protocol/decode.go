package protocol

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Decode gives each command of a frame, in order, each in a Command of its own. A frame of more than limit bytes is refused. The
// commands before one that is refused were given. An error of each ends it and is returned as it is. A Command's strings are its own;
// its bytes (Data) lie in frame: who keeps them copies them.
func (c Codec) Decode(frame []byte, limit int, each func(*Command) error) error {
	return c.split(frame, limit, func(w *wire) error {
		cmd := new(Command)
		for o := w.root(); w.next(&o); {
			cmd.fields(w)
		}
		if cmd.requests() > 1 {
			w.fail("more than one request in a command")
		}
		if err := w.whole(); err != nil {
			return err
		}
		return each(cmd)
	})
}

// DecodeReplies is what a client does with a frame. See [Codec.Decode].
func (c Codec) DecodeReplies(frame []byte, limit int, each func(*Reply) error) error {
	return c.split(frame, limit, func(w *wire) error {
		r := new(Reply)
		for o := w.root(); w.next(&o); {
			r.fields(w)
		}
		if err := w.whole(); err != nil {
			return err
		}
		return each(r)
	})
}

// whole tells whether what was read was the whole message.
func (w *wire) whole() error {
	if w.codec == JSON {
		w.space()
	}
	if w.pos != w.end {
		w.fail("more than one message in a place")
	}
	return w.err
}

func (c Codec) split(frame []byte, limit int, each func(*wire) error) error {
	if len(frame) > limit {
		return fmt.Errorf("%w: %d bytes, %d are allowed", ErrTooLarge, len(frame), limit)
	}
	if c == JSON {
		return splitLines(frame, each)
	}
	return splitLengths(frame, each)
}

func splitLines(frame []byte, each func(*wire) error) error {
	if !utf8.Valid(frame) {
		return fmt.Errorf("%w: not UTF-8", ErrMalformed)
	}
	n := 0
	for start := 0; start < len(frame); {
		end := len(frame)
		if i := bytes.IndexByte(frame[start:], '\n'); i >= 0 {
			end = start + i
		}
		w := wire{reading: true, buf: frame, pos: start, end: end}
		start = end + 1
		if w.space(); w.pos == w.end {
			continue // an empty line
		}
		if n++; n > MaxMessages {
			return ErrTooMany
		}
		if err := each(&w); err != nil {
			return err
		}
	}
	if n == 0 {
		return fmt.Errorf("%w: empty", ErrMalformed)
	}
	return nil
}

func splitLengths(frame []byte, each func(*wire) error) error {
	if len(frame) == 0 {
		return fmt.Errorf("%w: empty", ErrMalformed)
	}
	n := 0
	for pos := 0; pos < len(frame); {
		w := wire{codec: Protobuf, reading: true, buf: frame, pos: pos, end: len(frame)}
		length := w.readLength()
		if w.err != nil {
			return w.err
		}
		w.end = w.pos + length
		pos = w.end
		if n++; n > MaxMessages {
			return ErrTooMany
		}
		if err := each(&w); err != nil {
			return err
		}
	}
	return nil
}

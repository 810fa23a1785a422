package liveclient

import (
	"context"
	"errors"
	"time"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// op is an operation that is sent until it is answered.
type op struct {
	data []byte
	tell func(error)
}

func (o *op) done(err error) {
	if o.tell != nil {
		o.tell(err)
	}
}

// Send sends an operation, data with its "op", and sends it again after each reconnect until it is answered. done is told once: nil when
// it is durable, a [*protocol.Error] when it was refused, ErrClosed when it is not known. It is told by the client's goroutine, or by
// who ends the client.
func (s *Sub) Send(data []byte, done func(error)) {
	o := &op{data: data, tell: done}
	s.c.mu.Lock()
	over := s.over
	if over == nil {
		s.ops = append(s.ops, o)
		if s.in {
			s.publish(o)
		}
	}
	s.c.mu.Unlock()
	if over != nil {
		o.done(ErrClosed)
	}
}

// publish sends it once. The client's lock is held.
func (s *Sub) publish(o *op) {
	cmd := &protocol.Command{Publish: &protocol.PublishRequest{Channel: s.channel, Data: o.data}}
	_ = s.c.send(cmd, func(r *protocol.Reply, err error) { // not connected: it is sent when it is
		switch {
		case err != nil: // likewise
		case r.Error != nil && r.Error.Temporary:
			time.AfterFunc(s.c.o.delay(1), func() { s.publishAgain(o) })
		case r.Error != nil:
			s.settle(o, r.Error)
		default:
			s.settle(o, nil)
		}
	})
}

func (s *Sub) publishAgain(o *op) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	if s.in { // else it is sent when it is in
		s.publish(o)
	}
}

// settle takes it from the list, where it is but for the first answer of several.
func (s *Sub) settle(o *op, err error) {
	s.c.mu.Lock()
	found := false
	for i := range s.ops {
		if s.ops[i] == o {
			s.ops, found = append(s.ops[:i:i], s.ops[i+1:]...), true
			break
		}
	}
	s.c.mu.Unlock()
	if found {
		o.done(err)
	}
}

// Publish is Send, and waits. It must not be called from a handler.
func (s *Sub) Publish(ctx context.Context, data []byte) error {
	answer := make(chan error, 1)
	s.Send(data, func(err error) { answer <- err })
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Pass sends a message beside the log, once, and waits for the answer.
func (s *Sub) Pass(ctx context.Context, data []byte) error {
	_, err := s.c.Call(ctx, &protocol.Command{Publish: &protocol.PublishRequest{Channel: s.channel, Data: data}})
	return err
}

// Refused tells whether an error is the server's answer that it will never take this.
func Refused(err error) bool {
	var refused *protocol.Error
	return errors.As(err, &refused) && !refused.Temporary
}

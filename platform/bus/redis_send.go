package bus

import (
	"context"
	"sync"
	"time"

	"github.com/redis/rueidis"
)

const (
	outMessages = 8192     // messages that wait to be sent, while as many may be on their way
	outBytes    = 16 << 20 // and their bodies; what does not fit is not sent
	atOnce      = 256      // messages that travel together
	lastMost    = time.Second
)

// sender sends what is queued. While Redis does not take it nothing is kept: it would be old news, and all are told to look for themselves
// once a note gets through.
type sender struct {
	b    *redisBus
	wake chan struct{} // holds one

	mu    sync.Mutex // guards what follows; never held during I/O
	queue []outgoing
	bytes int
	down  bool // the last attempt failed
	owes  bool // something was not sent, and the others do not know
}

type outgoing struct {
	channel string
	body    []byte
}

func newSender(b *redisBus) *sender { return &sender{b: b, wake: make(chan struct{}, 1)} }

func (s *sender) put(channel string, body []byte) (err error) {
	s.mu.Lock()
	if s.down || len(s.queue) >= outMessages || s.bytes+len(body) > outBytes {
		s.owes = true
		err = ErrFull
		s.b.metrics.unsent.Inc()
	} else {
		s.queue = append(s.queue, outgoing{channel, body})
		s.bytes += len(body)
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return err
}

func (s *sender) run(ctx context.Context, client rueidis.Client) {
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastMost)
			defer cancel()
			if !s.off() {
				s.flush(last, client)
			}
			return
		case <-s.wake:
		}
		for pause := restLeast; !s.flush(ctx, client); pause = min(2*pause, restMost) {
			if !rest(ctx, pause) {
				break
			}
		}
	}
}

func (s *sender) off() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// flush sends what is queued, and then the note where one is owed. false: it must be tried again after a while.
func (s *sender) flush(ctx context.Context, client rueidis.Client) bool {
	for {
		s.mu.Lock()
		queue, owes := s.queue, s.owes
		s.queue, s.bytes, s.owes = nil, 0, false
		s.mu.Unlock()
		if len(queue) == 0 && !owes {
			return true
		}
		sent, err := s.send(ctx, client, queue)
		if err == nil && owes {
			_, err = s.send(ctx, client, []outgoing{{s.b.notes(0), []byte(s.b.node)}})
		}
		if err != nil {
			s.failed(ctx, len(queue)-sent, err)
			return false
		}
		s.recovered()
	}
}

func (s *sender) recovered() {
	s.mu.Lock()
	was := s.down
	s.down = false
	s.mu.Unlock()
	if was {
		s.b.log.Info("the bus takes messages again")
	}
}

// failed drops what is queued.
func (s *sender) failed(ctx context.Context, unsent int, err error) {
	s.mu.Lock()
	first := !s.down
	unsent += len(s.queue)
	s.queue, s.bytes, s.down, s.owes = nil, 0, true, true
	s.mu.Unlock()
	s.b.metrics.unsent.Add(float64(unsent))
	if first && ctx.Err() == nil {
		s.b.log.Warn("the bus takes no messages: nodes hear of each other's news late until it does", "error", err)
	}
}

func (s *sender) send(ctx context.Context, client rueidis.Client, queue []outgoing) (sent int, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerMost)
	defer cancel()
	for len(queue) > 0 {
		part := queue[:min(len(queue), atOnce)]
		queue = queue[len(part):]
		commands := make(rueidis.Commands, len(part))
		for i, m := range part {
			commands[i] = s.command(client, m)
		}
		for _, answer := range client.DoMulti(ctx, commands...) {
			if err := answer.Error(); err != nil {
				return sent, err
			}
			sent++
			s.b.metrics.sent.Inc()
		}
	}
	return sent, nil
}

// command: a plain message too goes to the node of its channel's slot, so that those of a topic take one way.
func (s *sender) command(client rueidis.Client, m outgoing) rueidis.Completed {
	name := "SPUBLISH"
	if s.b.plain.Load() {
		name = "PUBLISH"
	}
	return client.B().Arbitrary(name).Keys(m.channel).Args(rueidis.BinaryString(m.body)).Build()
}

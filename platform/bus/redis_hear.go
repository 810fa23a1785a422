package bus

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/redis/rueidis"
)

var errMoved = errors.New("its slot has moved to another node of the Cluster")

const topicsAtOnce = 256 // in one command

// ear is one connection that messages come in by: of one shard in a Cluster, of all otherwise. Its goroutine makes what it is subscribed to
// equal to what is wanted; when the connection is lost, anew.
type ear struct {
	b     *redisBus
	which int
	of    int           // ears there are
	wake  chan struct{} // holds one

	// Of its goroutine only.
	was   bool // it was connected before
	plain bool // this connection's subscriptions are not sharded

	mu      sync.Mutex      // guards what follows; never held during I/O
	changes map[string]bool // since the connection was made; nil: there is none, and the next one begins with all
	leaving map[string]int  // unsubscriptions that are not confirmed yet
}

func newEar(b *redisBus, which, of int) *ear {
	return &ear{b: b, which: which, of: of, wake: make(chan struct{}, 1)}
}

func (e *ear) change(topic string) {
	e.mu.Lock()
	if e.changes != nil {
		e.changes[topic] = true
	}
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

func (e *ear) run(ctx context.Context, client rueidis.Client) {
	told := false
	for pause := restLeast; ; pause = min(2*pause, restMost) {
		held, err := e.session(ctx, client)
		if held {
			pause, told = restLeast, false
		}
		if ctx.Err() == nil && !told {
			told = true
			e.b.log.Warn("the bus does not speak to this node: it hears of others' news late until it does", "error", err)
		}
		if !rest(ctx, pause) {
			return
		}
	}
}

// session is one connection. held: it was subscribed to all that was wanted.
func (e *ear) session(ctx context.Context, client rueidis.Client) (held bool, err error) {
	conn, release := client.Dedicate()
	defer release()
	defer conn.Close()
	moved := make(chan struct{}, 1)
	e.mu.Lock()
	e.leaving, e.changes = make(map[string]int), make(map[string]bool)
	e.mu.Unlock()
	defer e.idle()
	ended := conn.SetPubSubHooks(rueidis.PubSubHooks{
		OnMessage:      e.message,
		OnSubscription: func(s rueidis.PubSubSubscription) { e.confirmed(s, moved) },
	})
	plain, err := e.b.ask(ctx, client)
	if err != nil {
		return false, err
	}
	e.plain = plain
	current := make(map[string]bool)
	if err := e.begin(ctx, conn, current); err != nil {
		return false, err
	}
	e.b.metrics.up.Inc()
	defer e.b.metrics.up.Dec()
	if e.was {
		e.b.log.Info("the bus speaks to this node again")
		e.b.in.lose()
	}
	e.was = true
	for {
		select {
		case <-ctx.Done():
			return true, nil
		case err := <-ended:
			return true, err
		case <-moved:
			return true, errMoved
		case <-e.wake:
			if err := e.follow(ctx, conn, current); err != nil {
				return true, err
			}
		}
	}
}

func (e *ear) idle() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.changes = nil
}

// begin subscribes to all that is wanted of this ear.
func (e *ear) begin(ctx context.Context, conn rueidis.DedicatedClient, current map[string]bool) error {
	list := []string{e.b.notes(e.which)} // each has at least this, so that there is a connection, to the shard's node
	for _, topic := range e.b.in.wanted() {
		if shardOf(topic)%e.of == e.which {
			current[topic] = true
			list = append(list, e.b.channel(topic))
		}
	}
	return e.subscribe(ctx, conn, list)
}

// follow makes up for what changed. Who is new to a topic that is subscribed to is told so here, since no confirmation will come.
func (e *ear) follow(ctx context.Context, conn rueidis.DedicatedClient, current map[string]bool) error {
	e.mu.Lock()
	changes := e.changes
	e.changes = make(map[string]bool)
	e.mu.Unlock()
	var join, leave []string
	for topic := range changes {
		switch wanted := e.b.in.has(topic); {
		case wanted && current[topic]:
			e.b.in.hold(topic)
		case wanted:
			current[topic] = true
			join = append(join, e.b.channel(topic))
		case current[topic]:
			delete(current, topic)
			leave = append(leave, e.b.channel(topic))
		}
	}
	if err := e.unsubscribe(ctx, conn, leave); err != nil {
		return err
	}
	return e.subscribe(ctx, conn, join)
}

// subscribe returns when the first of each command's channels is confirmed; the server has done them all then.
func (e *ear) subscribe(ctx context.Context, conn rueidis.DedicatedClient, channels []string) error {
	ctx, cancel := context.WithTimeout(ctx, answerMost)
	defer cancel()
	for part := range slices.Chunk(channels, topicsAtOnce) {
		command := conn.B().Ssubscribe().Channel(part...).Build()
		if e.plain {
			command = conn.B().Subscribe().Channel(part...).Build()
		}
		if err := conn.Do(ctx, command).Error(); err != nil {
			return err
		}
	}
	return nil
}

func (e *ear) unsubscribe(ctx context.Context, conn rueidis.DedicatedClient, channels []string) error {
	ctx, cancel := context.WithTimeout(ctx, answerMost)
	defer cancel()
	for part := range slices.Chunk(channels, topicsAtOnce) {
		e.mu.Lock()
		for _, channel := range part {
			e.leaving[channel]++
		}
		e.mu.Unlock()
		command := conn.B().Sunsubscribe().Channel(part...).Build()
		if e.plain {
			command = conn.B().Unsubscribe().Channel(part...).Build()
		}
		if err := conn.Do(ctx, command).Error(); err != nil {
			return err
		}
	}
	return nil
}

// confirmed is called by the connection's reader, in order with message. A channel that leaves by itself has moved to another node of the
// Cluster.
func (e *ear) confirmed(s rueidis.PubSubSubscription, moved chan struct{}) {
	if s.Channel == e.b.notes(e.which) {
		if strings.HasSuffix(s.Kind, "unsubscribe") {
			signal(moved)
		}
		return
	}
	if !strings.HasSuffix(s.Kind, "unsubscribe") {
		e.b.in.hold(e.b.topic(s.Channel))
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.leaving[s.Channel]--; e.leaving[s.Channel] < 0 {
		signal(moved)
	}
	if e.leaving[s.Channel] <= 0 {
		delete(e.leaving, s.Channel)
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// message is called by the connection's reader.
func (e *ear) message(m rueidis.PubSubMessage) {
	if m.Channel == e.b.notes(e.which) {
		if m.Message != e.b.node {
			e.b.in.lose()
		}
		return
	}
	e.b.in.put(message{topic: e.b.topic(m.Channel), body: []byte(m.Message)})
}

package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/bus"
)

// The topics by which nodes ask each other for lists.
const (
	askTopic    = "live.ask"
	answerTopic = "live.answers"
)

const (
	answersIn   = 500 * time.Millisecond // who has not answered by then is left out
	mostAnswers = 256                    // nodes whose answers to one question are taken
	mostAsked   = 16                     // questions of others that wait here; more are not answered
)

// question is what one node asks all others.
type question struct {
	ID    string          `json:"id"`
	Node  string          `json:"node"`
	What  string          `json:"what"`
	Query json.RawMessage `json:"query"`
}

// answer is what one of them says.
type answer struct {
	ID   string          `json:"id"` // of the question
	Body json.RawMessage `json:"body"`
}

// gathering is the questions that are under way, of this node and of others.
type gathering struct {
	mu    sync.Mutex
	mine  map[string]chan json.RawMessage // by question
	asked chan question
	look  chan struct{} // holds one: tokens have been revoked on another node
}

// gather asks all other nodes, and gives what those say who answer in time.
func (s *Server) gather(ctx context.Context, what string, query any) ([]json.RawMessage, error) {
	if s.d.Bus == nil || !s.d.Bus.Shared() {
		return nil, nil
	}
	q := question{ID: newID(), Node: s.d.Node, What: what}
	var err error
	if q.Query, err = json.Marshal(query); err != nil {
		return nil, err
	}
	b, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	in := make(chan json.RawMessage, mostAnswers)
	s.gathering.mu.Lock()
	s.gathering.mine[q.ID] = in
	s.gathering.mu.Unlock()
	defer func() {
		s.gathering.mu.Lock()
		delete(s.gathering.mine, q.ID)
		s.gathering.mu.Unlock()
	}()
	if err := s.d.Bus.Publish(askTopic, b); err != nil {
		return nil, err
	}
	var all []json.RawMessage
	over := time.NewTimer(answersIn)
	defer over.Stop()
	for {
		select {
		case body := <-in:
			all = append(all, body)
		case <-over.C:
			return all, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// gatherAs is gather for answers of one type. What cannot be read is left out.
func gatherAs[T any](ctx context.Context, s *Server, what string, query any) ([]T, error) {
	bodies, err := s.gather(ctx, what, query)
	if err != nil {
		return nil, err
	}
	all := make([]T, 0, len(bodies))
	for _, b := range bodies {
		var one T
		if err := json.Unmarshal(b, &one); err != nil {
			s.d.Log.Warn("another node's answer cannot be read", slog.String("what", what), slog.Any("error", err))
			continue
		}
		all = append(all, one)
	}
	return all, nil
}

// ask queues a question of another node, for answerAll.
func (s *Server) ask(body []byte) {
	var q question
	if json.Unmarshal(body, &q) != nil || q.Node == s.d.Node {
		return
	}
	select {
	case s.gathering.asked <- q:
	default: // it is left out, as if it were slow
	}
}

// answerAll answers the questions of other nodes until the context ends, and looks for what they revoked.
func (s *Server) answerAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.gathering.look:
			if s.d.Look == nil {
				continue
			}
			if err := s.d.Look(ctx); err != nil {
				s.d.Log.Warn("what another node revoked is seen later", slog.Any("error", err))
			}
		case q := <-s.gathering.asked:
			if err := s.answer(q); err != nil {
				s.d.Log.Warn("another node's question was not answered", slog.String("what", q.What), slog.Any("error", err))
			}
		}
	}
}

func (s *Server) answer(q question) error {
	a := &admin{s}
	for {
		out, fewer, err := a.here(q)
		if err != nil {
			return err
		}
		body, err := json.Marshal(out)
		if err != nil {
			return err
		}
		b, err := json.Marshal(answer{ID: q.ID, Body: body})
		if err != nil {
			return err
		}
		err = s.d.Bus.Publish(answerTopic, b)
		if !errors.Is(err, bus.ErrTooLarge) || fewer == nil {
			return err
		}
		q.Query = fewer
	}
}

// heard hands the answer to whoever asked, if that is here.
func (s *Server) heard(body []byte) {
	var a answer
	if json.Unmarshal(body, &a) != nil {
		return
	}
	s.gathering.mu.Lock()
	defer s.gathering.mu.Unlock()
	select {
	case s.gathering.mine[a.ID] <- a.Body: // nil, and never ready, for another's
	default:
	}
}

// merge makes one page of many nodes': in the order of their keys, and none beyond the end of a page that is not the last of its node.
func merge[T any](pages [][]T, nexts []string, key func(*T) string, limit int) (all []T, next string) {
	for i, p := range pages {
		all = append(all, p...)
		if nexts[i] != "" && (next == "" || nexts[i] < next) {
			next = nexts[i]
		}
	}
	slices.SortStableFunc(all, func(x, y T) int { return cmp.Compare(key(&x), key(&y)) })
	if next != "" {
		all = slices.DeleteFunc(all, func(x T) bool { return key(&x) > next })
	}
	if len(all) > limit {
		all = all[:limit]
		next = key(&all[limit-1])
	}
	return all, next
}

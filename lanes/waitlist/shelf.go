package waitlist

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// shelf is all lists in memory, so that a sign-up reads none. What another node edits is here within refreshEvery.
type shelf struct {
	load  loadLists
	turn  chan struct{} // one refresh at a time: what was read before another's is not put in its place
	state atomic.Pointer[shelved]
}

// loadLists reads all lists, unless they are of the edition that was read last.
type loadLists = func(ctx context.Context, last string) (lists []*List, edition string, err error)

func newShelf(load loadLists) *shelf { return &shelf{load: load, turn: make(chan struct{}, 1)} }

const refreshEvery = time.Second

// shelved is never changed.
type shelved struct {
	edition string
	lists   map[string]*List
}

// refresh looks whether the lists have changed. What was committed before the call is seen after it.
func (s *shelf) refresh(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	last := ""
	if now := s.state.Load(); now != nil {
		last = now.edition
	}
	lists, edition, err := s.load(ctx, last)
	if err != nil || edition == last {
		return err
	}
	next := &shelved{edition: edition, lists: make(map[string]*List, len(lists))}
	for _, l := range lists {
		next.lists[l.Slug] = l
	}
	s.state.Store(next)
	return nil
}

// run refreshes until ctx ends. What fails is tried again: the lists of before go on serving.
func (s *shelf) run(ctx context.Context, failed func(error)) error {
	t := time.NewTicker(refreshEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := s.refresh(ctx); err != nil && ctx.Err() == nil {
				failed(err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// get gives a list, which is read only. Errors: ErrNoList, ErrNotReady.
func (s *shelf) get(slug string) (*List, error) {
	now := s.state.Load()
	if now == nil {
		return nil, ErrNotReady
	}
	if l := now.lists[slug]; l != nil {
		return l, nil
	}
	return nil, ErrNoList
}

// all gives the lists by name.
func (s *shelf) all() []*List {
	now := s.state.Load()
	if now == nil {
		return nil
	}
	return slices.SortedFunc(maps.Values(now.lists), func(a, b *List) int { return strings.Compare(a.Slug, b.Slug) })
}

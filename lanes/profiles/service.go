package profiles

import (
	"context"
	"log/slog"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
)

// Service is the rules of the lane.
type Service struct {
	cfg     Config
	log     *slog.Logger
	now     func() time.Time
	metrics *metrics
	store   *store
	sources map[string]*source
	cache   *cache.Cache[*entry]
	longest time.Duration // that a load may take, and that one of a node that dies keeps others waiting
	erased  *erased
	forget  func(ctx context.Context, source, id string) error // what else is kept of a person: the pictures
}

// ByUsername is the profile that a source has under a username. Errors: ErrSource, ErrName, ErrNotFound, ErrLater, ErrUpstream.
func (s *Service) ByUsername(ctx context.Context, source, username string) (*Profile, error) {
	return s.find(ctx, source, byUsername, username)
}

// ByID is the profile that a source has under an id. Errors as of ByUsername.
func (s *Service) ByID(ctx context.Context, source, id string) (*Profile, error) {
	return s.find(ctx, source, byID, id)
}

func (s *Service) find(ctx context.Context, source string, b by, name string) (*Profile, error) {
	src, a, err := s.question(source, b, name)
	if err != nil {
		return nil, err
	}
	key := cacheKey(source, b, a.key)
	now := s.now()
	l, ok := s.cache.Peek(key)
	if !ok {
		if err := s.hopeless(ctx, src, a); err != nil {
			return nil, err
		}
	}
	if !ok || !now.Before(l.Renew) {
		l, err = s.cache.Get(ctx, key, func(ctx context.Context, old *cache.Loaded[*entry]) (cache.Loaded[*entry], error) {
			return s.load(ctx, src, a, old != nil, 0)
		})
		if err != nil {
			return nil, err
		}
	}
	return s.answer(l.Value, now)
}

// hopeless refuses who cannot be helped: the source must not be asked more, and nothing is known of whom they ask for. In a flood of
// such questions this is one look at the database, where a load would be agreed on with the other nodes first.
func (s *Service) hopeless(ctx context.Context, src *source, a ask) error {
	full := src.pacer.Full()
	if full == nil || src.unaskable(a, nil) || s.erased.has([]mark{s.erased.mark(src.cfg.Name, a.by, a.key)}) {
		return nil
	}
	known, doing, err := s.store.Look(ctx, src.cfg.Name, a.by, a.key)
	if err != nil || known != nil || doing != nil { // a load knows what to make of it
		return nil
	}
	s.metrics.refused.WithLabelValues(src.cfg.Name).Inc()
	return full
}

// question checks what is asked.
func (s *Service) question(source string, b by, name string) (*source, ask, error) {
	src := s.sources[source]
	if src == nil {
		return nil, ask{}, ErrSource
	}
	if err := checkName(name, b.pointer()); err != nil {
		return nil, ask{}, err
	}
	a := ask{by: b, value: name, key: name}
	if b == byUsername {
		a.key = src.fold(name)
	}
	return src, a, nil
}

// answer is what an entry says now. Whoever has been erased since it was made is not in it any more, whichever tier it came from.
func (s *Service) answer(e *entry, now time.Time) (*Profile, error) {
	switch {
	case e.answer == answerNotFound && e.erased, e.answer == "" && s.erased.has(e.marks):
		return nil, ErrNotFound.Because(ErrErased)
	case e.answer == answerNotFound:
		return nil, ErrNotFound
	case e.answer != "":
		return nil, refusal(e.answer, e.until.Sub(now))
	}
	return e.at(now), nil
}

// refusal is what is said of an answer that brought no document and is no 404.
func refusal(answer string, wait time.Duration) error {
	wait = max(wait, time.Second)
	if answer == answerLimited {
		return ErrLater.After(wait)
	}
	return ErrUpstream.After(wait)
}

// Refresh asks the source for a profile, however fresh what we have is; within its budget, and once for all who want it at the same
// time. The next who asks has it from the database: what came is not put into the cache here, where it could come after an erasure.
// Errors as of ByUsername.
func (s *Service) Refresh(ctx context.Context, source string, b by, name string) (*Profile, error) {
	src, a, err := s.question(source, b, name)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if err := s.store.Reopen(ctx, source, b, a.key); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.longest)
	defer cancel()
	l, err := s.load(ctx, src, a, false, now.UnixMicro())
	if err != nil {
		return nil, err
	}
	p, err := s.answer(l.Value, s.now())
	old := []string{cacheKey(source, b, a.key)}
	if err == nil { // the same person under both keys
		old = []string{cacheKey(source, byID, p.ID), cacheKey(source, byUsername, src.fold(p.Username))}
	}
	if failed := s.cache.Forget(ctx, old...); failed != nil {
		s.log.WarnContext(ctx, "profiles: what was there before a refresh could not be removed from the cache", "source", source, "error", failed)
	}
	return p, err
}

// Erase removes a person from every tier and from history, and keeps them from being fetched again, under the id and all usernames
// that are known of them: here at once, on other nodes within a second. known: there was something to remove.
func (s *Service) Erase(ctx context.Context, source string, b by, name string) (known bool, err error) {
	src, a, err := s.question(source, b, name)
	if err != nil {
		return false, err
	}
	mark := func(b by, key string) mark { return s.erased.mark(source, b, key) }
	gone, err := s.store.Erase(ctx, source, b, a.key, mark, s.now().UnixMicro())
	if err != nil {
		return false, err
	}
	s.erased.add(gone.marks...)
	keys := make([]string, 0, len(gone.names)+1)
	for _, name := range gone.names {
		keys = append(keys, cacheKey(source, byUsername, name))
	}
	if gone.id != "" {
		keys = append(keys, cacheKey(source, byID, gone.id))
	}
	if err := s.cache.Forget(ctx, keys...); err != nil { // what is left there ends by itself, and nobody gets it
		s.log.WarnContext(ctx, "profiles: who was erased could not be removed from the cache", "source", source, "error", err)
	}
	if gone.id != "" {
		if err := s.forget(ctx, source, gone.id); err != nil { // likewise
			s.log.WarnContext(ctx, "profiles: whose picture was erased could not be removed from the cache", "source", source, "error", err)
		}
	}
	s.metrics.erasures.WithLabelValues(src.cfg.Name).Inc()
	s.log.InfoContext(ctx, "profiles: a person was erased", "source", source, "number", gone.number, "known", gone.known)
	return gone.known, nil
}

// kept reports whether the database has a profile.
func (s *Service) kept(ctx context.Context, source, id string) (bool, error) {
	r, _, err := s.store.Look(ctx, source, byID, id)
	return r != nil, err
}

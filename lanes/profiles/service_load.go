package profiles

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
)

type loadedEntry = cache.Loaded[*entry]

const (
	finish  = 10 * time.Second      // for writing down what came of a call, however little time the load has left
	lookMin = 20 * time.Millisecond // between looks at what another node is doing
	lookMax = 250 * time.Millisecond
)

// load answers a question from the database, and where that does not know or what it knows is too old, from the source. Across all
// nodes one asks the source, the others look at the database until it has the answer. renewal: something is served meanwhile.
// since: what was fetched before it (unix microseconds) is too old, however fresh.
func (s *Service) load(ctx context.Context, src *source, a ask, renewal bool, since int64) (loadedEntry, error) {
	asked := []mark{s.erased.mark(src.cfg.Name, a.by, a.key)}
	for pause := lookMin; ; pause = min(2*pause, lookMax) {
		if s.erased.has(asked) {
			return s.erasedEntry(src), nil
		}
		known, doing, err := s.store.Look(ctx, src.cfg.Name, a.by, a.key)
		if err != nil {
			return loadedEntry{}, err
		}
		if l, ok, err := s.fromStore(src, known, renewal, since); ok || err != nil {
			return l, err
		}
		now := s.now()
		if doing == nil || doing.Until <= now.UnixMicro() {
			l, done, err := s.fetch(ctx, src, a, known, renewal, since)
			if done || err != nil {
				return l, err
			}
		} else if doing.Answer != answerRunning {
			return s.without(src, doing.Answer, time.UnixMicro(doing.Until), renewal)
		}
		if err := sleep(ctx, pause); err != nil {
			return loadedEntry{}, err
		}
	}
}

// fromStore is the answer that the database has, if it will do.
func (s *Service) fromStore(src *source, r *record, renewal bool, since int64) (l loadedEntry, ok bool, err error) {
	if r == nil {
		return l, false, nil
	}
	now := s.now()
	if r.Gone > 0 {
		until := time.UnixMicro(r.Gone).Add(src.cfg.Negative.NotFound)
		return negative(answerNotFound, until), now.Before(until) && r.Gone >= since, nil
	}
	age := now.Sub(time.UnixMicro(r.Fetched))
	switch {
	case age < src.cfg.Fresh && r.Fetched >= since:
	case age < src.cfg.Stale && !renewal && since == 0: // it is served, and renewed when it is next asked for
	default:
		return l, false, nil
	}
	s.metrics.loads.WithLabelValues(src.cfg.Name, "sql").Inc()
	l, err = s.loaded(src, r)
	return l, err == nil, err
}

// without is the answer when there is no document: the failure, where something older is served meanwhile, or else what is
// remembered of it.
func (s *Service) without(src *source, answer string, until time.Time, renewal bool) (loadedEntry, error) {
	if renewal && answer != answerNotFound {
		return loadedEntry{}, refusal(answer, until.Sub(s.now()))
	}
	return negative(answer, until), nil
}

func (s *Service) erasedEntry(src *source) loadedEntry {
	l := negative(answerNotFound, s.now().Add(src.cfg.Negative.NotFound))
	l.Value.erased = true
	return l
}

// fetch asks the source, when it is this node's turn to. asked is false when the database may know better by now.
func (s *Service) fetch(ctx context.Context, src *source, a ask, known *record, renewal bool, since int64) (l loadedEntry, asked bool, err error) {
	if src.unaskable(a, known) {
		return negative(answerNotFound, s.now().Add(src.cfg.Negative.NotFound)), true, nil
	}
	t, err := src.pacer.Enter(renewal)
	if err != nil {
		s.metrics.refused.WithLabelValues(src.cfg.Name).Inc()
		return l, true, err
	}
	defer t.Leave()
	owner, now := rand.Text(), s.now()
	until := now.Add(src.cfg.Wait + src.cfg.Timeout + finish)
	won, err := s.store.Claim(ctx, src.cfg.Name, a.by, a.key, owner, now.UnixMicro(), until.UnixMicro())
	if err != nil || !won {
		return l, false, err
	}
	after := context.WithoutCancel(ctx) // the claim is ended, whatever happens
	known, _, err = s.store.Look(ctx, src.cfg.Name, a.by, a.key)
	if err == nil {
		if l, asked, err = s.fromStore(src, known, renewal, since); asked { // another node was quicker than our claim
			return l, true, s.unclaim(after, src, a, owner)
		}
	}
	if err == nil && src.unaskable(a, known) { // it was not before: erased just now
		return s.erasedEntry(src), true, s.unclaim(after, src, a, owner)
	}
	if err == nil {
		err = t.Wait(ctx)
	}
	if err != nil {
		if errors.Is(err, ErrLater) {
			s.metrics.refused.WithLabelValues(src.cfg.Name).Inc()
		}
		return l, true, errors.Join(err, s.unclaim(after, src, a, owner))
	}
	l, err = s.call(withTurn(ctx, t), src, a, known, owner, renewal)
	if err != nil || l.Value.erased { // nothing was written that ended the claim
		err = errors.Join(err, s.unclaim(after, src, a, owner))
	}
	return l, true, err
}

func (s *Service) unclaim(ctx context.Context, src *source, a ask, owner string) error {
	ctx, cancel := context.WithTimeout(ctx, finish)
	defer cancel()
	return s.store.Unclaim(ctx, src.cfg.Name, a.by, a.key, owner)
}

// call asks the source once, and keeps what comes of it.
func (s *Service) call(ctx context.Context, src *source, a ask, known *record, owner string, renewal bool) (loadedEntry, error) {
	b, name, tag := a.by, a.value, ""
	if b == byID && !src.upstream.asksByID() {
		b, name = byUsername, known.Username
	}
	if known != nil && known.TagBy == b {
		tag = known.Tag
	}
	answer := src.upstream.ask(ctx, b, name, tag)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finish)
	defer cancel()
	now := s.now()
	switch answer.class {
	case replyNone:
		s.metrics.refused.WithLabelValues(src.cfg.Name).Inc()
		return loadedEntry{}, answer.cause
	case replyUnchanged:
		s.metrics.calls.WithLabelValues(src.cfg.Name, answer.class).Inc()
		return s.unchanged(ctx, src, a, known, owner, now)
	case replyDocument:
		who, err := src.identify(answer.document, b, name, known)
		if err == nil {
			s.metrics.calls.WithLabelValues(src.cfg.Name, answer.class).Inc()
			return s.keep(ctx, src, a, who, answer, b, owner, now)
		}
		s.metrics.calls.WithLabelValues(src.cfg.Name, "stranger").Inc()
		return s.forgo(ctx, src, a, known, failed(err), renewal, now)
	}
	s.metrics.calls.WithLabelValues(src.cfg.Name, answer.class).Inc()
	return s.forgo(ctx, src, a, known, answer, renewal, now)
}

// forgo writes down that there is no document, so that nobody asks again too soon.
func (s *Service) forgo(ctx context.Context, src *source, a ask, known *record, answer reply, renewal bool, now time.Time) (loadedEntry, error) {
	pause, gone := src.cfg.Negative.Failed, ""
	switch answer.class {
	case answerNotFound:
		if pause = src.cfg.Negative.NotFound; known != nil {
			gone = known.ID
		}
	case answerLimited:
		pause = answer.retry
	}
	if answer.retry > 0 {
		pause = max(pause, answer.retry)
		if err := s.stop(ctx, src, answer.retry); err != nil {
			return loadedEntry{}, err
		}
	}
	if answer.cause != nil {
		src.trouble.note(now, answer.cause.Error())
		s.log.WarnContext(ctx, "profiles: the source did not answer as it should", "source", src.cfg.Name, "class", answer.class, "error", answer.cause)
	}
	until := now.Add(pause)
	if err := s.store.Forgo(ctx, src.cfg.Name, a.by, a.key, answer.class, gone, now.UnixMicro(), until.UnixMicro()); err != nil {
		return loadedEntry{}, err
	}
	return s.without(src, answer.class, until, renewal)
}

// stop leaves a source alone, on all nodes.
func (s *Service) stop(ctx context.Context, src *source, pause time.Duration) error {
	until := src.pacer.now().Add(pause)
	src.pacer.Stop(until)
	return s.store.Stop(ctx, src.cfg.Name, until.UnixMicro())
}

func (s *Service) unchanged(ctx context.Context, src *source, a ask, known *record, owner string, now time.Time) (loadedEntry, error) {
	there, err := s.store.Renew(ctx, known, a.by, a.key, owner, now.UnixMicro())
	if err != nil {
		return loadedEntry{}, err
	}
	if !there {
		return s.afterErasure(ctx, src), nil
	}
	known.Fetched = now.UnixMicro()
	return s.loaded(src, known)
}

// afterErasure is the answer when somebody was erased while their document was on its way.
func (s *Service) afterErasure(ctx context.Context, src *source) loadedEntry {
	if err := s.erased.catchUp(ctx); err != nil {
		s.log.WarnContext(ctx, "profiles: erasures could not be read", "error", err)
	}
	return s.erasedEntry(src)
}

// keep writes a document down and makes an entry of it.
func (s *Service) keep(ctx context.Context, src *source, a ask, who subject, answer reply, asked by, owner string, now time.Time) (loadedEntry, error) {
	in, err := s.saving(ctx, src, who, answer, now)
	if err != nil {
		return loadedEntry{}, err
	}
	in.Tag, in.TagBy, in.owner = answer.tag, asked, owner
	in.claims = []string{fetchKey(a.by, a.key), fetchKey(byID, in.ID), fetchKey(byUsername, in.Name)}
	in.marks = []mark{s.erased.mark(in.Source, byID, in.ID), s.erased.mark(in.Source, byUsername, in.Name), s.erased.mark(in.Source, a.by, a.key)}
	err = s.store.Save(ctx, in)
	if errors.Is(err, ErrErased) {
		return s.afterErasure(ctx, src), nil
	}
	if err != nil {
		return loadedEntry{}, err
	}
	s.metrics.loads.WithLabelValues(src.cfg.Name, "upstream").Inc()
	if a.by == byID && in.ID != a.key { // asked by username for want of a better way: somebody else has it now
		return s.forgo(ctx, src, a, &record{ID: a.key}, reply{class: answerNotFound}, false, now)
	}
	return s.loaded(src, &in.record)
}

// saving makes what is kept of a document. Where the schema changed so that there is no card in it, the person's last one stays.
func (s *Service) saving(ctx context.Context, src *source, who subject, answer reply, now time.Time) (*saving, error) {
	last, _, err := s.store.Look(ctx, src.cfg.Name, byID, who.id)
	if err != nil {
		return nil, err
	}
	shape := src.drift.learn(ctx, answer.document)
	card, broken := src.mapping.card(answer.document, shape, who.id, who.username)
	if broken && last != nil {
		if err := json.Unmarshal([]byte(last.Card), &card); err != nil {
			return nil, fmt.Errorf("the last card of a person of %s: %w", src.cfg.Name, err)
		}
		card.Username = who.username
	}
	text, err := json.Marshal(card)
	if err != nil {
		return nil, err
	}
	in := &saving{history: src.cfg.History, fields: src.mapping.found(answer.document, who.username)}
	indexed, err := json.Marshal(in.fields)
	if err != nil {
		return nil, err
	}
	in.record = record{
		Source: src.cfg.Name, ID: who.id, Username: who.username, Name: src.fold(who.username), Document: answer.raw,
		Queryable: answer.document.Queryable(), Card: string(text), Drifted: broken, Indexed: string(indexed),
		Fetched: now.UnixMicro(), Changed: now.UnixMicro(),
	}
	return in, nil
}

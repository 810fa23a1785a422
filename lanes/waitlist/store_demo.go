package waitlist

import (
	"context"
	"errors"

	"github.com/hotlane/hotlane/platform/db"
)

// fillDemo does what happened on a demo's list, in one transaction and by the statements that serve. A list on which somebody has
// had a place stays as it is. Nobody is mailed: what is queued for them finds nothing to send.
func (s *store) fillDemo(ctx context.Context, l *List, steps []demoStep) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		q, err := lock(ctx, tx, l.Slug)
		if err != nil {
			return err
		}
		if q.seq > 0 {
			return errDemoThere
		}
		for _, step := range steps {
			if err := s.demoStep(ctx, tx, l, step); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, "UPDATE waitlist_signups SET wants = 0 WHERE list = $1", l.Slug)
		return err
	})
	if errors.Is(err, errDemoThere) {
		return nil
	}
	return err
}

var errDemoThere = errors.New("waitlist: the demo is there already")

func (s *store) demoStep(ctx context.Context, tx *db.Tx, l *List, step demoStep) error {
	switch {
	case step.join != nil:
		return s.demoJoin(ctx, tx, step)
	case step.wave != "":
		return s.demoWave(ctx, tx, l, step)
	case step.left != "":
		return s.leave(ctx, tx, l.Slug, step.left, "link", "", step.at)
	}
	q, err := lock(ctx, tx, l.Slug)
	if err != nil {
		return err
	}
	r, err := find(ctx, tx, l.Slug, step.confirm)
	if err != nil {
		return err
	}
	return s.enter(ctx, tx, l, q, r, step.at)
}

func (s *store) demoJoin(ctx context.Context, tx *db.Tx, step demoStep) error {
	if step.by != "" {
		by, err := find(ctx, tx, step.join.list.Slug, step.by)
		if err != nil {
			return err
		}
		step.join.signup.ReferredBy = by.Code
	}
	ops := []*joining{step.join}
	if _, err := s.insertSignups(ctx, tx, ops); err != nil {
		return err
	}
	return s.insertConsents(ctx, tx, ops)
}

func (s *store) demoWave(ctx context.Context, tx *db.Tx, l *List, step demoStep) error {
	q, err := lock(ctx, tx, l.Slug)
	if err != nil {
		return err
	}
	n, err := s.inviteNext(ctx, tx, l, q, step.wave, step.count, step.at)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO waitlist_waves (list, name, count, invited, created_at, finished_at) VALUES ($1, $2, $3, $4, $5, $5)",
		l.Slug, step.wave, step.count, n, step.at.UnixMicro())
	return err
}

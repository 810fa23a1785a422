package waitlist

import (
	"context"
	"errors"
	"time"
)

// StartWave invites the next people of a list, by a job. The same name again is the same wave. Errors: ErrNoList, ErrWaveDiffers.
func (s *Service) StartWave(ctx context.Context, list, name string, count int) (*Wave, error) {
	if _, err := s.shelf.get(list); err != nil {
		return nil, err
	}
	return s.store.StartWave(ctx, list, name, count, s.now())
}

// Wave reads one. Errors: ErrNoList, ErrNoWave.
func (s *Service) Wave(ctx context.Context, list, name string) (*Wave, error) {
	if _, err := s.shelf.get(list); err != nil {
		return nil, err
	}
	return s.store.Wave(ctx, list, name)
}

// Waves reads the latest of a list, newest first. Error: ErrNoList.
func (s *Service) Waves(ctx context.Context, list string) ([]*Wave, error) {
	if _, err := s.shelf.get(list); err != nil {
		return nil, err
	}
	return s.store.Waves(ctx, list)
}

// runWave invites until the wave is done. Each transaction is whole, so a wave that was cut off goes on where it was.
func (s *Service) runWave(ctx context.Context, job waveJob) error {
	for {
		done, err := s.store.Invite(ctx, job.List, job.Name, s.now())
		if errors.Is(err, ErrNoList) || errors.Is(err, ErrNoWave) {
			return nil
		}
		if done || err != nil {
			return err
		}
	}
}

// retire deletes what the lists' retention says.
func (s *Service) retire(ctx context.Context) error {
	day := 24 * time.Hour
	for _, l := range s.shelf.all() {
		before := s.now().Add(-time.Duration(l.unconfirmedDays(s.cfg.Unconfirmed)) * day)
		if err := s.expire(ctx, l.Slug, before, true); err != nil {
			return err
		}
		if l.Retention.All == 0 {
			continue
		}
		if err := s.expire(ctx, l.Slug, s.now().Add(-time.Duration(l.Retention.All)*day), false); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) expire(ctx context.Context, list string, before time.Time, pending bool) error {
	for after := ""; ; {
		next, err := s.store.Expire(ctx, list, after, before, pending, s.erasure("retention", false))
		if next == "" || err != nil {
			return err
		}
		after = next
	}
}

package waitlist

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

const waveChunk = 500 // people invited by one transaction

const waveColumns = "list, name, count, invited, created_at, finished_at"

func scanWave(row interface{ Scan(...any) error }) (*Wave, error) {
	var w Wave
	var created, finished int64
	err := row.Scan(&w.List, &w.Name, &w.Count, &w.Invited, &created, &finished)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoWave
	}
	w.CreatedAt, w.FinishedAt, w.Done = time.UnixMicro(created).UTC(), instant(finished), finished > 0
	return &w, err
}

func wave(ctx context.Context, q querier, list, name string) (*Wave, error) {
	return scanWave(q.QueryRow(ctx, "SELECT "+waveColumns+" FROM waitlist_waves WHERE list = $1 AND name = $2", list, name))
}

// Wave reads one. Error: ErrNoWave.
func (s *store) Wave(ctx context.Context, list, name string) (*Wave, error) {
	return wave(ctx, s.db, list, name)
}

// Waves reads those of a list, newest first, at most 1000.
func (s *store) Waves(ctx context.Context, list string) ([]*Wave, error) {
	rows, err := s.db.Query(ctx, "SELECT "+waveColumns+" FROM waitlist_waves WHERE list = $1 ORDER BY created_at DESC, name LIMIT 1000", list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	waves := []*Wave{}
	for rows.Next() {
		w, err := scanWave(rows)
		if err != nil {
			return nil, err
		}
		waves = append(waves, w)
	}
	return waves, rows.Err()
}

// StartWave makes a wave and the job that invites. One that is there is given back as it is. Errors: ErrWaveDiffers, ErrNoList.
func (s *store) StartWave(ctx context.Context, list, name string, count int, at time.Time) (w *Wave, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := lock(ctx, tx, list); err != nil {
			return err
		}
		if w, err = wave(ctx, tx, list, name); err == nil && w.Count != count {
			return ErrWaveDiffers
		}
		if !errors.Is(err, ErrNoWave) {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO waitlist_waves (list, name, count, invited, created_at, finished_at) VALUES ($1, $2, $3, 0, $4, 0)",
			list, name, count, at.UnixMicro())
		if err != nil {
			return err
		}
		if err := s.jobs.Add(ctx, tx, jobWave, waveJob{list, name}); err != nil {
			return err
		}
		w, err = wave(ctx, tx, list, name)
		return err
	})
	return w, err
}

// Invite invites the next of a wave, in one transaction with what tells them. done: there is nobody left to invite for it.
func (s *store) Invite(ctx context.Context, slug, name string, at time.Time) (done bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		q, err := lock(ctx, tx, slug)
		if err != nil {
			return err
		}
		w, err := wave(ctx, tx, slug, name)
		if done = err == nil && w.Done; done || err != nil {
			return err
		}
		l, err := list(ctx, tx, slug)
		if err != nil {
			return err
		}
		left := w.Count - w.Invited
		if l.InviteCap > 0 {
			left = min(left, l.InviteCap-int(q.invited))
		}
		n, err := s.inviteNext(ctx, tx, l, q, name, min(left, waveChunk), at)
		if err != nil {
			return err
		}
		finished := int64(0)
		if done = n >= left || n < waveChunk; done {
			finished = at.UnixMicro()
		}
		_, err = tx.Exec(ctx, "UPDATE waitlist_waves SET invited = invited + $3, finished_at = $4 WHERE list = $1 AND name = $2", slug, name, n, finished)
		return err
	})
	return done, err
}

// inviteNext invites the first n of the queue, and says how many there were. The list is locked.
func (s *store) inviteNext(ctx context.Context, tx *db.Tx, l *List, q *queue, wave string, n int, at time.Time) (int, error) {
	if n <= 0 {
		return 0, nil
	}
	first, err := s.first(ctx, tx, l.Slug, n)
	if err != nil || len(first) == 0 {
		return 0, err
	}
	var updates, fewer [][]any
	var items []mailItem
	leaving := map[int64]int64{}
	for _, p := range first {
		updates = append(updates, []any{l.Slug, p.id, at.UnixMicro(), wave, int64(mailInvite.bit())})
		items = append(items, mailItem{l.Slug, p.id, mailInvite, at.UnixMicro()})
		leaving[bucketOf(p.score)]++
	}
	_, err = tx.ExecMany(ctx, `UPDATE waitlist_signups SET stage = 'invited', invited_at = $3, wave = $4, wants = wants | $5, mailed_at = $3
		WHERE list = $1 AND id = $2`, updates)
	if err != nil {
		return 0, err
	}
	for bucket, left := range leaving {
		fewer = append(fewer, []any{l.Slug, bucket, left})
	}
	if _, err = tx.ExecMany(ctx, "UPDATE waitlist_buckets SET waiting = waiting - $3 WHERE list = $1 AND bucket = $2", fewer); err != nil {
		return 0, err
	}
	q.waiting, q.invited = q.waiting-int64(len(first)), q.invited+int64(len(first))
	if err := q.save(ctx, tx, l.Slug); err != nil {
		return 0, err
	}
	if err := s.queueMail(ctx, tx, items); err != nil {
		return 0, err
	}
	ids := make([]string, len(first))
	for i, p := range first {
		ids[i] = p.id
	}
	return len(first), s.queueHooks(ctx, tx, l, eventInvited, ids, at)
}

type placed struct {
	id    string
	score int64
}

func (s *store) first(ctx context.Context, tx *db.Tx, list string, n int) ([]placed, error) {
	rows, err := tx.Query(ctx, "SELECT id, score FROM waitlist_signups WHERE list = $1 AND stage = 'waiting' ORDER BY score, seq DESC LIMIT $2", list, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var first []placed
	for rows.Next() {
		var p placed
		if err := rows.Scan(&p.id, &p.score); err != nil {
			return nil, err
		}
		first = append(first, p)
	}
	return first, rows.Err()
}

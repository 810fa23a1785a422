package waitlist

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/jobs"
)

// Who is where. Everybody who is confirmed gets the next number of their list (seq). A score is that number less the places that
// referrals have gained; the order is by score, and of equal scores who gained more stands first (seq descending), so that who gains
// ten places is ten further on. A position is the count of who is before: the sum of the buckets below one's own, each of 1024
// scores, and a count within it. With a million waiting that is about a thousand rows of waitlist_buckets and about a thousand
// entries of one index, instead of a million; a bucket can hold no more than 1024 × (Referral.Most + 1).
const bucketBits = 10

func bucketOf(score int64) int64 { return score >> bucketBits } // rounds down, for negative ones too

// queue is a list's row in waitlist_queues.
type queue struct{ seq, waiting, invited int64 }

func (q *queue) full(l *List) bool {
	return l.Limits.Most > 0 && q.waiting+q.invited >= int64(l.Limits.Most)
}

// lock takes a list's row: until the transaction ends nobody else changes the order of the list. Error: ErrNoList.
func lock(ctx context.Context, tx *db.Tx, list string) (*queue, error) {
	q := new(queue)
	err := tx.QueryRow(ctx, "UPDATE waitlist_queues SET seq = seq WHERE list = $1 RETURNING seq, waiting, invited", list).
		Scan(&q.seq, &q.waiting, &q.invited)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoList
	}
	return q, err
}

func (q *queue) save(ctx context.Context, tx *db.Tx, list string) error {
	_, err := tx.Exec(ctx, "UPDATE waitlist_queues SET seq = $2, waiting = $3, invited = $4 WHERE list = $1", list, q.seq, q.waiting, q.invited)
	return err
}

// count notes that so many more (or fewer) wait in a bucket.
func count(ctx context.Context, tx *db.Tx, list string, bucket, more int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO waitlist_buckets (list, bucket, waiting) VALUES ($1, $2, $3)
		ON CONFLICT (list, bucket) DO UPDATE SET waiting = waitlist_buckets.waiting + excluded.waiting`, list, bucket, more)
	return err
}

// Confirm puts a pending sign-up on the list; one that is not pending stays as it is. Errors: ErrGone, ErrFull, ErrNoList.
func (s *store) Confirm(ctx context.Context, slug, id string, at time.Time) error {
	return s.changes.Do(ctx, func(ctx context.Context, tx *db.Tx) error {
		q, err := lock(ctx, tx, slug)
		if err != nil {
			return err
		}
		r, err := find(ctx, tx, slug, id)
		if err != nil || r.Stage != Pending {
			return err
		}
		l, err := list(ctx, tx, slug)
		if err != nil {
			return err
		}
		if q.full(l) {
			return ErrFull
		}
		return s.enter(ctx, tx, l, q, r, at)
	})
}

// enter gives somebody a place. The list is locked.
func (s *store) enter(ctx context.Context, tx *db.Tx, l *List, q *queue, r *record, at time.Time) error {
	code, box := r.Code, mailbox(r.Address)
	if code == "" {
		var err error
		if code, err = newCode(ctx, tx, l.Slug); err != nil {
			return err
		}
	}
	referrer := r.referrer
	if r.ConfirmedAt == nil && r.ReferredBy != "" { // who comes back a second time has been counted
		var err error
		if referrer, err = s.refer(ctx, tx, l, r, box); err != nil {
			return err
		}
	}
	q.seq, q.waiting = q.seq+1, q.waiting+1
	score := q.seq - l.gain(r.Referrals)
	_, err := tx.Exec(ctx, `UPDATE waitlist_signups SET stage = 'waiting', code = $3, mailbox = $4, referrer = $5, seq = $6, score = $7,
		wants = $8, mailed_at = $9, unsubscribed_at = 0, confirmed_at = CASE WHEN confirmed_at = 0 THEN $9 ELSE confirmed_at END WHERE list = $1 AND id = $2`,
		l.Slug, r.ID, code, box, referrer, q.seq, score, mailWelcome.bit(), at.UnixMicro())
	if err != nil {
		return err
	}
	if err := count(ctx, tx, l.Slug, bucketOf(score), 1); err != nil {
		return err
	}
	if err := q.save(ctx, tx, l.Slug); err != nil {
		return err
	}
	if err := s.queueHook(ctx, tx, l, eventConfirmed, r.ID, at); err != nil {
		return err
	}
	return s.queueMail(ctx, tx, []mailItem{{l.Slug, r.ID, mailWelcome, at.UnixMicro()}})
}

func newCode(ctx context.Context, tx *db.Tx, list string) (string, error) {
	for {
		var random [codeLength]byte
		_, _ = rand.Read(random[:]) // never fails (Go 1.24)
		code := codeOf(random)
		var taken bool
		err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM waitlist_signups WHERE list = $1 AND code = $2 AND code <> '')", list, code).Scan(&taken)
		if err != nil || !taken {
			return code, err
		}
	}
}

// refer moves up whoever brought r, and returns their id; "" when it does not count: the code is nobody's or of one who left, the
// mailbox is the referrer's own or on the list already, or too many came from this network.
func (s *store) refer(ctx context.Context, tx *db.Tx, l *List, r *record, box string) (string, error) {
	by, err := scanRecord(tx.QueryRow(ctx, "SELECT "+recordColumns+" FROM waitlist_signups WHERE list = $1 AND code = $2 AND code <> ''", l.Slug, r.ReferredBy))
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil || by.Stage != Waiting && by.Stage != Invited || by.mailbox == box {
		return "", err
	}
	var known bool
	var near int
	err = tx.QueryRow(ctx, `SELECT
		EXISTS (SELECT 1 FROM waitlist_signups WHERE list = $1 AND mailbox = $2 AND mailbox <> '' AND id <> $3),
		(SELECT count(*) FROM waitlist_signups WHERE list = $1 AND referrer = $4 AND referrer <> '' AND network = $5)`,
		l.Slug, box, r.ID, by.ID, r.network).Scan(&known, &near)
	if err != nil || known || r.network != "" && near >= s.perNetwork {
		return "", err
	}
	score := by.seq - l.gain(by.Referrals+1)
	_, err = tx.Exec(ctx, "UPDATE waitlist_signups SET referrals = referrals + 1, score = $3 WHERE list = $1 AND id = $2", l.Slug, by.ID, score)
	if err != nil || by.Stage != Waiting || bucketOf(score) == bucketOf(by.score) {
		return by.ID, err
	}
	if err := count(ctx, tx, l.Slug, bucketOf(by.score), -1); err != nil {
		return "", err
	}
	return by.ID, count(ctx, tx, l.Slug, bucketOf(score), 1)
}

// Position reads somebody and their place: how many are before them and how many wait, both of one moment.
func (s *store) Position(ctx context.Context, list, id string) (r *record, ahead, total int64, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if r, err = find(ctx, tx, list, id); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT waiting FROM waitlist_queues WHERE list = $1", list).Scan(&total); err != nil || r.Stage != Waiting {
			return err
		}
		bucket := bucketOf(r.score)
		err := tx.QueryRow(ctx, "SELECT coalesce(sum(waiting), 0) FROM waitlist_buckets WHERE list = $1 AND bucket < $2", list, bucket).Scan(&ahead)
		if err != nil {
			return err
		}
		var near int64
		err = tx.QueryRow(ctx, `SELECT count(*) FROM waitlist_signups
			WHERE list = $1 AND stage = 'waiting' AND score >= $2 AND score <= $3 AND (score < $3 OR seq > $4)`,
			list, bucket<<bucketBits, r.score, r.seq).Scan(&near)
		ahead += near
		return err
	})
	return r, ahead, total, err
}

func (s *store) queueHook(ctx context.Context, tx *db.Tx, l *List, event, id string, at time.Time) error {
	return s.queueHooks(ctx, tx, l, event, []string{id}, at)
}

// queueHooks adds one job for each person: a webhook is tried again by itself.
func (s *store) queueHooks(ctx context.Context, tx *db.Tx, l *List, event string, ids []string, at time.Time) error {
	if l.Hook.URL == "" {
		return nil
	}
	entries := make([]jobs.Entry, len(ids))
	for i, id := range ids {
		entries[i] = jobs.Entry{Kind: jobHook, Args: hookJob{l.Slug, event, id, at.UnixMicro()}}
	}
	return s.jobs.AddMany(ctx, tx, entries)
}

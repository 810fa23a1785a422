package waitlist

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// join is the hot path: all sign-ups that one commit brings, in a handful of statements. New and known addresses go through the
// same ones; what differs between them never leaves this function. It always adds a job, also one without a mail: a commit that
// writes nothing is faster, and would tell of bots that are found out, and of addresses that are known or erased.
func (s *store) join(ctx context.Context, tx *db.Tx, ops []*joining) error {
	ops = firstOfEach(ops)
	inserted, err := s.insertSignups(ctx, tx, ops)
	if err != nil {
		return err
	}
	fresh, known := ops, []again(nil)
	if inserted < int64(len(ops)) {
		if fresh, known, err = s.sortOut(ctx, tx, ops); err != nil {
			return err
		}
	}
	var items []mailItem
	for _, a := range known {
		item, err := s.rejoin(ctx, tx, a)
		if err != nil {
			return err
		}
		items = append(items, item...)
	}
	for _, j := range fresh {
		if j.list.SingleOptIn {
			if err := s.enterNow(ctx, tx, j); err != nil {
				return err
			}
			continue
		}
		items = append(items, mailItem{j.list.Slug, j.signup.ID, mailConfirm, j.at.UnixMicro()})
	}
	for _, a := range known {
		if a.stage == Unsubscribed {
			fresh = append(fresh, a.as())
		}
	}
	if err := s.insertConsents(ctx, tx, fresh); err != nil {
		return err
	}
	return s.queueMail(ctx, tx, items)
}

// firstOfEach keeps the first sign-up of each address, in the order of addresses: nodes that insert the same ones do not deadlock.
func firstOfEach(ops []*joining) []*joining {
	ops = slices.Clone(ops)
	slices.SortStableFunc(ops, func(a, b *joining) int {
		return cmp.Or(cmp.Compare(a.slug(), b.slug()), cmp.Compare(a.signup.Address, b.signup.Address))
	})
	return slices.CompactFunc(ops, func(a, b *joining) bool {
		return a.slug() == b.slug() && a.signup.Address == b.signup.Address
	})
}

// again is a sign-up whose address is on the list already.
type again struct {
	*joining
	id       string // of the row that is there
	stage    Stage
	wants    mailSet
	mailedAt int64
	bounced  bool
}

// as is the sign-up under the id that is there.
func (a again) as() *joining {
	j := *a.joining
	j.signup.ID = a.id
	return &j
}

// sortOut tells new addresses from known ones. An address in neither was erased, or a bot sent it. Error: ErrNoList.
func (s *store) sortOut(ctx context.Context, tx *db.Tx, ops []*joining) (fresh []*joining, known []again, err error) {
	for i, j := range ops { // in the order of lists
		if i > 0 && ops[i-1].list.Slug == j.list.Slug {
			continue
		}
		if _, err := list(ctx, tx, j.list.Slug); err != nil {
			return nil, nil, err // deleted since the form was checked
		}
	}
	rows, err := s.readBack(ctx, tx, ops)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	byKey := make(map[[2]string]*joining, len(ops))
	for _, j := range ops {
		byKey[[2]string{j.slug(), j.signup.Address}] = j
	}
	for rows.Next() {
		var key [2]string
		var a again
		var bounced int64
		if err := rows.Scan(&key[0], &key[1], &a.id, &a.stage, &a.wants, &a.mailedAt, &bounced); err != nil {
			return nil, nil, err
		}
		a.joining, a.bounced = byKey[key], bounced > 0
		if a.id == a.signup.ID {
			fresh = append(fresh, a.joining)
			continue
		}
		known = append(known, a)
	}
	return fresh, known, rows.Err()
}

// staleMail is after how long a mail that is still queued may be queued again: its job has died by then.
const staleMail = 14 * 24 * time.Hour

// rejoin decides what a known address gets: nothing that is stored changes, but one who left may come back by confirming anew.
func (s *store) rejoin(ctx context.Context, tx *db.Tx, a again) ([]mailItem, error) {
	wait := s.pause
	if a.wants != 0 {
		wait = staleMail
	}
	if a.bounced || a.at.Sub(time.UnixMicro(a.mailedAt)) < wait {
		return nil, nil
	}
	kind, stage := mailAlready, a.stage
	if a.stage == Pending || a.stage == Unsubscribed {
		kind, stage = mailConfirm, Pending
	}
	_, err := tx.Exec(ctx, "UPDATE waitlist_signups SET stage = $3, wants = $4, mailed_at = $5 WHERE list = $1 AND id = $2",
		a.list.Slug, a.id, stage, a.wants|kind.bit(), a.at.UnixMicro())
	return []mailItem{{a.list.Slug, a.id, kind, a.at.UnixMicro()}}, err
}

// enterNow puts a new sign-up on a list that asks for no confirmation. On a full list the person is asked to confirm, and told then.
func (s *store) enterNow(ctx context.Context, tx *db.Tx, j *joining) error {
	q, err := lock(ctx, tx, j.list.Slug)
	if err != nil {
		return err
	}
	r, err := find(ctx, tx, j.list.Slug, j.signup.ID)
	if err != nil {
		return err
	}
	if q.full(j.list) {
		return s.queueMail(ctx, tx, []mailItem{{j.list.Slug, j.signup.ID, mailConfirm, j.at.UnixMicro()}})
	}
	return s.enter(ctx, tx, j.list, q, r, j.at)
}

// queueMail adds one job for all mails of a commit.
func (s *store) queueMail(ctx context.Context, tx *db.Tx, items []mailItem) error {
	return s.jobs.Add(ctx, tx, jobMail, mailJob{Items: items})
}

// Sent marks a message as handed over, or its address as one that the server refuses for good.
func (s *store) Sent(ctx context.Context, item mailItem, bounced bool, at time.Time) error {
	bouncedAt := int64(0)
	if bounced {
		bouncedAt = at.UnixMicro()
	}
	return s.changes.Do(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE waitlist_signups SET wants = wants & $3, bounced_at = CASE WHEN CAST($4 AS BIGINT) > 0 THEN $4 ELSE bounced_at END
			WHERE list = $1 AND id = $2`, item.List, item.ID, int64(^item.Kind.bit()), bouncedAt)
		return err
	})
}

// Remind queues the confirmation of somebody once more. Errors: ErrGone, ErrConfirmed.
func (s *store) Remind(ctx context.Context, list, id string, at time.Time) error {
	return s.changes.Do(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := find(ctx, tx, list, id)
		if err != nil {
			return err
		}
		if r.Stage != Pending {
			return ErrConfirmed
		}
		_, err = tx.Exec(ctx, "UPDATE waitlist_signups SET wants = $3, mailed_at = $4, bounced_at = 0 WHERE list = $1 AND id = $2",
			list, id, int64(mailConfirm.bit()), at.UnixMicro())
		if err != nil {
			return err
		}
		return s.queueMail(ctx, tx, []mailItem{{list, id, mailConfirm, at.UnixMicro()}})
	})
}

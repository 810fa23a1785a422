package waitlist

import (
	"context"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/hotlane/hotlane/platform/db"
)

// Leave unsubscribes somebody: they are not mailed, and not on the list. Leaving twice is leaving once. Error: ErrGone.
func (s *store) Leave(ctx context.Context, slug, id, how, network string, at time.Time) error {
	return s.changes.Do(ctx, func(ctx context.Context, tx *db.Tx) error { return s.leave(ctx, tx, slug, id, how, network, at) })
}

func (s *store) leave(ctx context.Context, tx *db.Tx, slug, id, how, network string, at time.Time) error {
	l, r, err := s.lockOne(ctx, tx, slug, id)
	if err != nil || r.Stage == Unsubscribed {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE waitlist_signups SET stage = 'unsubscribed', unsubscribed_at = $3, wants = 0 WHERE list = $1 AND id = $2",
		slug, id, at.UnixMicro())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO waitlist_consents (list, signup, at, consent, action, version, text_hash, lang, how, network)
		SELECT list, signup, CAST($3 AS BIGINT), consent, 'withdrawn', max(version), '', '', CAST($4 AS TEXT), CAST($5 AS TEXT) FROM waitlist_consents
		WHERE list = $1 AND signup = $2 AND action = 'given' GROUP BY list, signup, consent
		ON CONFLICT DO NOTHING`, slug, id, at.UnixMicro(), how, network)
	if err != nil {
		return err
	}
	if !r.told() {
		return nil
	}
	return s.queueHook(ctx, tx, l, eventUnsubscribed, id, at)
}

// told reports whether the list's webhook has heard of somebody: once they are confirmed, and of a phone with its first message.
func (r *record) told() bool { return r.ConfirmedAt != nil || isPhone(r.Address) }

// lockOne locks a list, reads somebody on it, and takes them out of the queue if they are in it: they are about to go.
func (s *store) lockOne(ctx context.Context, tx *db.Tx, slug, id string) (*List, *record, error) {
	q, err := lock(ctx, tx, slug)
	if err != nil {
		return nil, nil, err
	}
	r, err := find(ctx, tx, slug, id)
	if err != nil {
		return nil, nil, err
	}
	l, err := list(ctx, tx, slug)
	if err != nil || r.Stage != Waiting {
		return l, r, err
	}
	q.waiting--
	if err := q.save(ctx, tx, slug); err != nil {
		return nil, nil, err
	}
	return l, r, count(ctx, tx, slug, bucketOf(r.score), -1)
}

// erasure says why somebody is erased and what for.
type erasure struct {
	how      string
	at       time.Time
	suppress bool // never mail them again
	subject  func(address string) string
}

// Erase deletes somebody. The ledger keeps that there was consent, by whom only for who has the address and the key. Error: ErrGone.
func (s *store) Erase(ctx context.Context, slug, id string, e erasure) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := settle(ctx, tx, slug); err != nil {
			return err
		}
		return s.erase(ctx, tx, slug, id, e)
	})
}

// settle waits for sign-ups that are being written, and holds up the next until the transaction ends: none that did not see the
// erasure comes after it. SQLite has one writer anyway.
func settle(ctx context.Context, tx *db.Tx, lists ...string) error {
	if tx.Dialect() == db.SQLite {
		return nil
	}
	for _, l := range lists { // first, as everybody does who takes both
		if _, err := lock(ctx, tx, l); err != nil {
			return err
		}
	}
	return hold(ctx, tx)
}

// hold is settle for who takes no list's row before.
func hold(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect() == db.SQLite {
		return nil
	}
	_, err := tx.Exec(ctx, "LOCK TABLE waitlist_signups IN SHARE ROW EXCLUSIVE MODE")
	return err
}

func (s *store) erase(ctx context.Context, tx *db.Tx, slug, id string, e erasure) error {
	l, r, err := s.lockOne(ctx, tx, slug, id)
	if err != nil {
		return err
	}
	subject, at := e.subject(r.Address), e.at.UnixMicro()
	if _, err = tx.Exec(ctx, "DELETE FROM waitlist_signups WHERE list = $1 AND id = $2", slug, id); err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, "UPDATE waitlist_consents SET network = '' WHERE list = $1 AND signup = $2", slug, id); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO waitlist_consents (list, signup, at, consent, action, version, text_hash, lang, how, network, subject)
		VALUES ($1, $2, $3, '', 'erased', 0, '', '', $4, '', $5)`, slug, id, at, e.how, subject)
	if err != nil {
		return err
	}
	if e.suppress {
		if err := suppress(ctx, tx, subject, slug, at); err != nil {
			return err
		}
	}
	if !r.told() {
		return nil
	}
	return s.queueHook(ctx, tx, l, eventErased, id, e.at)
}

func suppress(ctx context.Context, tx *db.Tx, subject, list string, at int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO waitlist_erased (subject, list, at) VALUES ($1, $2, $3) ON CONFLICT (subject, list) DO NOTHING", subject, list, at)
	return err
}

// EraseAddress deletes an address from all lists, and from now on keeps it off them. It says on how many it was.
func (s *store) EraseAddress(ctx context.Context, address string, e erasure) (erased int, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		lists, err := db.Column[string](ctx, tx, "SELECT list FROM waitlist_queues ORDER BY list")
		if err != nil {
			return err
		}
		if err := settle(ctx, tx, lists...); err != nil {
			return err
		}
		if err := suppress(ctx, tx, e.subject(address), "", e.at.UnixMicro()); err != nil {
			return err
		}
		erased = 0
		for _, l := range lists {
			ids, err := db.Column[string](ctx, tx, "SELECT id FROM waitlist_signups WHERE list = $1 AND address = $2", l, address)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := s.erase(ctx, tx, l, id, e); err != nil {
					return err
				}
				erased++
			}
		}
		return nil
	})
	return erased, err
}

// Allow lets an address that was erased sign up again, on all lists.
func (s *store) Allow(ctx context.Context, subject string) (was bool, err error) {
	err = s.changes.Do(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.Exec(ctx, "DELETE FROM waitlist_erased WHERE subject = $1", subject)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		was = n > 0
		return err
	})
	return was, err
}

const expireChunk = 200

// Expire deletes the next sign-ups after the id that were made before a time, all or only those that are pending, and returns the
// id to go on after; "" when there are no more.
func (s *store) Expire(ctx context.Context, list, after string, before time.Time, pending bool, e erasure) (next string, err error) {
	var bound ulid.ULID
	if err := bound.SetTime(uint64(max(before.UnixMilli(), 0))); err != nil {
		return "", err
	}
	only := ""
	if pending {
		only = string(Pending)
	}
	err = s.changes.Do(ctx, func(ctx context.Context, tx *db.Tx) error {
		ids, err := db.Column[string](ctx, tx, `SELECT id FROM waitlist_signups WHERE list = $1 AND id > $2 AND id < $3
			AND ($4 = '' OR stage = $4) AND mailed_at < $5 ORDER BY id LIMIT $6`, list, after, bound.String(), only, before.UnixMicro(), expireChunk)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.erase(ctx, tx, list, id, e); err != nil {
				return err
			}
		}
		if next = ""; len(ids) == expireChunk {
			next = ids[len(ids)-1]
		}
		return nil
	})
	return next, err
}

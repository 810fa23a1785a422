package waitlist

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/jobs"
)

// store keeps the lane's rows. Its files: store_lists, store_signups (the hot path, with its statements in store_bulk), store_queue (who is
// where), store_leave (unsubscribing and erasing), store_waves, store_read (search, ledger, export, counts), store_stats.
//
// Whoever changes the order of a list holds its row in waitlist_queues first (lock); rows of sign-ups come after it. What does not
// change the order (signing up, marking mails) never takes that row, but for sign-ups to a list without confirmation: what crosses
// with these is run again by db.Write.
type store struct {
	db         *db.DB
	jobs       *jobs.Queue
	joins      *db.Batcher[*joining]
	changes    *db.Batcher[change]
	pause      time.Duration // Config.MailPause
	perNetwork int
}

// change is one operation of a group commit. One that fails is run again by itself, so it must be repeatable.
type change func(ctx context.Context, tx *db.Tx) error

const (
	joinBatch   = 1000
	changeBatch = 256
)

func newStore(d *db.DB, q *jobs.Queue, cfg *Config) *store {
	s := &store{db: d, jobs: q, pause: cfg.MailPause, perNetwork: cfg.PerNetwork}
	s.joins = db.NewBatcher(d, joinBatch, s.join)
	s.changes = db.NewBatcher(d, changeBatch, func(ctx context.Context, tx *db.Tx, ops []change) error {
		for _, op := range ops {
			if err := op(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

// Join makes a sign-up durable, whatever is known of its address.
func (s *store) Join(ctx context.Context, j *joining) error { return s.joins.Do(ctx, j) }

// Keys are made once and kept.
func (s *store) Keys(ctx context.Context, random func() []byte) (k keys, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		for name, into := range map[string]*[]byte{"tokens": &k.tokens, "subjects": &k.subjects} {
			_, err := tx.Exec(ctx, "INSERT INTO waitlist_keys (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, random())
			if err != nil {
				return err
			}
			if err := tx.QueryRow(ctx, "SELECT secret FROM waitlist_keys WHERE name = $1", name).Scan(into); err != nil {
				return err
			}
		}
		return nil
	})
	return k, err
}

// record is a sign-up as it is kept.
type record struct {
	Signup
	network, mailbox, referrer string
	seq, score                 int64
	wants                      mailSet
	mailedAt                   int64
}

const recordColumns = `list, id, address, stage, name, fields, lang, source, utm_source, utm_medium, utm_campaign, network, ref, code,
	mailbox, referrer, referrals, seq, score, wave, wants, mailed_at, bounced_at, created_at, confirmed_at, invited_at, unsubscribed_at`

func scanRecord(row interface{ Scan(...any) error }) (*record, error) {
	var r record
	var fields string
	var bounced, created, confirmed, invited, left int64
	err := row.Scan(&r.List, &r.ID, &r.Address, &r.Stage, &r.Name, &fields, &r.Lang, &r.Source, &r.UTM.Source, &r.UTM.Medium, &r.UTM.Campaign,
		&r.network, &r.ReferredBy, &r.Code, &r.mailbox, &r.referrer, &r.Referrals, &r.seq, &r.score, &r.Wave, &r.wants, &r.mailedAt,
		&bounced, &created, &confirmed, &invited, &left)
	if err != nil {
		return nil, err
	}
	r.Bounced, r.CreatedAt = bounced > 0, time.UnixMicro(created).UTC()
	r.ConfirmedAt, r.InvitedAt, r.UnsubscribedAt = instant(confirmed), instant(invited), instant(left)
	r.Fields, err = decodeFields(fields)
	return &r, err
}

func decodeFields(s string) (map[string]any, error) {
	if s == "{}" {
		return nil, nil
	}
	var m map[string]any
	return m, json.Unmarshal([]byte(s), &m)
}

// instant is nil for what has not happened.
func instant(micros int64) *time.Time {
	if micros == 0 {
		return nil
	}
	t := time.UnixMicro(micros).UTC()
	return &t
}

// querier is a DB or a Tx.
type querier interface {
	QueryRow(ctx context.Context, query string, args ...any) *db.Row
}

// find reads a sign-up; ErrGone when it is not there.
func find(ctx context.Context, q querier, list, id string) (*record, error) {
	r, err := scanRecord(q.QueryRow(ctx, "SELECT "+recordColumns+" FROM waitlist_signups WHERE list = $1 AND id = $2", list, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrGone
	}
	return r, err
}

// Signup reads a sign-up; ErrGone when it is not there.
func (s *store) Signup(ctx context.Context, list, id string) (*record, error) {
	return find(ctx, s.db, list, id)
}

package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
)

// Option says how a job is added.
type Option func(*record)

// At has a job run not before t. A time that is over means now.
func At(t time.Time) Option { return func(r *record) { r.due = t } }

// Unique has nothing added while a job of the same kind with this key waits or runs. key is up to 255 bytes of UTF-8; an empty
// one means nothing.
func Unique(key string) Option { return func(r *record) { r.key = key } }

// Entry is one job of AddMany.
type Entry struct {
	Kind    string
	Args    any // as JSON, up to 1 MiB
	Options []Option
}

// record is a job before it is added.
type record struct {
	kind     string
	args     string
	key      string
	due      time.Time // zero: now
	attempts int
}

const (
	maxArgs = 1 << 20
	maxKey  = 255
)

var (
	errUnknown = fault.New(fault.Internal, "jobs.unknown_kind", "There is no job of this kind.")
	errArgs    = fault.New(fault.Invalid, "jobs.args", "The arguments of a job must be JSON of up to 1 MiB.")
	errKey     = fault.New(fault.Invalid, "jobs.key", "The key of a job must be up to 255 bytes of UTF-8, without a zero byte.")
)

// Add adds a job in tx, the transaction that it follows from. args are kept as JSON. It runs soon after the commit.
func (q *Queue) Add(ctx context.Context, tx *db.Tx, kind string, args any, opts ...Option) error {
	return q.AddMany(ctx, tx, []Entry{{Kind: kind, Args: args, Options: opts}})
}

// AddMany adds many jobs in tx with one statement, whatever their kinds. Of those with one key the first is added.
func (q *Queue) AddMany(ctx context.Context, tx *db.Tx, entries []Entry) error {
	records, err := q.records(entries)
	if err != nil || len(records) == 0 {
		return err
	}
	added, err := q.engine.add(ctx, tx, records)
	if err != nil {
		return err
	}
	tx.After(func() { q.metrics.count(added) })
	return nil
}

func (q *Queue) records(entries []Entry) ([]record, error) {
	records := make([]record, 0, len(entries))
	seen := make(map[[2]string]bool)
	for _, e := range entries {
		r, err := q.record(e)
		if err != nil {
			return nil, err
		}
		if r.key != "" {
			if seen[[2]string{r.kind, r.key}] {
				continue
			}
			seen[[2]string{r.kind, r.key}] = true
		}
		records = append(records, r)
	}
	return records, nil
}

func (q *Queue) record(e Entry) (r record, err error) {
	j := q.job(e.Kind)
	if j == nil {
		return r, errUnknown.With(fault.Field{Pointer: "/kind", Rule: "must be registered; it is " + e.Kind})
	}
	args, err := json.Marshal(e.Args)
	if err != nil {
		return r, errArgs.Because(fmt.Errorf("%s: %w", e.Kind, err))
	}
	if len(args) > maxArgs {
		return r, errArgs.Because(fmt.Errorf("%s: %d bytes", e.Kind, len(args)))
	}
	r = record{kind: e.Kind, args: string(args), attempts: j.Attempts}
	for _, o := range e.Options {
		o(&r)
	}
	if len(r.key) > maxKey || !utf8.ValidString(r.key) || strings.ContainsRune(r.key, 0) {
		return r, errKey
	}
	return r, nil
}

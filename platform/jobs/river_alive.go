package jobs

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/hotlane/hotlane/platform/db"
)

// liveness is a lock that PostgreSQL gives free when its connection ends, and with it the process: others see by it whether the
// owner of a job that runs is there. River by itself would wait for longer than any attempt may take.
type liveness struct {
	pool *pgxpool.Pool
	key  int64

	mu   sync.Mutex // held during I/O: nobody waits for it but release
	conn *pgxpool.Conn
}

func (l *liveness) hold(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", l.key); err != nil {
		drop(conn)
		return err
	}
	l.conn = conn
	return nil
}

// check holds the lock on another connection where the first is gone.
func (l *liveness) check(ctx context.Context) error {
	l.mu.Lock()
	conn := l.conn
	if conn == nil || conn.Ping(ctx) != nil {
		if conn != nil {
			drop(conn)
		}
		l.conn = nil
		l.mu.Unlock()
		return l.hold(ctx)
	}
	l.mu.Unlock()
	return nil
}

func (l *liveness) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		drop(l.conn)
		l.conn = nil
	}
}

// drop ends a connection, and with it its locks.
func drop(c *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), stopWait)
	defer cancel()
	_ = c.Hijack().Close(ctx)
}

// free gives back what runs in processes that have ended, and ends their leadership, which River would wait for 15 s. Their attempts
// count, so that a job that kills its process does not do so for ever.
func (e *riverQueue) free(ctx context.Context, self string) error {
	return e.q.db.Write(ctx, func(tx *db.Tx) error {
		owners, err := owners(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range owners {
			if id == self {
				continue
			}
			var gone bool
			if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, e.lock(id)).Scan(&gone); err != nil {
				return err
			}
			if gone {
				if err := e.freeOf(ctx, tx, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func owners(ctx context.Context, tx *db.Tx) (ids []string, err error) {
	return db.Column[string](ctx, tx, `SELECT DISTINCT attempted_by[array_length(attempted_by, 1)] FROM river_job
		WHERE state = 'running' AND array_length(attempted_by, 1) > 0 UNION SELECT leader_id FROM river_leader`)
}

func (e *riverQueue) freeOf(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE river_job SET
			state = (CASE WHEN attempt >= max_attempts THEN 'discarded' ELSE 'available' END)::river_job_state,
			finalized_at = CASE WHEN attempt >= max_attempts THEN 'epoch'::timestamptz + $1::bigint * INTERVAL '1 microsecond' END,
			scheduled_at = 'epoch'::timestamptz + $1::bigint * INTERVAL '1 microsecond',
			errors = array_append(errors, jsonb_build_object('at', now(), 'attempt', attempt, 'error', $2::text, 'trace', ''))
		WHERE state = 'running' AND attempted_by[array_length(attempted_by, 1)] = $3`, e.q.now().UnixMicro(), errKilled, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM river_leader WHERE leader_id = $1`, id)
	return err
}

package db

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"

	"modernc.org/sqlite"
)

// What is committed stands in the log, and a checkpoint moves it into the file. SQLite does that within the commit that makes the log long
// enough, which then takes the time of several. Here it is done beside the commits. Since they go on meanwhile, something is always left
// in the log: at restartPages a commit moves the little that is left after all, and the next begins the log anew.
// https://www.sqlite.org/wal.html#ckpt
const (
	checkpointPages = 1000 // 4 MiB: SQLite's own measure
	restartPages    = 8192 // 32 MiB
)

// checkpointer has a connection of its own, from its first checkpoint on.
type checkpointer struct {
	log  *slog.Logger
	db   *sql.DB
	due  chan struct{} // holds one
	end  context.CancelFunc
	done sync.WaitGroup

	pages int // written since the last was due; the writer's
}

func newCheckpointer(dsn string, log *slog.Logger) (*checkpointer, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	c := &checkpointer{log: log, db: sql.OpenDB(connector), due: make(chan struct{}, 1), end: end}
	c.db.SetMaxOpenConns(1)
	c.done.Go(func() { c.run(ctx) })
	return c, nil
}

// run makes a checkpoint whenever one is due. One that fails is left to the commit that finds the log too long.
func (c *checkpointer) run(ctx context.Context) {
	failing := false
	for {
		select {
		case <-c.due:
			_, err := c.db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
			if err != nil && !failing && ctx.Err() == nil {
				c.log.Warn("db: checkpoints cannot be made beside the commits: they are made within them, which then take longer", "error", err)
			}
			failing = err != nil
		case <-ctx.Done():
			return
		}
	}
}

// committed counts what a commit wrote. The writer's connection is at hand.
func (c *checkpointer) committed(raw *sql.Conn) {
	_ = raw.Raw(func(driver any) error {
		n, _, err := driver.(sqlite.DBStatus).Status(sqlite.DBStatusCacheWrite, true)
		c.pages += n
		return err
	})
	if c.pages < checkpointPages {
		return
	}
	select {
	case c.due <- struct{}{}:
		c.pages = 0
	default: // one is under way, and one is due already
	}
}

func (c *checkpointer) close() error {
	c.end()
	c.done.Wait()
	return c.db.Close()
}

package allocation

import (
	"context"

	"github.com/hotlane/hotlane/platform/db"
)

// LoadCaps reads all checkpoints, then all batches of the log.
func (s *ledgerStore) LoadCaps(ctx context.Context, shard func(n int, data []byte) error, batch func(data []byte) error) error {
	return db.Fault(s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT shard, data FROM cap_shards ORDER BY shard")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			var data []byte
			if err := rows.Scan(&n, &data); err != nil {
				return err
			}
			if err := shard(n, data); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		log, err := tx.Query(ctx, "SELECT data FROM cap_log ORDER BY seq")
		if err != nil {
			return err
		}
		defer log.Close()
		for log.Next() {
			var data []byte
			if err := log.Scan(&data); err != nil {
				return err
			}
			if err := batch(data); err != nil {
				return err
			}
		}
		return log.Err()
	}))
}

// AppendCaps makes one batch of the log durable.
func (s *ledgerStore) AppendCaps(ctx context.Context, generation int64, seq uint64, at int64, data []byte) error {
	return s.owned(ctx, generation, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO cap_log (seq, at, data) VALUES ($1, $2, $3) ON CONFLICT (seq) DO NOTHING", int64(seq), at, data)
		return err
	})
}

// CapShard is a checkpoint of one shard, which covers the log up to a batch.
type CapShard struct {
	Shard int
	Upto  uint64
	Data  []byte
}

// SaveCaps replaces the checkpoints of shards, and deletes of the log what all shards cover.
func (s *ledgerStore) SaveCaps(ctx context.Context, generation int64, shards []CapShard, deletable uint64) error {
	return s.owned(ctx, generation, func(tx *db.Tx) error {
		for _, c := range shards {
			_, err := tx.Exec(ctx, `INSERT INTO cap_shards (shard, upto, data) VALUES ($1, $2, $3)
				ON CONFLICT (shard) DO UPDATE SET upto = excluded.upto, data = excluded.data`, c.Shard, int64(c.Upto), c.Data)
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "DELETE FROM cap_log WHERE seq <= $1", int64(deletable))
		return err
	})
}

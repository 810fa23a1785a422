package stream

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
)

// Pack is what one commit brings for one channel.
type Pack struct {
	Channel int64            // Head.ID
	Epoch   string           // Head.Epoch
	First   uint64           // the first entry's offset
	Entries []realtime.Entry // at least one; their offsets count on from First
}

// A pack goes in only behind the last one, or behind the floor where all are deleted. What two see at once as the end, one of them takes:
// the key decides. On PostgreSQL the row of the channel is held until the end, so that nobody deletes the pack that is in the way of a
// stale one meanwhile: see TestStaleBelowFloor.
const (
	appendSQLite = `INSERT INTO hotlane_live_packs (channel, first, last, body)
		SELECT c.id, $2, $3, $4 FROM hotlane_live_channels c WHERE c.id = $1 AND c.epoch = $5 AND c.floor < $2 AND $2 - 1 =
			coalesce((SELECT p.last FROM hotlane_live_packs p WHERE p.channel = c.id ORDER BY p.first DESC LIMIT 1), c.floor)
		ON CONFLICT (channel, first) DO NOTHING`
	appendPostgres = `INSERT INTO hotlane_live_packs (channel, first, last, body)
		SELECT c.id, n.first, n.last, n.body
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::text[], $6::bigint[]) AS n (channel, first, last, body, epoch, mark)
		JOIN hotlane_live_channels c ON c.id = n.channel
		WHERE c.epoch = n.epoch AND c.tableoid::bigint = n.mark AND c.floor < n.first AND n.first - 1 =
			coalesce((SELECT p.last FROM hotlane_live_packs p WHERE p.channel = c.id ORDER BY p.first DESC LIMIT 1), c.floor)
		ORDER BY c.id FOR SHARE OF c
		ON CONFLICT (channel, first) DO NOTHING RETURNING channel`
)

// Append writes packs, at most one of a channel, sorted by channel. taken says of each whether it is in: one that is not lost against
// another process, or its channel is forgotten or has another epoch; nothing of it is written, and the others are not touched.
//
// On PostgreSQL tx must not have kept (Keep) anything of these channels, nor do so afterwards: two could wait for each other.
func Append(ctx context.Context, tx *db.Tx, packs []Pack) (taken []bool, err error) {
	if err := checkPacks(packs); err != nil || len(packs) == 0 {
		return nil, err
	}
	if tx.Dialect() == db.Postgres {
		return appendAll(ctx, tx, packs)
	}
	return appendEach(ctx, tx, packs)
}

// checkPacks: what is refused here is a mistake of the program.
func checkPacks(packs []Pack) error {
	for i := range packs {
		p := &packs[i]
		if i > 0 && p.Channel <= packs[i-1].Channel {
			return fmt.Errorf("stream: packs must be sorted by channel, one of each: %d after %d", p.Channel, packs[i-1].Channel)
		}
		if len(p.Entries) == 0 || p.First == 0 {
			return fmt.Errorf("stream: a pack of channel %d is empty or begins at 0", p.Channel)
		}
		for j := range p.Entries {
			if p.Entries[j].Offset != p.First+uint64(j) {
				return fmt.Errorf("stream: the pack at %d of channel %d has offset %d in place %d", p.First, p.Channel, p.Entries[j].Offset, j)
			}
		}
	}
	return nil
}

func (p *Pack) last() uint64 { return p.First + uint64(len(p.Entries)) - 1 }

func appendEach(ctx context.Context, tx *db.Tx, packs []Pack) ([]bool, error) {
	taken := make([]bool, len(packs))
	for i := range packs {
		p := &packs[i]
		written, _, ok := splitEpoch(p.Epoch)
		if !ok {
			continue
		}
		done, err := tx.Exec(ctx, appendSQLite, p.Channel, int64(p.First), int64(p.last()), appendPack(nil, p.Entries), written)
		if err != nil {
			return nil, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return nil, err
		}
		taken[i] = n == 1
	}
	return taken, nil
}

func appendAll(ctx context.Context, tx *db.Tx, packs []Pack) ([]bool, error) {
	n := len(packs)
	ids, first, last, marks := make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n)
	bodies, epochs := make([][]byte, 0, n), make([]string, 0, n)
	place := make(map[int64]int, n)
	for i := range packs {
		p := &packs[i]
		written, mark, ok := splitEpoch(p.Epoch)
		if !ok {
			continue
		}
		place[p.Channel] = i
		ids, first, last = append(ids, p.Channel), append(first, int64(p.First)), append(last, int64(p.last()))
		bodies, epochs, marks = append(bodies, appendPack(nil, p.Entries)), append(epochs, written), append(marks, mark)
	}
	rows, err := tx.Query(ctx, appendPostgres, ids, first, last, bodies, epochs, marks)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	taken := make([]bool, n)
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		taken[place[id]] = true
	}
	return taken, rows.Err()
}

func splitEpoch(epoch string) (written string, mark int64, ok bool) {
	i := strings.LastIndexByte(epoch, '.')
	if i < 0 {
		return "", 0, false
	}
	mark, err := strconv.ParseInt(epoch[i+1:], 36, 64)
	return epoch[:i], mark, err == nil
}

package stream

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
)

// MaxRead is how many entries one Read or History gives at most.
const MaxRead = 10_000

// Read gives the entries behind an offset, in order, at most limit (up to MaxRead). ErrForgotten: after is below the floor; ErrGone.
func Read(ctx context.Context, q db.Querier, id int64, after uint64, limit int) ([]realtime.Entry, error) {
	if limit <= 0 || after >= math.MaxInt64-MaxRead {
		return nil, nil
	}
	return between(ctx, q, id, after+1, after+uint64(min(limit, MaxRead)))
}

// Range is what is wanted of a log's past.
type Range struct {
	Since   *realtime.Position // only what is behind it, or with Reverse before it; nil: from the one end
	Limit   int                // entries, up to MaxRead
	Reverse bool               // the newest first
}

// History gives entries as the range says, up to the head that h says; what is forgotten is left out when no Since asks for it.
// ErrForgotten: Since is below the floor, or ahead of the head, or of another epoch. ErrGone.
func History(ctx context.Context, q db.Querier, h Head, r Range) ([]realtime.Entry, error) {
	for {
		entries, err := history(ctx, q, h, r)
		if !errors.Is(err, ErrForgotten) {
			return entries, err
		}
		floor, failed := floorOf(ctx, q, h.ID)
		if failed != nil || floor <= h.Floor {
			return nil, cmp.Or(failed, err)
		}
		h.Floor = floor // more is forgotten than h knew
	}
}

func floorOf(ctx context.Context, q db.Querier, id int64) (floor uint64, err error) {
	rows, err := q.Query(ctx, `SELECT floor FROM hotlane_live_channels WHERE id = $1`, id)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if !rows.Next() {
		return 0, cmp.Or[error](rows.Err(), ErrGone)
	}
	return floor, rows.Scan(&floor)
}

func history(ctx context.Context, q db.Querier, h Head, r Range) ([]realtime.Entry, error) {
	low, high := h.Floor+1, h.Offset
	if s := r.Since; s != nil {
		if s.Epoch != h.Epoch || s.Offset > h.Offset || !r.Reverse && s.Offset < h.Floor {
			return nil, ErrForgotten
		}
		if r.Reverse {
			high = max(s.Offset, 1) - 1
		} else {
			low = s.Offset + 1
		}
	}
	limit := uint64(max(min(r.Limit, MaxRead), 0))
	if low > high || limit == 0 {
		return nil, nil
	}
	if !r.Reverse {
		return between(ctx, q, h.ID, low, min(high, low+limit-1))
	}
	if high-low >= limit {
		low = high - limit + 1
	}
	entries, err := between(ctx, q, h.ID, low, high)
	slices.Reverse(entries)
	return entries, err
}

const readPacks = `SELECT c.floor, coalesce(p.first, 0), p.body FROM hotlane_live_channels c
	LEFT JOIN hotlane_live_packs p ON p.channel = c.id AND p.first <= $3 AND p.first >=
		coalesce((SELECT max(o.first) FROM hotlane_live_packs o WHERE o.channel = c.id AND o.first <= $2), 0)
	WHERE c.id = $1 ORDER BY p.first`

// between gives the entries from low to high, as far as the log goes.
func between(ctx context.Context, q db.Querier, id int64, low, high uint64) (entries []realtime.Entry, err error) {
	rows, err := q.Query(ctx, readPacks, id, int64(low), int64(high))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	there := false
	for rows.Next() {
		var floor, first uint64
		var body []byte
		if err := rows.Scan(&floor, &first, &body); err != nil {
			return nil, err
		}
		there = true
		if low <= floor {
			return nil, ErrForgotten
		}
		if first == 0 { // no pack
			continue
		}
		pack, err := decodePack(body, first)
		if err != nil {
			return nil, fmt.Errorf("log %d at %d: %w", id, first, err)
		}
		for _, e := range pack {
			if e.Offset >= low && e.Offset <= high {
				entries = append(entries, e)
			}
		}
	}
	switch err := rows.Err(); {
	case err != nil:
		return nil, err
	case !there:
		return nil, ErrGone
	}
	return entries, gapless(id, entries, low)
}

func gapless(id int64, entries []realtime.Entry, low uint64) error {
	for i := range entries {
		if want := low + uint64(i); entries[i].Offset != want {
			return ErrCorrupt.Because(fmt.Errorf("log %d has offset %d at the place of %d", id, entries[i].Offset, want))
		}
	}
	return nil
}

const (
	headsSQLite = `SELECT c.id, coalesce((SELECT p.last FROM hotlane_live_packs p WHERE p.channel = c.id ORDER BY p.first DESC LIMIT 1), c.floor)
		FROM json_each($1) j JOIN hotlane_live_channels c ON c.id = j.value`
	headsPostgres = `SELECT c.id, coalesce((SELECT p.last FROM hotlane_live_packs p WHERE p.channel = c.id ORDER BY p.first DESC LIMIT 1), c.floor)
		FROM jsonb_array_elements_text($1::jsonb) j JOIN hotlane_live_channels c ON c.id = j::bigint`
)

// Heads tells where logs are, to notice what was missed. One that is gone is not in the answer.
func Heads(ctx context.Context, d *db.DB, ids []int64) (map[int64]uint64, error) {
	query := headsSQLite
	if d.Dialect() == db.Postgres {
		query = headsPostgres
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := d.Query(ctx, query, string(list))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	heads := make(map[int64]uint64, len(ids))
	for rows.Next() {
		var id int64
		var offset uint64
		if err := rows.Scan(&id, &offset); err != nil {
			return nil, err
		}
		heads[id] = offset
	}
	return heads, rows.Err()
}

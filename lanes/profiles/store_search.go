package profiles

import (
	"context"

	"github.com/hotlane/hotlane/platform/db"
)

// condition is what one field of a profile must be: from low on and below high. Equality is low and the text right after it.
type condition struct{ field, low, high string }

// found is a place in the order of a search.
type found struct{ value, id string }

// maxScanned is how many rows one page of a search looks at.
const maxScanned = 1000

// Search gives profiles in the order of the first condition's field, then of the id, after a place in it. It looks at maxScanned rows at most: last is the
// one it came to, more says that there are others behind it.
func (s *store) Search(ctx context.Context, source string, where [3]condition, after found, limit int) (list []*record, last found, more bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var ids []string
		ids, last, more, err = scan(ctx, tx, source, where, after, limit)
		if err != nil {
			return err
		}
		list = list[:0]
		for _, id := range ids {
			var r looked
			if err := tx.QueryRow(ctx, lookByID, source, id, "").Scan(r.columns()...); err != nil {
				return err
			}
			if one := r.record(source); one != nil && one.Gone == 0 {
				list = append(list, one)
			}
		}
		return nil
	})
	return list, last, more, err
}

func scan(ctx context.Context, tx *db.Tx, source string, where [3]condition, after found, limit int) (ids []string, last found, more bool, err error) {
	a, b, c := where[0], where[1], where[2]
	rows, err := tx.Query(ctx, `SELECT f.value, f.id,
		($5 = '' OR EXISTS (SELECT 1 FROM fields g WHERE g.source = f.source AND g.id = f.id AND g.name = $5 AND g.value >= $6 AND g.value < $7))
		AND ($8 = '' OR EXISTS (SELECT 1 FROM fields h WHERE h.source = f.source AND h.id = f.id AND h.name = $8 AND h.value >= $9 AND h.value < $10))
		FROM fields f WHERE f.source = $1 AND f.name = $2 AND f.value >= $3 AND f.value < $4 AND (f.value, f.id) > ($11, $12)
		ORDER BY f.value, f.id LIMIT $13`,
		source, a.field, a.low, a.high, b.field, b.low, b.high, c.field, c.low, c.high, after.value, after.id, maxScanned+1)
	if err != nil {
		return nil, after, false, err
	}
	defer rows.Close()
	last = after
	for scanned := 0; rows.Next(); scanned++ {
		if len(ids) == limit || scanned == maxScanned {
			return ids, last, true, rows.Close()
		}
		var matches bool
		if err := rows.Scan(&last.value, &last.id, &matches); err != nil {
			return nil, after, false, err
		}
		if matches {
			ids = append(ids, last.id)
		}
	}
	return ids, last, false, rows.Err()
}

// version is a former document.
type version struct {
	Username     string
	Document     []byte
	Since, Until int64
}

// History gives former documents of a person, the latest first, that ended before a time.
func (s *store) History(ctx context.Context, source, id string, before int64, limit int) (list []version, err error) {
	rows, err := s.db.Query(ctx, `SELECT username, document, since, until FROM versions WHERE source = $1 AND id = $2 AND since < $3
		ORDER BY since DESC LIMIT $4`, source, id, before, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v version
		if err := rows.Scan(&v.Username, &v.Document, &v.Since, &v.Until); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

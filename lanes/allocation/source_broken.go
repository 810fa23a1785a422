package allocation

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// complaints are the rows of a source that cannot be taken. It is read while it is being changed.
type complaints struct {
	now  func() time.Time
	mu   sync.Mutex
	rows map[thingKey]*complaint
	news []BrokenRow // that have not been logged yet
}

type complaint struct {
	hash   uint64 // of the row
	seen   uint64 // reading in which it was there
	retry  bool   // what is wrong is not in the row itself: look again
	since  time.Time
	fields []fault.Field
}

// BrokenRow is a row of a source that cannot be taken. What it was when it was good is still served.
type BrokenRow struct {
	Thing Kind          `json:"thing"`
	ID    string        `json:"id"`
	Since time.Time     `json:"since"`
	Rules []fault.Field `json:"rules" doc:"what it breaks, by field"`
}

func newComplaints(now func() time.Time) *complaints {
	return &complaints{now: now, rows: map[thingKey]*complaint{}}
}

func rule(pointer, text string) []fault.Field { return []fault.Field{{Pointer: pointer, Rule: text}} }

// add takes note of a broken row, and of whether that is news.
func (c *complaints) add(key thingKey, hash, reading uint64, retry bool, fields []fault.Field) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.rows[key]
	if was != nil && was.hash == hash && slices.Equal(was.fields, fields) {
		was.seen = reading
		return
	}
	now := &complaint{hash: hash, seen: reading, retry: retry, since: c.now().UTC(), fields: fields}
	c.rows[key] = now
	c.news = append(c.news, BrokenRow{key.kind, key.id, now.since, fields})
}

// still reports whether it is known already that this row is broken.
func (c *complaints) still(key thingKey, hash, reading uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.rows[key]
	if was == nil || was.hash != hash || was.retry {
		return false
	}
	was.seen = reading
	return true
}

// settle forgets what was not broken in a reading, and returns what is new in it.
func (c *complaints) settle(reading uint64) (news []BrokenRow) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, was := range c.rows {
		if was.seen != reading {
			delete(c.rows, key)
		}
	}
	news, c.news = c.news, nil
	return news
}

// list gives the first of them in the order of things and ids, and how many there are.
func (c *complaints) list(most int) ([]BrokenRow, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]BrokenRow, 0, len(c.rows))
	for key, was := range c.rows {
		list = append(list, BrokenRow{key.kind, key.id, was.since, was.fields})
	}
	slices.SortFunc(list, func(a, b BrokenRow) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds[:], a.Thing), slices.Index(kinds[:], b.Thing)), compareIDs(a.ID, b.ID))
	})
	return list[:min(most, len(list))], len(list)
}

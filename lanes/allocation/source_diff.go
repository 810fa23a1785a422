package allocation

import (
	"context"
	"errors"
	"fmt"

	"github.com/hotlane/hotlane/platform/fault"
)

// sourceChunk is how many changes are written at once: many enough to be quick, few enough not to hold other writers up.
const sourceChunk = 1000

// polled is what a reading did.
type polled struct {
	rows    map[Kind]int
	changed int // made or changed
	paused  int // since their rows are gone
	refused []string
	news    []BrokenRow
}

// wish is a change that a row, or the lack of one, wants.
type wish struct {
	key    thingKey
	row    uint64
	want   uint64
	change Change
}

// update reads all rows, and only then changes anything.
func (s *source) update(ctx context.Context) (*polled, error) {
	if err := s.mirror.sync(ctx, s.service.store); err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	s.mirror.reading++
	r := newReading(s.mirror.reading, s.mirror, s.broken)
	limited, cancel := context.WithTimeout(ctx, s.timeout())
	defer cancel()
	if err := s.rows.Read(limited, s.queries, r); err != nil {
		return nil, err
	}
	done := &polled{rows: r.count}
	for _, kind := range kinds { // parents first
		if _, asked := s.queries[kind]; !asked {
			continue
		}
		if err := s.updateKind(ctx, kind, r, done); err != nil {
			return done, fmt.Errorf("write %ss: %w", kind, err)
		}
	}
	done.news = s.broken.settle(r.number)
	return done, nil
}

// updateKind writes what the rows of a kind want. Where somebody else wrote at the same time, it looks again.
func (s *source) updateKind(ctx context.Context, kind Kind, r *reading, done *polled) error {
	for round := 0; ; round++ {
		wishes := s.wishes(kind, r)
		changed, stale, err := s.write(ctx, wishes, r.number)
		if done.changed += changed; err != nil {
			return err
		}
		gone, refusal, err := s.vanished(ctx, kind, r)
		if err != nil {
			return err
		}
		if refusal != "" && round == 0 {
			done.refused = append(done.refused, refusal)
		}
		paused, staleToo, err := s.write(ctx, gone, r.number)
		if done.paused += paused; err != nil || !(stale || staleToo) || round == 2 {
			return err
		}
	}
}

// wishes judges the rows that differ by the rules that all things keep.
func (s *source) wishes(kind Kind, r *reading) []wish {
	wishes := make([]wish, 0, len(r.changed[kind]))
	for _, row := range r.changed[kind] {
		key := thingKey{kind, row.id}
		t, err := fromColumns(kind, r.names[kind], row.cells)
		var change Change
		if err == nil {
			change, err = s.service.checked(Upsert, t, s.cfg.Name)
		}
		if err != nil {
			s.broken.add(key, row.hash, r.number, false, fieldsOf(err))
			continue
		}
		if err := s.possible(key, &change.Row); err != nil {
			s.broken.add(key, row.hash, r.number, true, fieldsOf(err))
			continue
		}
		w, err := s.wish(key, row.hash, change.Row)
		if err != nil {
			s.broken.add(key, row.hash, r.number, false, fieldsOf(err))
			continue
		}
		if w != nil {
			wishes = append(wishes, *w)
		}
	}
	return wishes
}

// possible says what stands against a good row in the catalogue as it is.
func (s *source) possible(key thingKey, row *Row) error {
	if e := s.mirror.things[key]; e != nil && e.owner == theirs {
		return ErrInvalid.With(rule("/id", "must not be that of a thing which is there already and is not from this source")...)
	}
	up, ok := parentKind[key.kind]
	if !ok || row.Parent == "" || s.mirror.things[thingKey{up.kind, row.Parent}] != nil {
		return nil
	}
	return ErrParent.With(rule(up.field, fmt.Sprintf("must be the id of a %s that is there; %q is not", up.kind, row.Parent))...)
}

// wish makes the change that a good row wants: none where it is so already. An operator's pause stays.
func (s *source) wish(key thingKey, hash uint64, row Row) (*wish, error) {
	e, want := s.mirror.things[key], s.mirror.hash(row.Doc)
	w := &wish{key: key, row: hash, want: want, change: Change{Action: Create, Row: row}}
	if e == nil {
		return w, nil
	}
	if e.status == Killed || (e.owner == ours && e.have == want) {
		e.row, e.want = hash, want
		return nil, nil
	}
	w.change.Action = Update
	if e.held != "" && row.Status != Killed {
		held, err := row.with(Paused, row.Status)
		if err != nil {
			return nil, err
		}
		w.change.Row = held
	}
	w.change.Row.Revision = e.revision
	return w, nil
}

// vanished are the things of a kind whose rows are gone. If all are gone at once, the rows are missing rather than the
// things, unless config says that this may be. What came to be since the reading began, another process made.
func (s *source) vanished(ctx context.Context, kind Kind, r *reading) (gone []wish, refusal string, err error) {
	var keys []thingKey
	for key, e := range s.mirror.things {
		if key.kind == kind && e.owner == ours && e.seen != r.number && e.born != r.number && e.wanted() == Active {
			keys = append(keys, key)
		}
	}
	if len(keys) > 0 && r.count[kind] == 0 && !s.cfg.AllowEmpty {
		return nil, fmt.Sprintf("the query for %ss gives no rows; %d stay as they were (allow_empty: true would pause them)", kind, len(keys)), nil
	}
	for _, key := range keys {
		row, err := s.service.store.Thing(ctx, key.kind, key.id)
		if err != nil {
			return nil, "", err
		}
		held := Status("")
		if row.Held != "" {
			held = Paused
		}
		paused, err := row.with(Paused, held)
		if err != nil {
			return nil, "", err
		}
		gone = append(gone, wish{key: key, change: Change{Action: Update, Row: paused}})
	}
	return gone, "", nil
}

// write applies wishes in chunks. A chunk that is refused is applied one by one, so that only the culprit is left out.
func (s *source) write(ctx context.Context, wishes []wish, reading uint64) (changed int, stale bool, err error) {
	for len(wishes) > 0 {
		chunk := wishes[:min(len(wishes), sourceChunk)]
		wishes = wishes[len(chunk):]
		n, err := s.apply(ctx, chunk)
		if refusal(err) == nil {
			if changed += n; err != nil {
				return changed, stale, err
			}
			continue
		}
		for i := range chunk {
			n, err := s.apply(ctx, chunk[i:i+1])
			why := refusal(err)
			switch {
			case why != nil && (errors.Is(why, ErrStale) || errors.Is(why, ErrExists) || errors.Is(why, ErrKilled)):
				stale = true
			case why != nil:
				s.broken.add(chunk[i].key, chunk[i].row, reading, true, fieldsOf(why))
			case err != nil:
				return changed, stale, err
			}
			changed += n
		}
		if err := s.mirror.sync(ctx, s.service.store); err != nil {
			return changed, stale, err
		}
	}
	return changed, stale, nil
}

// apply writes all of a chunk or nothing, and remembers what was written.
func (s *source) apply(ctx context.Context, chunk []wish) (int, error) {
	changes := make([]Change, len(chunk))
	for i := range chunk {
		changes[i] = chunk[i].change
	}
	n, err := s.service.applyAs(ctx, "source:"+s.cfg.Name, changes)
	if err != nil {
		return 0, err
	}
	if err := s.mirror.sync(ctx, s.service.store); err != nil {
		return n, err
	}
	for _, w := range chunk {
		if e := s.mirror.things[w.key]; e != nil {
			e.row, e.want = w.row, w.want
			if w.row != 0 {
				e.seen = s.mirror.reading
			}
		}
	}
	return n, nil
}

// refusal is the fault of an error that is about the change; other errors are about the database.
func refusal(err error) *fault.Error {
	var f *fault.Error
	if errors.As(err, &f) && (f.Kind == fault.Conflict || f.Kind == fault.Invalid || f.Kind == fault.NotFound) {
		return f
	}
	return nil
}

func fieldsOf(err error) []fault.Field {
	if f := refusal(err); f != nil && len(f.Fields) > 0 {
		return f.Fields
	} else if f != nil {
		return rule("", f.Text)
	}
	return rule("", err.Error())
}

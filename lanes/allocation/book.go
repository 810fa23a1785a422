package allocation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// book holds all things as they are stored, and is what a catalogue is compiled from. Only the rebuild touches it.
type book struct {
	revision    int64
	advertisers map[string]*entry[*Advertiser]
	campaigns   map[string]*entry[*Campaign]
	lineItems   map[string]*lineEntry
	creatives   map[string]*creativeEntry
	owned       map[string][]*creativeEntry // the same by line item
	placements  map[string]*entry[*Placement]
	schema      targeting.Schema
	zones       map[string]*time.Location
	schedules   map[scheduleKey]*ledger.Schedule
	words       map[string]string // that stand in very many things, one of each
	broken      map[string]error  // line items that cannot be understood any more, by id
}

type entry[T any] struct {
	num   int64
	thing T
}

// lineEntry keeps what is dear to parse, so that a rebuild does not parse it again. All catalogues share it.
type lineEntry struct {
	*LineItem
	num      int64
	zone     *time.Location
	schedule *ledger.Schedule
	matches  []targeting.Conjunction // nil: always
}

// creativeEntry keeps what is dear to encode.
type creativeEntry struct {
	*Creative
	num  int64
	json string // its part of an answer; most of its texts are parts of this one
}

func newBook(schema targeting.Schema) *book {
	return &book{
		schema: schema, zones: map[string]*time.Location{}, schedules: map[scheduleKey]*ledger.Schedule{}, words: map[string]string{}, broken: map[string]error{},
		advertisers: map[string]*entry[*Advertiser]{}, campaigns: map[string]*entry[*Campaign]{},
		lineItems: map[string]*lineEntry{}, creatives: map[string]*creativeEntry{}, owned: map[string][]*creativeEntry{},
		placements: map[string]*entry[*Placement]{},
	}
}

// put takes a stored row into the book.
func (b *book) put(r Row) error {
	t, err := r.decode()
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case *Advertiser:
		b.advertisers[t.ID] = &entry[*Advertiser]{r.Num, t}
	case *Campaign:
		b.campaigns[t.ID] = &entry[*Campaign]{r.Num, t}
	case *LineItem:
		b.lineItems[t.ID], err = b.line(r.Num, t)
	case *Creative:
		b.own(b.creatives[t.ID], b.creative(r.Num, t))
	case *Placement:
		b.placements[t.ID] = &entry[*Placement]{r.Num, t}
	}
	return err
}

// word is the one copy of a text that many things have.
func (b *book) word(s string) string {
	if w, ok := b.words[s]; ok {
		return w
	}
	b.words[s] = s
	return s
}

func (b *book) creative(num int64, c *Creative) *creativeEntry {
	e := &creativeEntry{c, num, encodeCreative(c)}
	for _, s := range []*string{&c.ID, &c.LineItem, &c.Title, &c.Image, &c.Landing} {
		*s = within(e.json, *s)
	}
	c.Status = Status(b.word(string(c.Status)))
	return e
}

// within is a text as a part of a longer one that has it, so that it needs no memory of its own.
func within(whole, s string) string {
	if i := strings.Index(whole, s); i >= 0 {
		return whole[i : i+len(s)]
	}
	return s
}

// own puts a creative in the place of what it was before, which may have belonged to another line item.
func (b *book) own(was, is *creativeEntry) {
	if was != nil {
		b.owned[was.LineItem] = slices.DeleteFunc(b.owned[was.LineItem], func(e *creativeEntry) bool { return e == was })
	}
	b.owned[is.LineItem] = append(b.owned[is.LineItem], is)
	b.creatives[is.ID] = is
}

func (b *book) line(num int64, l *LineItem) (*lineEntry, error) {
	for _, s := range []*string{&l.Campaign, &l.Kind, &l.Tier, &l.BidType, &l.Zone, &l.Daypart, &l.Pacing, &l.Topic} {
		*s = b.word(*s)
	}
	for i := range l.Placements {
		l.Placements[i] = b.word(l.Placements[i])
	}
	l.Status = Status(b.word(string(l.Status)))
	e := &lineEntry{LineItem: l, num: num, schedule: new(ledger.Schedule)}
	var err error
	if e.zone, err = b.zone(l.Zone); err != nil { // the machine knows other zones than the one it was stored on
		e.zone, b.broken[l.ID] = time.UTC, err
		return e, nil
	}
	if e.schedule, err = b.schedule(l.Daypart, e.zone); err != nil {
		e.schedule = new(ledger.Schedule)
		b.broken[l.ID] = fmt.Errorf("daypart: %w", err)
		return e, nil
	}
	expr, err := l.Targeting.Parse(b.schema)
	if err == nil && expr != nil {
		if e.matches, err = expr.Conjunctions(); err == nil && len(e.matches) == 0 {
			err = errors.New("it can never match")
		}
	}
	if err != nil { // config took an attribute away since it was stored: it must not match all
		b.broken[l.ID] = err
		return e, nil
	}
	delete(b.broken, l.ID)
	return e, nil
}

// scheduleKey is what makes a schedule: many items have the same.
type scheduleKey struct {
	text string
	zone *time.Location
}

func (b *book) schedule(text string, zone *time.Location) (*ledger.Schedule, error) {
	key := scheduleKey{text, zone}
	if s, ok := b.schedules[key]; ok {
		return s, nil
	}
	s, err := ledger.ParseSchedule(text, zone)
	if err != nil {
		return nil, err
	}
	b.schedules[key] = &s
	return &s, nil
}

func (b *book) zone(name string) (*time.Location, error) {
	if z, ok := b.zones[name]; ok {
		return z, nil
	}
	z, err := time.LoadLocation(name)
	if err == nil {
		b.zones[name] = z
	}
	return z, err
}

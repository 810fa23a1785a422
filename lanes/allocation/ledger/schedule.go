package ledger

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Schedule is the hours of the week in which an item runs, by the clocks of a zone. The zero Schedule is always active.
type Schedule struct {
	zone *time.Location
	days [7][]span // by time.Weekday, in order, disjoint
	some bool      // false: always active
}

// span is minutes of the day, to excluded.
type span struct{ from, to int }

const dayMinutes = 24 * 60

const (
	maxText  = 4096 // bytes; what String writes is shorter
	maxSpans = 24   // a day
)

var dayNames = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ParseSchedule reads windows such as
//
//	mon-fri 09:00-18:00; sat,sun 10:00-14:00
//
// separated by semicolons: days (sun to sat, single, in ranges, which may go over the end of the week, or daily), then
// from and to on the clocks of the zone, to excluded, up to 24:00. A window whose end is not after its beginning ends
// on the next day. Windows add up. An empty text is a schedule that is always active.
func ParseSchedule(text string, zone *time.Location) (Schedule, error) {
	s := Schedule{zone: zone}
	if strings.TrimSpace(text) == "" {
		return s, nil
	}
	s.some = true
	if len(text) > maxText {
		return Schedule{}, fmt.Errorf("must have at most %d bytes, has %d", maxText, len(text))
	}
	for i, w := range strings.Split(text, ";") {
		if err := s.add(w); err != nil {
			return Schedule{}, fmt.Errorf("window %d: %w", i+1, err)
		}
	}
	for d := range s.days {
		s.days[d] = merge(s.days[d])
		if len(s.days[d]) > maxSpans {
			return Schedule{}, fmt.Errorf("must have at most %d separate windows on %s", maxSpans, dayNames[d])
		}
	}
	return s, nil
}

func (s *Schedule) add(window string) error {
	fields := strings.Fields(strings.ToLower(window))
	if len(fields) != 2 {
		return fmt.Errorf(`must be days and hours, as "mon-fri 09:00-18:00", is %q`, window)
	}
	days, err := parseDays(fields[0])
	if err != nil {
		return err
	}
	a, b, ok := strings.Cut(fields[1], "-")
	from, ok1 := parseClock(a)
	to, ok2 := parseClock(b)
	if !ok || !ok1 || !ok2 || from == dayMinutes {
		return fmt.Errorf("hours must be as 09:00-18:00, from 00:00 to 24:00, are %q", fields[1])
	}
	for d, on := range days {
		switch {
		case !on:
		case from < to:
			s.days[d] = append(s.days[d], span{from, to})
		default:
			s.days[d] = append(s.days[d], span{from, dayMinutes})
			if to > 0 {
				s.days[(d+1)%7] = append(s.days[(d+1)%7], span{0, to})
			}
		}
	}
	return nil
}

func parseDays(text string) (days [7]bool, err error) {
	if text == "daily" {
		return [7]bool{true, true, true, true, true, true, true}, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		a, b, ranged := strings.Cut(part, "-")
		if !ranged {
			b = a
		}
		first, last := slices.Index(dayNames[:], a), slices.Index(dayNames[:], b)
		if first < 0 || last < 0 {
			return days, fmt.Errorf("days must be sun, mon, tue, wed, thu, fri, sat or daily, are %q", text)
		}
		for d := first; ; d = (d + 1) % 7 {
			days[d] = true
			if d == last {
				break
			}
		}
	}
	return days, nil
}

func parseClock(s string) (minute int, ok bool) {
	if len(s) != 5 || s[2] != ':' || strings.ContainsAny(s, "+-") {
		return 0, false
	}
	h, err1 := strconv.Atoi(s[:2])
	m, err2 := strconv.Atoi(s[3:])
	minute = h*60 + m
	return minute, err1 == nil && err2 == nil && m < 60 && minute <= dayMinutes
}

func merge(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	out := spans[:0]
	for _, w := range spans {
		if n := len(out); n > 0 && w.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, w.to)
			continue
		}
		out = append(out, w)
	}
	return out
}

// String writes the schedule day by day, in a form that ParseSchedule reads; it is empty if always active.
func (s Schedule) String() string {
	if !s.some {
		return ""
	}
	var parts []string
	for i := range 7 {
		d := (i + 1) % 7 // the week begins on Monday
		for _, w := range s.days[d] {
			parts = append(parts, fmt.Sprintf("%s %02d:%02d-%02d:%02d", dayNames[d], w.from/60, w.from%60, w.to/60, w.to%60))
		}
	}
	return strings.Join(parts, "; ")
}

// Always tells whether there is no restriction.
func (s Schedule) Always() bool { return !s.some }

// Active tells whether the clocks of the zone show a time within a window. Hours that clocks skip are not there; hours
// that they repeat count twice.
func (s Schedule) Active(t time.Time) bool {
	if !s.some {
		return true
	}
	t = t.In(s.zone)
	minute := t.Hour()*60 + t.Minute()
	for _, w := range s.days[t.Weekday()] {
		if w.from <= minute && minute < w.to {
			return true
		}
	}
	return false
}

// ActiveDuration is how long the schedule is active from from until to, in real time.
func (s Schedule) ActiveDuration(from, to time.Time) time.Duration {
	if !from.Before(to) {
		return 0
	}
	if !s.some {
		return to.Sub(from)
	}
	var sum time.Duration
	for t := from.In(s.zone); t.Before(to); {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.After(to) {
			end = to
		}
		_, offset := t.Zone()
		shift := time.Duration(offset) * time.Second
		sum += s.wall(t.UTC().Add(shift), end.UTC().Add(shift))
		t = end
	}
	return sum
}

// wall sums the windows between two readings of a clock that is not changed meanwhile.
func (s Schedule) wall(from, to time.Time) (sum time.Duration) {
	y, m, d := from.Date()
	for day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC); day.Before(to); day = day.AddDate(0, 0, 1) {
		for _, w := range s.days[day.Weekday()] {
			a := day.Add(time.Duration(w.from) * time.Minute)
			b := day.Add(time.Duration(w.to) * time.Minute)
			if a.Before(from) {
				a = from
			}
			if b.After(to) {
				b = to
			}
			if a.Before(b) {
				sum += b.Sub(a)
			}
		}
	}
	return sum
}

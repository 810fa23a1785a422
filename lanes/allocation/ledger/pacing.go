package ledger

import (
	"math/bits"
	"time"
)

// Allowed is how much of a day's budget even pacing lets be charged by now: the budget in proportion to the time that
// the item has been active since from, out of its whole active time until to. Both bounds should lie within one budget
// day, at the item's start or end if that is later or earlier. Before from it is 0; from to on, and where there is no
// active time left, the whole budget.
func Allowed(budget int64, from, to time.Time, hours Schedule, now time.Time) int64 {
	switch {
	case budget <= 0 || !now.After(from):
		return 0
	case budget == Unlimited:
		return Unlimited
	case !now.Before(to):
		return budget
	}
	total, gone := hours.ActiveDuration(from, to), hours.ActiveDuration(from, now)
	if gone >= total {
		return budget
	}
	hi, lo := bits.Mul64(uint64(budget), uint64(gone))
	share, _ := bits.Div64(hi, lo, uint64(total)) // gone < total, so it fits
	return int64(share)
}

// Day is a budget day: a calendar day in the item's zone, 23 to 25 hours long as a rule.
type Day struct {
	Number   int32 // 20260131
	From, To time.Time
}

// DayOf is the budget day that holds t.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Day{
		Number: int32(y*10000 + int(m)*100 + d),
		From:   dayStart(y, m, d, zone),
		To:     dayStart(y, m, d+1, zone),
	}
}

// dayStart is the first moment at which the zone's clocks show that date or a later one. Not every day begins at 0:00,
// and some days begin twice.
func dayStart(y int, m time.Month, d int, zone *time.Location) time.Time {
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC) // as the clocks show it
	for t := midnight.Add(-36 * time.Hour).In(zone); ; {
		_, offset := t.Zone()
		first := midnight.Add(-time.Duration(offset) * time.Second)
		if first.Before(t) {
			first = t
		}
		_, end := t.ZoneBounds()
		if end.IsZero() || first.Before(end) {
			return first.In(zone)
		}
		t = end
	}
}

package targeting

import (
	"time"
)

const daySeconds = 86400

// The instants that can be written as RFC 3339 in UTC, and one day less, so that a day has an end.
const (
	minDate = -62135596800 // 0001-01-01T00:00:00Z
	maxDate = 253402214400 // 9999-12-31T00:00:00Z
)

// ParseDate reads RFC 3339 or YYYY-MM-DD (the first second of that day in UTC) as seconds since 1970-01-01 UTC.
// A fraction of a second is dropped. Years 1 to 9999; the last instant is 9999-12-31T00:00:00Z.
func ParseDate(s string) (seconds int64, day, ok bool) {
	if len(s) == len("2006-01-02") {
		year, ok1 := decimal(s[:4])
		month, ok2 := decimal(s[5:7])
		d, ok3 := decimal(s[8:])
		if !ok1 || !ok2 || !ok3 || s[4] != '-' || s[7] != '-' {
			return 0, false, false
		}
		t := time.Date(int(year), time.Month(month), int(d), 0, 0, 0, 0, time.UTC)
		if t.Month() != time.Month(month) || t.Day() != int(d) {
			return 0, false, false
		}
		seconds = t.Unix()
		return seconds, true, seconds >= minDate && seconds <= maxDate
	}
	if !looksLikeTime(s) { // time.Parse allocates its error; most wrong input ends here
		return 0, false, false
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0, false, false
	}
	seconds = t.Unix()
	return seconds, false, seconds >= minDate && seconds <= maxDate
}

func looksLikeTime(s string) bool {
	return len(s) >= len("2006-01-02T15:04:05Z") && len(s) <= 40 && s[4] == '-' && s[7] == '-' && s[13] == ':'
}

// dateString writes a bound so that it reads back as itself: a bare day only where that means its first second.
func dateString(b Bound, bare bool) string {
	t := time.Unix(int64(b.Number), 0).UTC()
	if bare && int64(b.Number)%daySeconds == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

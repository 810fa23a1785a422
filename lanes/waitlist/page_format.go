package waitlist

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// grouped writes 1234567 as 1,234,567, which both languages do.
func grouped[T int | int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// percent is a part of a whole: 43%, "–" where there is no whole.
func percent(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	return strconv.FormatFloat(float64(part)/float64(whole)*100, 'f', 0, 64) + "%"
}

// dayOffset is by how much days begin before those of UTC: operators who read Korean have Korean days.
func dayOffset(lang string) time.Duration {
	if lang == "ko" {
		return 9 * time.Hour
	}
	return 0
}

// moment writes a time in the time of the days above.
func moment(t time.Time, lang string) string {
	t = t.UTC().Add(dayOffset(lang))
	if lang == "ko" {
		return fmt.Sprintf("%d. %d. %02d:%02d", t.Month(), t.Day(), t.Hour(), t.Minute())
	}
	return t.Format("2 Jan 15:04")
}

// dayName writes 2026-11-01 as 11월 1일 or 1 Nov.
func dayName(day, lang string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	if lang == "ko" {
		return fmt.Sprintf("%d월 %d일", t.Month(), t.Day())
	}
	return t.Format("2 Jan")
}

// masked leaves of an address what tells it from its neighbours, and no more.
func masked(address string) string {
	if isPhone(address) {
		return address[:min(3, len(address))] + "•••" + address[max(0, len(address)-2):]
	}
	local, domain, _ := strings.Cut(address, "@")
	_, size := utf8.DecodeRuneInString(local)
	return local[:size] + "•••@" + domain
}

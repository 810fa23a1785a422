package profiles

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// grouped writes 1234567 as 1,234,567, which both languages do.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// ago says how long ago something was, in its largest unit.
func (w *words) ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return w.JustNow
	case d < time.Hour:
		return numbered(w.Minutes, int(d/time.Minute))
	case d < 48*time.Hour:
		return numbered(w.Hours, int(d/time.Hour))
	}
	return numbered(w.Days, int(d/(24*time.Hour)))
}

// numbered fills a number in; the second form is for one.
func numbered(forms string, n int) string {
	many, one, both := strings.Cut(forms, "|")
	if both && n == 1 {
		return fmt.Sprintf(one, n)
	}
	return fmt.Sprintf(many, n)
}

// in says for how long to wait: whole seconds up to two minutes, then whole minutes.
func (w *words) in(d time.Duration) string {
	seconds := max(1, int((d+time.Second-1)/time.Second))
	n, unit := seconds, [2]string{"second", "초"}
	if seconds > 120 {
		n, unit = (seconds+59)/60, [2]string{"minute", "분"}
	}
	if w.Lang == "ko" {
		return strconv.Itoa(n) + unit[1]
	}
	if n == 1 {
		return "1 " + unit[0]
	}
	return strconv.Itoa(n) + " " + unit[0] + "s"
}

// day writes a moment in UTC, for who has no module that writes it in their own time.
func (w *words) day(t time.Time) string {
	if w.Lang == "ko" {
		return t.UTC().Format("2006년 1월 2일 15:04") + " (UTC)"
	}
	return t.UTC().Format("2 January 2006, 15:04") + " UTC"
}

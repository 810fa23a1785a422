package ledger

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func schedule(t testing.TB, text, in string) Schedule {
	t.Helper()
	s, err := ParseSchedule(text, zone(t, in))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func manyWindows(n int) string {
	var windows []string
	for i := range n {
		windows = append(windows, fmt.Sprintf("mon %02d:%02d-%02d:%02d", i/2, i%2*30, i/2, i%2*30+10))
	}
	return strings.Join(windows, ";")
}

func TestParseSchedule(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"  ":                               "",
		"mon-wed 09:00-18:00":              "mon 09:00-18:00; tue 09:00-18:00; wed 09:00-18:00",
		"sat,sun 10:00-14:00":              "sat 10:00-14:00; sun 10:00-14:00",
		"Fri-Mon 00:00-24:00":              "mon 00:00-24:00; fri 00:00-24:00; sat 00:00-24:00; sun 00:00-24:00",
		"sat 22:00-02:00":                  "sat 22:00-24:00; sun 00:00-02:00",
		"sat 22:00-00:00":                  "sat 22:00-24:00",
		"mon 08:00-08:00":                  "mon 08:00-24:00; tue 00:00-08:00",
		"mon 09:00-12:00; mon 11:00-13:00": "mon 09:00-13:00",
		"mon 09:00-12:00;mon 12:00-13:00":  "mon 09:00-13:00",
		"mon 12:00-13:00 ; mon 9:00-10:00": "error",
		"daily 12:00-13:00; x":             "error",
		"mon-fri":                          "error",
		"mon 25:00-26:00":                  "error",
		"mon 24:00-02:00":                  "error",
		"mon 23:60-24:00":                  "error",
		"mon 24:01-02:00":                  "error",
		"mon +9:00-10:00":                  "error",
		"mond 09:00-10:00":                 "error",
		"mon- 09:00-10:00":                 "error",
		"mon 09:00-10:00;":                 "error",
		"mon 09:00-10:00-11:00":            "error",
		"월 09:00-10:00":                    "error",
		strings.Repeat(" ", maxText) + "tue 09:00-10:00": "error",
		manyWindows(maxSpans + 1):                        "error",
	} {
		s, err := ParseSchedule(text, time.UTC)
		got := s.String()
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%.40q is read as %q (%v), want %q", text, got, err, want)
		}
	}
}

func TestActive(t *testing.T) {
	for _, c := range []struct {
		text, zone, at string
		want           bool
	}{
		{"mon-fri 09:00-18:00", "Asia/Seoul", "2026-02-02T08:59:59+09:00", false},
		{"mon-fri 09:00-18:00", "Asia/Seoul", "2026-02-02T09:00:00+09:00", true},
		{"mon-fri 09:00-18:00", "Asia/Seoul", "2026-02-02T17:59:59+09:00", true},
		{"mon-fri 09:00-18:00", "Asia/Seoul", "2026-02-02T18:00:00+09:00", false},
		{"mon-fri 09:00-18:00", "Asia/Seoul", "2026-02-01T12:00:00+09:00", false},
		{"mon 00:00-09:00", "Asia/Seoul", "2026-02-01T16:00:00Z", true}, // Sunday in London
		{"", "Asia/Seoul", "2026-02-01T12:00:00+09:00", true},
		// Berlin skips 02:00 to 03:00 on 29 March, and has 02:00 to 03:00 twice on 25 October.
		{"sun 02:00-03:00", "Europe/Berlin", "2026-03-29T01:00:00Z", false},
		{"sun 03:00-04:00", "Europe/Berlin", "2026-03-29T01:00:00Z", true},
		{"sun 02:00-03:00", "Europe/Berlin", "2026-10-25T00:30:00Z", true},
		{"sun 02:00-03:00", "Europe/Berlin", "2026-10-25T01:30:00Z", true},
		{"sun 02:00-03:00", "Europe/Berlin", "2026-10-25T02:00:00Z", false},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := schedule(t, c.text, c.zone).Active(at); got != c.want {
			t.Errorf("%q in %s at %s: %v", c.text, c.zone, c.at, got)
		}
	}
}

func TestActiveDurationOfADay(t *testing.T) {
	for _, c := range []struct {
		text, zone, day string
		want            time.Duration
	}{
		{"daily 01:00-04:00", "Europe/Berlin", "2026-03-28", 3 * time.Hour},
		{"daily 01:00-04:00", "Europe/Berlin", "2026-03-29", 2 * time.Hour},
		{"daily 01:00-04:00", "Europe/Berlin", "2026-10-25", 4 * time.Hour},
		{"daily 02:00-03:00", "Europe/Berlin", "2026-03-29", 0},
		{"", "Europe/Berlin", "2026-03-29", 23 * time.Hour},
		{"daily 01:30-03:30", "America/New_York", "2026-03-08", time.Hour},
		{"daily 01:00-02:00", "America/New_York", "2026-11-01", 2 * time.Hour},
		{"", "America/New_York", "2026-11-01", 25 * time.Hour},
		{"daily 22:00-02:00", "America/New_York", "2026-11-01", 5 * time.Hour},
		{"mon-fri 09:00-18:00", "Asia/Seoul", "2026-02-02", 9 * time.Hour},
		{"mon-fri 09:00-18:00", "Asia/Seoul", "2026-02-01", 0},
		{"", "Asia/Seoul", "2026-02-01", 24 * time.Hour},
	} {
		noon, err := time.ParseInLocation("2006-01-02 15", c.day+" 12", zone(t, c.zone))
		if err != nil {
			t.Fatal(err)
		}
		day := DayOf(noon, zone(t, c.zone))
		if got := schedule(t, c.text, c.zone).ActiveDuration(day.From, day.To); got != c.want {
			t.Errorf("%q in %s on %s: %v, want %v", c.text, c.zone, c.day, got, c.want)
		}
	}
}

var testZones = []string{"Europe/Berlin", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "America/Havana"}

// ActiveDuration must be the number of minutes at which Active says yes.
func TestActiveDurationAddsUp(t *testing.T) {
	texts := []string{"mon-fri 09:00-18:00", "daily 22:00-03:15", "sun 00:00-24:00; sat 01:30-02:30", "daily 01:59-02:01"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(testZones).Draw(t, "zone")
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := ParseSchedule(rapid.SampledFrom(texts).Draw(t, "schedule"), z)
		if err != nil {
			t.Fatal(err)
		}
		// Three days around any of the year's changes, or anywhere.
		from := time.Date(2026, 1, 1, 0, rapid.IntRange(0, 365*24*60).Draw(t, "minute"), 0, 0, time.UTC)
		if _, change := from.In(z).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "near a change") {
			from = change.Add(-time.Duration(rapid.IntRange(0, 48*60).Draw(t, "before")) * time.Minute)
		}
		to := from.Add(time.Duration(rapid.IntRange(0, 72*60).Draw(t, "minutes")) * time.Minute)
		var want time.Duration
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			if s.Active(at) {
				want += time.Minute
			}
		}
		if got := s.ActiveDuration(from, to); got != want {
			t.Fatalf("%v in %s from %v to %v: %v, want %v", s, name, from, to, got, want)
		}
	})
}

func TestDaysFollowEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, err := time.LoadLocation(rapid.SampledFrom(append(testZones, "America/Sao_Paulo", "Asia/Beirut")).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1_000_000_000, 2_000_000_000).Draw(t, "time"), 0)
		day := DayOf(at, z)
		if at.Before(day.From) || !at.Before(day.To) {
			t.Fatalf("%v is not in %+v", at.In(z), day)
		}
		if next := DayOf(day.To, z); !next.From.Equal(day.To) || next.Number <= day.Number {
			t.Fatalf("%+v is followed by %+v", day, next)
		}
		if before := DayOf(day.From.Add(-time.Nanosecond), z); !before.To.Equal(day.From) {
			t.Fatalf("%+v is before %+v", before, day)
		}
	})
}

func TestDayOf(t *testing.T) {
	for _, c := range []struct {
		zone, at   string
		number     int32
		from       string
		wantLength time.Duration
	}{
		{"Asia/Seoul", "2026-01-31T15:00:00Z", 20260201, "2026-01-31T15:00:00Z", 24 * time.Hour},
		{"Europe/Berlin", "2026-03-29T12:00:00Z", 20260329, "2026-03-28T23:00:00Z", 23 * time.Hour},
		{"America/New_York", "2026-11-01T12:00:00Z", 20261101, "2026-11-01T04:00:00Z", 25 * time.Hour},
		{"America/Sao_Paulo", "2018-11-04T12:00:00Z", 20181104, "2018-11-04T03:00:00Z", 23 * time.Hour}, // begins at 1:00
		{"America/Havana", "2026-11-01T12:00:00Z", 20261101, "2026-11-01T04:00:00Z", 25 * time.Hour},    // begins twice
	} {
		at, err1 := time.Parse(time.RFC3339, c.at)
		from, err2 := time.Parse(time.RFC3339, c.from)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		got := DayOf(at, zone(t, c.zone))
		if got.Number != c.number || !got.From.Equal(from) || got.To.Sub(got.From) != c.wantLength {
			t.Errorf("%s %s: %d from %v for %v", c.zone, c.at, got.Number, got.From.UTC(), got.To.Sub(got.From))
		}
	}
}

func TestAllowed(t *testing.T) {
	z := zone(t, "Asia/Seoul")
	day := DayOf(time.Date(2026, 2, 2, 12, 0, 0, 0, z), z) // a Monday
	office := schedule(t, "mon-fri 09:00-18:00", "Asia/Seoul")
	at := func(h, m int) time.Time { return time.Date(2026, 2, 2, h, m, 0, 0, z) }
	for _, c := range []struct {
		budget int64
		hours  Schedule
		now    time.Time
		want   int64
	}{
		{24_000, Schedule{}, at(0, 0), 0},
		{24_000, Schedule{}, at(6, 0), 6_000},
		{24_000, Schedule{}, at(24, 0), 24_000},
		{24_000, Schedule{}, at(30, 0), 24_000},
		{9_000, office, at(8, 0), 0},
		{9_000, office, at(10, 0), 1_000},
		{9_000, office, at(18, 0), 9_000},
		{9_000, office, at(23, 0), 9_000},
		{0, Schedule{}, at(12, 0), 0},
		{Unlimited, Schedule{}, at(12, 0), Unlimited},
		{Unlimited - 1, Schedule{}, at(12, 0), (Unlimited - 1) / 2},
	} {
		if got := Allowed(c.budget, day.From, day.To, c.hours, c.now); got != c.want {
			t.Errorf("%d, %q at %v: %d, want %d", c.budget, c.hours, c.now, got, c.want)
		}
	}
}

func TestAllowedOnlyGrows(t *testing.T) {
	z := zone(t, "Europe/Berlin")
	s := schedule(t, "daily 00:30-03:30; daily 20:00-24:00", "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		day := DayOf(time.Date(2026, 10, rapid.IntRange(20, 30).Draw(t, "day"), 12, 0, 0, 0, z), z)
		budget := rapid.Int64Range(1, Unlimited-1).Draw(t, "budget")
		a := day.From.Add(time.Duration(rapid.Int64Range(0, int64(26*time.Hour)).Draw(t, "a")))
		b := a.Add(time.Duration(rapid.Int64Range(0, int64(3*time.Hour)).Draw(t, "b")))
		x, y := Allowed(budget, day.From, day.To, s, a), Allowed(budget, day.From, day.To, s, b)
		if x < 0 || x > y || y > budget {
			t.Fatalf("%d at %v, %d at %v, of %d", x, a, y, b, budget)
		}
	})
}

func FuzzParseSchedule(f *testing.F) {
	f.Add("mon-fri 09:00-18:00; sat,sun 10:00-14:00")
	f.Add("daily 22:00-02:00")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSchedule(text, time.UTC)
		if err != nil {
			return
		}
		again, err := ParseSchedule(s.String(), time.UTC)
		if err != nil || again.String() != s.String() {
			t.Fatalf("%q is written %q, which is read as %q (%v)", text, s, again, err)
		}
	})
}

func BenchmarkAllowed(b *testing.B) {
	s := schedule(b, "mon-fri 09:00-18:00", "Asia/Seoul")
	at := time.Date(2026, 2, 2, 12, 0, 0, 0, s.zone)
	day := DayOf(at, s.zone)
	b.ReportAllocs()
	for b.Loop() {
		Allowed(1_000_000, day.From, day.To, s, at)
	}
}

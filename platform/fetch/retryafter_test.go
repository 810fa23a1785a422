package fetch_test

import (
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fetch"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestParseRetryAfter(t *testing.T) {
	for _, test := range []struct {
		value string
		want  time.Duration
		ok    bool
	}{
		{"0", 0, true},
		{"120", 2 * time.Minute, true},
		{" 120\t", 2 * time.Minute, true},
		{"00001", time.Second, true},
		{"99999999999999999999999999", 9223372036 * time.Second, true},
		{"Mon, 02 Mar 2026 12:01:00 GMT", time.Minute, true},
		{"Monday, 02-Mar-26 12:01:00 GMT", time.Minute, true},
		{"Mon Mar  2 12:01:00 2026", time.Minute, true},
		{"Mon, 02 Mar 2026 11:59:00 GMT", 0, true},
		{"", 0, false},
		{" ", 0, false},
		{"-1", 0, false},
		{"+1", 0, false},
		{"1.5", 0, false},
		{"1s", 0, false},
		{"1, 2", 0, false},
		{"soon", 0, false},
	} {
		got, ok := fetch.ParseRetryAfter(test.value, noon)
		if got != test.want || ok != test.ok {
			t.Errorf("%q: %v %t, want %v %t", test.value, got, ok, test.want, test.ok)
		}
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	for _, s := range []string{"0", "120", "99999999999999999999", "Mon, 02 Mar 2026 12:01:00 GMT", "-1", "soon"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got, ok := fetch.ParseRetryAfter(value, noon)
		if got < 0 || (!ok && got != 0) {
			t.Errorf("%q: %v %t", value, got, ok)
		}
	})
}

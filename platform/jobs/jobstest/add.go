package jobstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/jobs"
)

func transactional(t *testing.T, f *fixture) {
	var ran log
	q := f.queue(t, jobs.Job{Kind: "mail", Run: ran.run})
	undone := errors.New("undone")
	err := f.db.Write(t.Context(), func(tx *db.Tx) error {
		if err := q.Add(t.Context(), tx, "mail", "rolled back"); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	f.add(t, q, "mail", "committed")
	work(t, q, 1)
	work(t, q, 0)
	if diff := cmp.Diff([]string{`"committed"`}, ran.args()); diff != "" {
		t.Error(diff)
	}
}

func arguments(t *testing.T, f *fixture) {
	var ran log
	q := f.queue(t, jobs.Job{Kind: "mail.send", Run: ran.run})
	type args struct {
		Zebra string `json:"zebra"`
		Apple string `json:"apple"`
	}
	given := []any{
		args{"last first", "한글\x00<&>'\"\\"}, nil, 9007199254740993, []int{}, map[string]any{}, strings.Repeat("x", 1<<19),
	}
	for _, a := range given {
		f.add(t, q, "mail.send", a)
	}
	work(t, q, len(given))
	want := []string{
		`{"zebra":"last first","apple":"한글\u0000\u003c\u0026\u003e'\"\\"}`, `null`, `9007199254740993`, `[]`, `{}`,
		`"` + strings.Repeat("x", 1<<19) + `"`,
	}
	got := ran.args()
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, task := range ran.all() {
		if task.Kind != "mail.send" || task.Attempt != 1 || task.ID < 1 || !task.Added.Equal(f.now()) {
			t.Errorf("%+v", task)
		}
	}
}

func refusals(t *testing.T, f *fixture) {
	var ran log
	q := f.queue(t, jobs.Job{Kind: "mail", Run: ran.run})
	for _, c := range []struct {
		name, kind string
		args       any
		opts       []jobs.Option
		code       string
	}{
		{"a kind that nobody registered", "male", nil, nil, "jobs.unknown_kind"},
		{"no JSON", "mail", func() {}, nil, "jobs.args"},
		{"too much", "mail", strings.Repeat("x", 1<<20), nil, "jobs.args"},
		{"a long key", "mail", nil, []jobs.Option{jobs.Unique(strings.Repeat("k", 256))}, "jobs.key"},
		{"a zero byte in the key", "mail", nil, []jobs.Option{jobs.Unique("a\x00b")}, "jobs.key"},
		{"no UTF-8 in the key", "mail", nil, []jobs.Option{jobs.Unique("\xff")}, "jobs.key"},
	} {
		err := f.db.Write(t.Context(), func(tx *db.Tx) error { return q.Add(t.Context(), tx, c.kind, c.args, c.opts...) })
		if got := fault.From(err).Code; err == nil || got != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	work(t, q, 0)
	run := func(context.Context, jobs.Task) error { return nil }
	for _, j := range []jobs.Job{
		{Kind: "", Run: run},
		{Kind: "x", Run: run},
		{Kind: "Mail", Run: run},
		{Kind: "mail..send", Run: run},
		{Kind: "mail|send", Run: run},
		{Kind: strings.Repeat("k", 65), Run: run},
		{Kind: "nothing"},
		{Kind: "often", Run: run, Attempts: 1001},
		{Kind: "long", Run: run, Timeout: 25 * time.Hour},
		{Kind: "wide", Run: run, Workers: -1},
		{Kind: "quick", Run: run, Every: time.Millisecond},
	} {
		if err := jobs.New(f.db, jobs.Deps{}).Register(j); fault.From(err).Code != "jobs.job" {
			t.Errorf("%+v: %v", j, err)
		}
	}
	if err := jobs.New(f.db, jobs.Deps{}).Register(jobs.Job{Kind: "mail", Run: run}, jobs.Job{Kind: "mail", Run: run}); err == nil {
		t.Error("a kind is registered twice")
	}
}

func many(t *testing.T, f *fixture) {
	var ran log
	q := f.queue(t, jobs.Job{Kind: "mail", Run: ran.run, Workers: 50}, jobs.Job{Kind: "push", Run: ran.run})
	var entries []jobs.Entry
	for i := range 200 {
		e := jobs.Entry{Kind: "mail", Args: i}
		if i%50 == 0 {
			e = jobs.Entry{Kind: "push", Args: i, Options: []jobs.Option{jobs.Unique("same")}}
		}
		entries = append(entries, e)
	}
	must(t, f.db.Write(t.Context(), func(tx *db.Tx) error { return q.AddMany(t.Context(), tx, entries) }))
	must(t, f.db.Write(t.Context(), func(tx *db.Tx) error { return q.AddMany(t.Context(), tx, nil) }))
	work(t, q, 197) // one of the four that have a key
	seen := make(map[string]bool)
	for _, a := range ran.args() {
		if seen[a] {
			t.Errorf("%s ran twice", a)
		}
		seen[a] = true
	}
	for i := range 200 {
		if want := i%50 != 0 || i == 0; seen[fmt.Sprint(i)] != want {
			t.Errorf("%d: ran %v", i, !want)
		}
	}
}

func at(t *testing.T, f *fixture) {
	var ran log
	q := f.queue(t, jobs.Job{Kind: "mail", Run: ran.run})
	f.add(t, q, "mail", "soon", jobs.At(f.now().Add(time.Second)))
	f.add(t, q, "mail", "tomorrow", jobs.At(f.now().Add(24*time.Hour)))
	f.add(t, q, "mail", "long ago", jobs.At(time.Unix(0, 0)))
	work(t, q, 1)
	f.pass(time.Second - time.Microsecond)
	work(t, q, 0)
	f.pass(time.Microsecond)
	work(t, q, 1)
	f.pass(24 * time.Hour)
	work(t, q, 1)
	if diff := cmp.Diff([]string{`"long ago"`, `"soon"`, `"tomorrow"`}, ran.args()); diff != "" {
		t.Error(diff)
	}
}

func unique(t *testing.T, f *fixture) {
	var ran log
	var q *jobs.Queue
	again := func(ctx context.Context, task jobs.Task) error { // while it runs
		ran.add(task)
		return f.db.Write(ctx, func(tx *db.Tx) error { return q.Add(ctx, tx, "mail", "while it runs", jobs.Unique("k")) })
	}
	q = f.queue(t, jobs.Job{Kind: "mail", Run: again}, jobs.Job{Kind: "push", Run: ran.run})
	f.add(t, q, "mail", "first", jobs.Unique("k"), jobs.At(f.now().Add(time.Minute)))
	f.add(t, q, "mail", "second", jobs.Unique("k"))
	f.add(t, q, "push", "another kind", jobs.Unique("k"))
	f.add(t, q, "push", "another key", jobs.Unique("K"))
	f.add(t, q, "push", "no key", jobs.Unique(""))
	f.add(t, q, "push", "no key", jobs.Unique(""))
	work(t, q, 4)
	f.pass(time.Minute)
	work(t, q, 1)
	f.add(t, q, "mail", "after it", jobs.Unique("k"))
	work(t, q, 1)
	got := ran.args()
	slices.Sort(got)
	if diff := cmp.Diff([]string{`"after it"`, `"another key"`, `"another kind"`, `"first"`, `"no key"`, `"no key"`}, got); diff != "" {
		t.Error(diff)
	}
}

// chain: what a job makes due is run by the same Work.
func chain(t *testing.T, f *fixture) {
	var ran log
	var q *jobs.Queue
	q = f.queue(t, jobs.Of("count", func(ctx context.Context, n int) error {
		ran.add(jobs.Task{Args: []byte(fmt.Sprint(n))})
		if n == 0 {
			return nil
		}
		return f.db.Write(ctx, func(tx *db.Tx) error { return q.Add(ctx, tx, "count", n-1) })
	}))
	f.add(t, q, "count", 5)
	work(t, q, 6)
	if diff := cmp.Diff([]string{"5", "4", "3", "2", "1", "0"}, ran.args()); diff != "" {
		t.Error(diff)
	}
}

func counts(t *testing.T, f *fixture) {
	fail := func(context.Context, jobs.Task) error { return jobs.Never(errors.New("no")) }
	q := f.queue(t, jobs.Job{Kind: "mail", Run: fail}, jobs.Job{Kind: "push", Run: fail})
	due := f.now().Add(time.Minute)
	f.add(t, q, "mail", 1)
	work(t, q, 1)
	f.add(t, q, "mail", 2, jobs.At(due.Add(time.Hour)))
	f.add(t, q, "mail", 3, jobs.At(due))
	f.add(t, q, "push", 4, jobs.At(due))
	got, err := q.Counts(t.Context())
	must(t, err)
	want := []jobs.Count{
		{Kind: "mail", Waiting: 2, Dead: 1, Due: due},
		{Kind: "push", Waiting: 1, Due: due},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

package jobstest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/jobs"
)

func minutes(attempt int) time.Duration { return time.Duration(attempt) * time.Minute }

// broken fails as long as it is told to.
type broken struct {
	log
	err error
}

func (b *broken) run(_ context.Context, t jobs.Task) error {
	b.add(t)
	return b.err
}

func (b *broken) attempts() (list []int) {
	for _, t := range b.all() {
		list = append(list, t.Attempt)
	}
	return list
}

func retries(t *testing.T, f *fixture) {
	b := &broken{err: errors.New("not today")}
	q := f.queue(t, jobs.Job{Kind: "mail", Run: b.run, Backoff: minutes, Attempts: 4})
	f.add(t, q, "mail", "x")
	work(t, q, 1)
	for _, wait := range []time.Duration{time.Minute, 2 * time.Minute} {
		f.pass(wait - time.Millisecond)
		work(t, q, 0)
		f.pass(time.Millisecond)
		work(t, q, 1)
	}
	b.err = nil
	f.pass(3 * time.Minute)
	work(t, q, 1)
	f.pass(time.Hour)
	work(t, q, 0)
	if diff := cmp.Diff([]int{1, 2, 3, 4}, b.attempts()); diff != "" {
		t.Error(diff)
	}
	if list := letters(t, q); len(list) != 0 {
		t.Errorf("dead: %+v", list)
	}
}

func letters(t *testing.T, q *jobs.Queue) []jobs.Dead {
	t.Helper()
	list, err := q.Dead(t.Context(), 100)
	must(t, err)
	return list
}

func deadLetter(t *testing.T, f *fixture) {
	b := &broken{err: errors.New("bad\x00\xff " + strings.Repeat("가", 1000))}
	q := f.queue(t, jobs.Job{Kind: "mail", Run: b.run, Backoff: minutes, Attempts: 2})
	added := f.now()
	f.add(t, q, "mail", strings.Repeat("나", 1000))
	work(t, q, 1)
	f.pass(time.Minute)
	work(t, q, 1)
	f.pass(time.Hour)
	work(t, q, 0)

	list := letters(t, q)
	if len(list) != 1 {
		t.Fatalf("%d dead letters", len(list))
	}
	d := list[0]
	if d.Kind != "mail" || d.Attempts != 2 || !d.Added.Equal(added) || !d.Died.Equal(added.Add(time.Minute)) {
		t.Errorf("%+v", d)
	}
	if !strings.HasPrefix(d.Args, `"나나`) || len(d.Args) > 1010 {
		t.Errorf("%d bytes of arguments: %s", len(d.Args), d.Args)
	}
	if !strings.HasPrefix(d.Error, "bad\uFFFD\uFFFD 가가") || len(d.Error) > 2010 {
		t.Errorf("%d bytes of error: %s", len(d.Error), d.Error)
	}
	if none, err := q.Dead(t.Context(), 0); err != nil || len(none) != 0 {
		t.Errorf("none of them: %v %v", none, err)
	}

	must(t, q.Retry(t.Context(), d.ID)) // all attempts are before it again
	if list := letters(t, q); len(list) != 0 {
		t.Errorf("dead: %+v", list)
	}
	work(t, q, 1)
	f.pass(time.Minute)
	work(t, q, 1)
	if diff := cmp.Diff([]int{1, 2, 1, 2}, b.attempts()); diff != "" {
		t.Error(diff)
	}
	gone := func(what string, err error) {
		t.Helper()
		if fault.From(err).Code != "jobs.gone" {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, q.Remove(t.Context(), d.ID))
	gone("removed twice", q.Remove(t.Context(), d.ID))
	gone("retried when removed", q.Retry(t.Context(), d.ID))
	f.add(t, q, "mail", "waits", jobs.At(f.now().Add(time.Hour)))
	gone("one that waits", q.Retry(t.Context(), d.ID+1))
	gone("one that waits", q.Remove(t.Context(), d.ID+1))
}

func deadKey(t *testing.T, f *fixture) {
	b := &broken{err: errors.New("no")}
	q := f.queue(t, jobs.Job{Kind: "mail", Run: b.run, Attempts: 1})
	f.add(t, q, "mail", 1, jobs.Unique("k"))
	work(t, q, 1)
	f.add(t, q, "mail", 2, jobs.Unique("k")) // a dead one is not in the way
	d := letters(t, q)[0]
	if err := q.Retry(t.Context(), d.ID); fault.From(err).Code != "jobs.waiting" {
		t.Errorf("while another waits: %v", err)
	}
	n, err := q.RetryAll(t.Context())
	if err != nil || n != 0 {
		t.Errorf("%d retried while another waits: %v", n, err)
	}
	b.err = nil
	work(t, q, 1)
	must(t, q.Retry(t.Context(), d.ID))
	work(t, q, 1)
	if diff := cmp.Diff([]string{"1", "2", "1"}, b.args()); diff != "" {
		t.Error(diff)
	}
}

func retryAll(t *testing.T, f *fixture) {
	b := &broken{err: errors.New("no")}
	q := f.queue(t, jobs.Job{Kind: "mail", Run: b.run, Attempts: 1})
	for i := range 5 {
		f.add(t, q, "mail", i)
		work(t, q, 1)
		f.pass(time.Second)
	}
	list := letters(t, q)
	for i := range list[1:] {
		if list[i].Died.Before(list[i+1].Died) {
			t.Errorf("the newest is not first: %+v", list)
		}
	}
	b.err = nil
	n, err := q.RetryAll(t.Context())
	if err != nil || n != 5 {
		t.Errorf("%d retried: %v", n, err)
	}
	work(t, q, 5)
	if list := letters(t, q); len(list) != 0 {
		t.Errorf("dead: %+v", list)
	}
}

func neverLater(t *testing.T, f *fixture) {
	cause := errors.New("no such address")
	b := &broken{err: fmt.Errorf("mail: %w", jobs.Never(cause))}
	put := &broken{err: jobs.Later(time.Hour)}
	q := f.queue(t, jobs.Job{Kind: "mail", Run: b.run}, jobs.Job{Kind: "push", Run: put.run, Attempts: 2})
	f.add(t, q, "mail", "x")
	work(t, q, 1)
	if list := letters(t, q); len(list) != 1 || list[0].Error != "mail: no such address" || list[0].Attempts != 1 {
		t.Errorf("dead: %+v", list)
	}
	f.add(t, q, "push", "x")
	work(t, q, 1)
	for range 3 {
		f.pass(time.Hour - time.Second)
		work(t, q, 0)
		f.pass(time.Second)
		work(t, q, 1)
	}
	if diff := cmp.Diff([]int{1, 1, 1, 1}, put.attempts()); diff != "" {
		t.Error(diff)
	}
	if jobs.Never(nil) != nil {
		t.Error("never without an error is one")
	}
	if !errors.Is(jobs.Never(cause), cause) {
		t.Error("never hides its cause")
	}
}

func panics(t *testing.T, f *fixture) {
	q := f.queue(t,
		jobs.Job{Kind: "panic", Attempts: 1, Run: func(context.Context, jobs.Task) error { panic("on the disk") }},
		jobs.Job{Kind: "exit", Attempts: 1, Run: func(context.Context, jobs.Task) error { runtime.Goexit(); return nil }},
	)
	f.add(t, q, "panic", 1)
	work(t, q, 1)
	f.add(t, q, "exit", 1)
	work(t, q, 1)
	f.pass(time.Second)
	for _, d := range letters(t, q) {
		want := map[string]string{"panic": "panic: on the disk", "exit": "ended its goroutine"}[d.Kind]
		if !strings.Contains(d.Error, want) {
			t.Errorf("%s: %s", d.Kind, d.Error)
		}
	}
	if n := len(letters(t, q)); n != 2 {
		t.Errorf("%d dead letters", n)
	}
}

func unreadable(t *testing.T, f *fixture) {
	q := f.queue(t, jobs.Of("count", func(context.Context, int) error { return nil }))
	f.add(t, q, "count", "no number")
	work(t, q, 1)
	if list := letters(t, q); len(list) != 1 || !strings.Contains(list[0].Error, "arguments of count") {
		t.Errorf("dead: %+v", list)
	}
}

func timeout(t *testing.T, f *fixture) {
	q := f.queue(t, jobs.Job{
		Kind: "mail", Attempts: 1, Timeout: time.Millisecond,
		Run: func(ctx context.Context, _ jobs.Task) error {
			<-ctx.Done()
			return ctx.Err()
		},
	})
	f.add(t, q, "mail", 1)
	work(t, q, 1)
	if list := letters(t, q); len(list) != 1 || !strings.Contains(list[0].Error, context.DeadlineExceeded.Error()) {
		t.Errorf("dead: %+v", list)
	}
}

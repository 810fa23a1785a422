package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/jobs"
)

const modelAttempts = 3

// expected is a job as it should be.
type expected struct {
	n, attempt int
	key        string
	due        int64 // seconds
	dead       bool
}

// model is what the queue should hold.
type model struct {
	jobs []*expected
	now  int64
	fail map[int]bool // numbers whose attempts fail
	runs []string     // "number/attempt", in any order within one Work
}

func (m *model) waits(key string) bool {
	return slices.ContainsFunc(m.jobs, func(j *expected) bool { return !j.dead && key != "" && j.key == key })
}

func (m *model) add(n int, key string, due int64) {
	if !m.waits(key) {
		m.jobs = append(m.jobs, &expected{n: n, key: key, due: due})
	}
}

// work: a failure waits attempt × 10 s.
func (m *model) work() {
	var left []*expected
	for _, j := range m.jobs {
		if j.dead || j.due > m.now {
			left = append(left, j)
			continue
		}
		j.attempt++
		m.runs = append(m.runs, fmt.Sprintf("%d/%d", j.n, j.attempt))
		if m.fail[j.n] {
			j.dead, j.due = j.attempt == modelAttempts, m.now+int64(j.attempt)*10
			left = append(left, j)
		}
	}
	m.jobs = left
}

func (m *model) dead() (list []*expected) {
	for _, j := range m.jobs {
		if j.dead {
			list = append(list, j)
		}
	}
	return list
}

// TestModel compares the queue with a list in memory, after any sequence of what one can do with it.
func TestModel(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	database := 0
	rapid.Check(t, func(rt *rapid.T) {
		database++
		d := set.DB(fmt.Sprintf("model%d", database))
		m := &model{fail: make(map[int]bool)}
		start := time.Unix(1_700_000_000, 0)
		now := func() time.Time { return start.Add(time.Duration(m.now) * time.Second) }
		q := jobs.New(d, jobs.Deps{Now: now})
		var runs []string
		job := jobs.Job{
			Kind: "mail", Attempts: modelAttempts, Backoff: func(n int) time.Duration { return time.Duration(n) * 10 * time.Second },
			Run: func(_ context.Context, task jobs.Task) error {
				runs = append(runs, fmt.Sprintf("%s/%d", task.Args, task.Attempt))
				if m.fail[int(task.Args[0]-'0')*100+int(task.Args[1]-'0')*10+int(task.Args[2]-'0')] {
					return errors.New(string(task.Args))
				}
				return nil
			},
		}
		must(t, q.Register(job))
		must(t, q.Migrate(t.Context()))
		n := 99
		pick := func(rt *rapid.T) (jobs.Dead, *expected) { // a dead letter in both
			list, err := q.Dead(t.Context(), 1000)
			must(t, err)
			if len(list) == 0 {
				rt.Skip("none is dead")
			}
			one := rapid.SampledFrom(list).Draw(rt, "letter")
			i := slices.IndexFunc(m.jobs, func(j *expected) bool { return j.dead && fmt.Sprint(j.n) == one.Args })
			if i < 0 {
				rt.Fatalf("%s is dead", one.Args)
			}
			return one, m.jobs[i]
		}
		rt.Repeat(map[string]func(*rapid.T){
			"add": func(rt *rapid.T) {
				n = min(n+1, 999)
				key := rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(rt, "key")
				due := m.now + rapid.Int64Range(-5, 30).Draw(rt, "due")
				m.fail[n] = rapid.Bool().Draw(rt, "fails")
				kept := rapid.Bool().Draw(rt, "kept")
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					opts := []jobs.Option{jobs.Unique(key), jobs.At(start.Add(time.Duration(due) * time.Second))}
					if err := q.Add(t.Context(), tx, "mail", n, opts...); err != nil || kept {
						return err
					}
					return context.Canceled
				})
				if kept {
					must(t, err)
					m.add(n, key, due)
				}
			},
			"pass":  func(rt *rapid.T) { m.now += rapid.Int64Range(1, 40).Draw(rt, "seconds") },
			"mend":  func(rt *rapid.T) { m.fail[rapid.IntRange(100, n+1).Draw(rt, "n")] = false },
			"break": func(rt *rapid.T) { m.fail[rapid.IntRange(100, n+1).Draw(rt, "n")] = true },
			"work": func(*rapid.T) {
				_, err := q.Work(t.Context())
				must(t, err)
				m.work()
			},
			"retry": func(rt *rapid.T) {
				one, want := pick(rt)
				taken := m.waits(want.key)
				if err := q.Retry(t.Context(), one.ID); (err != nil) != taken {
					rt.Fatalf("retried, its key taken %v: %v", taken, err)
				}
				if !taken {
					want.dead, want.attempt, want.due = false, 0, m.now
				}
			},
			"remove": func(rt *rapid.T) {
				one, want := pick(rt)
				must(t, q.Remove(t.Context(), one.ID))
				m.jobs = slices.DeleteFunc(m.jobs, func(j *expected) bool { return j == want })
			},
			"": func(rt *rapid.T) {
				slices.Sort(runs)
				slices.Sort(m.runs)
				if diff := cmp.Diff(m.runs, runs); diff != "" {
					rt.Fatal(diff)
				}
				var got jobs.Count
				for _, c := range countsOf(t, q) {
					got = c
				}
				dead := len(m.dead())
				if int(got.Dead) != dead || int(got.Waiting) != len(m.jobs)-dead || got.Running != 0 {
					rt.Fatalf("%+v, not %d waiting and %d dead", got, len(m.jobs)-dead, dead)
				}
			},
		})
	})
}

package jobs

import (
	"context"
	"encoding/json"
	"time"
)

// Job is one kind of work and how it is run.
type Job struct {
	Kind     string // small letters, digits, _ and . between them, up to 64; it names the work for good: rows keep it
	Run      func(context.Context, Task) error
	Attempts int                             // how often it is tried before it is a dead letter; 1 to 1000, 0: 12
	Timeout  time.Duration                   // of one attempt, then its context ends; 0: 1m, up to 24h
	Backoff  func(attempt int) time.Duration // how long to wait after that many failed attempts; nil: Backoff
	Every    time.Duration                   // more than 0: periodic, at multiples of Every since 1970 in UTC; at least 1s
	Workers  int                             // how many run at one time in one process; 1 to 1000, 0: 4
}

// Of is a Job whose arguments are a T in JSON. Arguments that cannot be read are not tried again.
func Of[T any](kind string, run func(context.Context, T) error) Job {
	return Job{Kind: kind, Run: func(ctx context.Context, t Task) error {
		var args T
		if err := json.Unmarshal(t.Args, &args); err != nil {
			return Never(err)
		}
		return run(ctx, args)
	}}
}

// Task is one attempt of one job.
type Task struct {
	ID      int64 // unique in the queue's database, never given again
	Kind    string
	Args    []byte // JSON, byte for byte as it was added
	Attempt int    // 1 for the first
	Added   time.Time
}

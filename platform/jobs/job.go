package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// Job is one kind of work and how it is run.
type Job struct {
	Kind     string                            // small letters and digits, with . _ or - between them, 2 to 64; rows keep it for good
	Run      func(context.Context, Task) error // must be repeatable, and return soon after its context has ended
	Attempts int                               // how often it is tried before it is a dead letter; 1 to 1000, 0: 12
	Timeout  time.Duration                     // of one attempt, then its context ends; up to 24h, 0: 1m
	Backoff  func(attempt int) time.Duration   // how long to wait after that many failed attempts; nil: the function Backoff
	Every    time.Duration                     // more than 0: periodic, at multiples of it since 1970 in UTC; at least 1s
	Workers  int                               // how many run at one time in one process; 1 to 1000, 0: 4
}

const (
	defaultAttempts = 12
	defaultTimeout  = time.Minute
	defaultWorkers  = 4
	maxTimeout      = 24 * time.Hour
	maxNumber       = 1000
	minEvery        = time.Second
	maxKind         = 64
)

// Of is a Job whose arguments are a T in JSON. Arguments that cannot be read are not tried again.
func Of[T any](kind string, run func(context.Context, T) error) Job {
	return Job{Kind: kind, Run: func(ctx context.Context, t Task) error {
		var args T
		if err := json.Unmarshal(t.Args, &args); err != nil {
			return Never(fmt.Errorf("jobs: the arguments of %s: %w", kind, err))
		}
		return run(ctx, args)
	}}
}

// Task is one attempt of one job.
type Task struct {
	ID      int64 // unique in the queue's database, never given again
	Kind    string
	Args    []byte // JSON, byte for byte as it was added; null for periodic ones
	Attempt int    // 1 for the first
	Added   time.Time
}

// Backoff doubles from 3 s up to 2 h, a quarter more or less by chance: the default 12 attempts span about 100 minutes.
func Backoff(attempt int) time.Duration {
	d := min(3*time.Second<<min(max(attempt-1, 0), 20), 2*time.Hour)
	return d*3/4 + rand.N(d/2)
}

var kindPattern = regexp.MustCompile(`^[a-z][a-z0-9]*([._-][a-z0-9]+)*$`)

var errJob = fault.New(fault.Invalid, "jobs.job", "A job cannot be registered.")

// withDefaults checks a job and fills in what it leaves open.
func (j Job) withDefaults() (Job, error) {
	var broken fault.Rules
	check := broken.At("/" + j.Kind)
	check(kindPattern.MatchString(j.Kind) && len(j.Kind) >= 2 && len(j.Kind) <= maxKind, "/kind",
		"must be 2 to 64 small letters and digits, begin with a letter, and have only one . _ or - between them")
	check(j.Run != nil, "/run", "must be there")
	check(j.Attempts >= 0 && j.Attempts <= maxNumber, "/attempts", "must be 1 to 1000")
	check(j.Workers >= 0 && j.Workers <= maxNumber, "/workers", "must be 1 to 1000")
	check(j.Timeout >= 0 && j.Timeout <= maxTimeout, "/timeout", "must be up to 24h")
	check(j.Every == 0 || j.Every >= minEvery, "/every", "must be at least 1s")
	if err := broken.Err(errJob); err != nil {
		return j, err
	}
	if j.Attempts == 0 {
		j.Attempts = defaultAttempts
	}
	if j.Timeout == 0 {
		j.Timeout = defaultTimeout
	}
	if j.Workers == 0 {
		j.Workers = defaultWorkers
	}
	if j.Backoff == nil {
		j.Backoff = Backoff
	}
	return j, nil
}

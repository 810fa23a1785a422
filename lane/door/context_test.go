package door

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func newRequest(limit time.Duration) *request {
	return &request{Context: context.Background(), id: "r1", by: time.Now().Add(limit)}
}

func TestContextEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRequest(time.Second)
		defer r.end()
		if by, ok := r.Deadline(); !ok || !by.Equal(time.Now().Add(time.Second)) {
			t.Errorf("deadline %v, %v", by, ok)
		}
		if err := r.Err(); err != nil || r.made() != nil {
			t.Errorf("at first: %v, timer made: %v", err, r.made() != nil)
		}
		child, cancel := context.WithCancel(r)
		defer cancel()
		<-r.Done()
		<-child.Done()
		if RequestID(child) != "r1" {
			t.Error("a child does not know the id")
		}
		for _, err := range []error{r.Err(), r.Err(), child.Err()} {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("ended with %v", err)
			}
		}
	})
}

// TestContextUnwatched is one whose end nobody waits for: it has ended all the same when it is asked.
func TestContextUnwatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRequest(time.Second)
		defer r.end()
		time.Sleep(2 * time.Second)
		if !errors.Is(r.Err(), context.DeadlineExceeded) {
			t.Error("it goes on")
		}
		<-r.Done()
	})
}

func TestContextAnswered(t *testing.T) {
	for _, watched := range []bool{false, true} {
		r := newRequest(time.Hour)
		if watched {
			r.Done()
		}
		r.end()
		<-r.Done()
		if !errors.Is(r.Err(), context.Canceled) {
			t.Errorf("watched %v: ended with %v", watched, r.Err())
		}
	}
}

func TestContextClientLeft(t *testing.T) {
	left, leave := context.WithCancel(context.Background())
	r := &request{Context: left}
	defer r.end()
	if _, ok := r.Deadline(); ok || r.Err() != nil {
		t.Error("it has an end")
	}
	leave()
	if !errors.Is(r.Err(), context.Canceled) {
		t.Error("it goes on")
	}
	<-r.Done()
}

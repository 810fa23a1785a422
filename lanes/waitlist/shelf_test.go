package waitlist

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestASlowReadDoesNotHideWhatIsNew: the refresh of every second has read and is slow, while a list is made. It must not take that away.
func TestASlowReadDoesNotHideWhatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lists, slow := []*List{{Slug: "old"}}, 3*time.Second
		s := newShelf(func(context.Context, string) ([]*List, string, error) {
			read, takes := lists, slow
			slow = time.Second
			time.Sleep(takes)
			return read, fmt.Sprint(len(read)), nil
		})
		var all sync.WaitGroup
		all.Go(func() {
			if err := s.refresh(t.Context()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		lists = []*List{{Slug: "old"}, {Slug: "new"}}
		if err := s.refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, when := range []string{"when it is made", "when the slow one has ended"} {
			if _, err := s.get("new"); err != nil {
				t.Errorf("%s: %v", when, err)
			}
			all.Wait()
		}
	})
}

func TestARefreshWaitsNoLongerThanItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(func(context.Context, string) ([]*List, string, error) {
			time.Sleep(time.Hour)
			return nil, "1", nil
		})
		var all sync.WaitGroup
		all.Go(func() { _ = s.refresh(t.Context()) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.refresh(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		all.Wait()
	})
}

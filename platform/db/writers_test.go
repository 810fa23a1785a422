package db

import (
	"errors"
	"testing"
)

// deep calls fn below so many frames.
func deep(n int, fn func()) {
	if n > 0 {
		deep(n-1, fn)
		return
	}
	fn()
}

// TestNestedUseIsFoundHoweverDeep: only the goroutine that is inside a write is refused, from anywhere below it.
func TestNestedUseIsFoundHoweverDeep(t *testing.T) {
	var w, other writers
	for _, depth := range []int{0, 20, 63, 64, 65, 1000} {
		deep(depth, func() {
			leave, err := w.enter()
			if err != nil {
				t.Fatal(err)
			}
			defer leave()
			_, _ = marked(func() (bool, error) {
				deep(depth, func() {
					if err := w.refuseNested(); !errors.Is(err, ErrNested) {
						t.Errorf("%d frames below: %v", depth, err)
					}
					if err := other.refuseNested(); err != nil {
						t.Errorf("another database: %v", err)
					}
				})
				beside := make(chan error)
				go func() { beside <- w.refuseNested() }()
				if err := <-beside; err != nil {
					t.Errorf("another goroutine: %v", err)
				}
				return false, nil
			})
		})
	}
}

// BenchmarkRefuseNested is what a call costs while somebody else writes, from as deep as a request is.
func BenchmarkRefuseNested(b *testing.B) {
	var w writers
	inside, leave := make(chan struct{}), make(chan struct{})
	go func() {
		end, _ := w.enter()
		close(inside)
		<-leave
		end()
	}()
	<-inside
	defer close(leave)
	deep(30, func() {
		b.ReportAllocs()
		for b.Loop() {
			if err := w.refuseNested(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

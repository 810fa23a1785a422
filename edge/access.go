package edge

import (
	"time"
)

// Record is what is known of a request once it is answered.
type Record struct {
	ID       string        // the request id
	Method   string        // as sent; unbounded, so no metric label
	Pattern  string        // the pattern that matched; "" where none did
	Target   string        // "local", "upstream:<name>" or "refused"
	Status   int           // 499 where the client left before the answer began
	Bytes    int64         // of the answer's body
	Duration time.Duration // from the parsed head to the answer's last byte
}

// Observer is told of every request. It is called on the request's goroutine, so it must be quick.
type Observer interface{ Observe(Record) }

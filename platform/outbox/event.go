package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// Event is something that happened in a lane.
type Event struct {
	ID    string // unique for ever, 26 characters (a ULID); the same for all listeners
	Topic string
	At    time.Time // when it was published, by the publisher's clock, to the microsecond
	Body  []byte    // JSON, byte for byte as it was published
}

// Tx is a transaction of the listener's database, so that events.go of a lane can hand it to its store without importing db.
type Tx = db.Tx

// Handler is what a lane does when it hears of something.
type Handler struct {
	Topic string // "accounts.erased": the publisher's name, then what happened
	// Handle runs in a transaction of the listener's own database, which also remembers that the event was handled. It may be called
	// again for the same event when the transaction is not committed, and must not use the database but through tx.
	Handle func(ctx context.Context, tx *Tx, e Event) error
}

// Of is a Handler of events whose body is a T.
func Of[T any](topic string, handle func(ctx context.Context, tx *Tx, e Event, body T) error) Handler {
	return Handler{Topic: topic, Handle: func(ctx context.Context, tx *Tx, e Event) error {
		var body T
		if err := json.Unmarshal(e.Body, &body); err != nil {
			return fmt.Errorf("body of the event: %w", err)
		}
		return handle(ctx, tx, e, body)
	}}
}

// MaxBody is the most bytes of JSON that an event may have. What is larger is a thing to refer to, not to carry.
const MaxBody = 256 << 10

var topicPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}(\.[a-z][a-z0-9_]{0,31}){1,3}$`)

const topicRule = "must be the publisher's name and up to three further words, by dots: small letters, digits and _"

// Publisher is the name of the database whose events have this topic; ok is false where the topic is none.
func Publisher(topic string) (name string, ok bool) {
	name, _, _ = strings.Cut(topic, ".")
	return name, topicPattern.MatchString(topic)
}

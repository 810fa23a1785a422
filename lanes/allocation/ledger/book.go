package ledger

import (
	"sync"
	"sync/atomic"
)

// Config shapes what a Book asks for. Zero means the default; times are milliseconds.
type Config struct {
	Horizon int64 // a lease should last this long; default 30,000
	Lead    int64 // ask this long before the money or the time of a lease runs out; default 5,000
	First   int64 // impressions to ask for when nothing is known; default 20
	Retry   int64 // ask again when neither Grant nor Deny came; default 5,000
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *int64
		value int64
	}{{&c.Horizon, 30_000}, {&c.Lead, 5_000}, {&c.First, 20}, {&c.Retry, 5_000}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	return c
}

// maxClosings bounds what waits for Closings; what is beyond comes back when its lease expires.
const maxClosings = 1 << 16

// Book holds the leases of one owner, in memory. It is lost with the process, which loses no money: what was not
// confirmed comes back when the leases expire. All methods may be called at the same time.
//
// Lock order: Book.mu, Account.mu, Book.queue.
type Book struct {
	cfg        Config
	generation int64
	fenced     atomic.Bool

	mu       sync.RWMutex
	accounts map[uint32]*Account

	queue    sync.Mutex
	needy    []*Account
	closings []Closing
}

// NewBook makes an empty book for an owner's generation.
func NewBook(cfg Config, generation int64) *Book {
	return &Book{cfg: cfg.withDefaults(), generation: generation, accounts: map[uint32]*Account{}}
}

// Generation is the owner's, as given to NewBook.
func (b *Book) Generation() int64 { return b.generation }

// Account returns the line item's account, opening it if need be. Keep it beside the item: the account stays the same
// until it is forgotten.
func (b *Book) Account(lineItem uint32) *Account {
	b.mu.RLock()
	a := b.accounts[lineItem]
	b.mu.RUnlock()
	if a != nil {
		return a
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if a = b.accounts[lineItem]; a == nil {
		a = &Account{book: b, item: lineItem}
		b.accounts[lineItem] = a
	}
	return a
}

// Reserve is Account(lineItem).Reserve.
func (b *Book) Reserve(lineItem uint32, price, now int64) (lease int64, why Reason) {
	return b.Account(lineItem).Reserve(price, now)
}

// Forget closes the accounts of line items for which keep is false. Who still holds one can draw nothing from it.
func (b *Book) Forget(keep func(lineItem uint32) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for item, a := range b.accounts {
		if !keep(item) {
			delete(b.accounts, item)
			a.end()
		}
	}
}

// Fence ends the book: when it returns, no reservation can succeed any more, and all leases are closed.
func (b *Book) Fence() {
	b.fenced.Store(true)
	b.Forget(func(uint32) bool { return false })
}

// Wants returns which items need a lease, found by the decisions since the last call. Answer each with Grant or Deny; one
// that gets no answer is asked for again after Config.Retry, if it is still needed.
func (b *Book) Wants(now int64) []Want {
	b.queue.Lock()
	needy := b.needy
	b.needy = nil
	b.queue.Unlock()
	var wants []Want
	for _, a := range needy {
		if w, ok := a.want(now); ok {
			wants = append(wants, w)
		}
	}
	return wants
}

// Renew asks anew for the leases of items that had a call within the time before, in ms, and whose leases lapse within the
// time ahead or have lapsed: what is shown seldom would else find none each time.
func (b *Book) Renew(now, before, ahead int64) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, a := range b.accounts {
		a.renew(now, before, ahead)
	}
}

// Grant puts a lease, which must already be durable, at the disposal of decisions. It tells whether the lease was taken; one
// of another generation, or one that comes after Fence, is not.
func (b *Book) Grant(l Lease) bool {
	if b.fenced.Load() || l.Generation != b.generation {
		return false
	}
	return b.Account(l.LineItem).grant(l)
}

// Deny withholds the item until that time, with a reason for explanations.
func (b *Book) Deny(lineItem uint32, until int64, why Reason) {
	b.Account(lineItem).deny(until, why)
}

// Closings returns the leases that are drawn on no more, since the last call, to give their unreserved rest back early. To
// lose some is harmless.
func (b *Book) Closings() []Closing {
	b.queue.Lock()
	defer b.queue.Unlock()
	c := b.closings
	b.closings = nil
	return c
}

func (b *Book) enqueue(a *Account) {
	b.queue.Lock()
	defer b.queue.Unlock()
	b.needy = append(b.needy, a) // at most once an account: Account.queued
}

func (b *Book) closed(c Closing) {
	b.queue.Lock()
	defer b.queue.Unlock()
	if len(b.closings) < maxClosings {
		b.closings = append(b.closings, c)
	}
}

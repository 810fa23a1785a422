package ledger

import (
	"sync"
	"sync/atomic"
)

// maxHeld is how many leases of one item are drawn on at a time; no more are asked for.
const maxHeld = 4

// Account is one line item's leases. Reserve takes one small lock of its own; Can usually takes none.
type Account struct {
	book *Book
	item uint32

	// What Can reads without the lock. Each may be a moment old: Reserve has the last word.
	left   atomic.Int64 // in the fullest lease
	usable atomic.Int64 // until when
	denied atomic.Int64 // until when
	reason atomic.Uint32

	mu      sync.Mutex
	held    []held
	ended   bool
	meter   meter
	price   int64 // last asked for
	last    int64 // amount of the last lease
	starved bool  // asked in vain since then
	lapsing bool  // to be renewed
	queued  bool  // in Book.needy
	seen    int64 // when a reservation was last asked for
	asked   int64 // when Wants last asked for it and had no answer; 0: it has one
}

type held struct {
	Lease
	left int64
}

// Can tells whether a reservation of this price would succeed just now, as far as can be seen without a lock. When
// money is missing the account is put down for a lease.
func (a *Account) Can(price, now int64) Reason {
	switch {
	case price <= a.left.Load() && now < a.usable.Load():
		return OK
	case now < a.denied.Load():
		return Reason(a.reason.Load())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if why := a.check(price, now); why != OK {
		return why
	}
	if price > 0 && a.pick(price, now) < 0 {
		return a.missing(price, now)
	}
	return OK
}

// Reserve takes the price, in micros, off one of the item's leases and returns its id. A price of 0 needs no
// money, only that the item is not denied: the lease is 0. What is reserved is never handed out twice; it comes back, if it is not confirmed, when the lease expires.
func (a *Account) Reserve(price, now int64) (lease int64, why Reason) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen = now
	if why := a.check(price, now); why != OK || price == 0 {
		return 0, why
	}
	i := a.pick(price, now)
	if i < 0 {
		return 0, a.missing(price, now)
	}
	a.held[i].left -= price
	lease = a.held[i].ID
	a.meter.add(price, now)
	a.price = price
	a.hint()
	if a.low(now) {
		a.ask(now)
	}
	return lease, OK
}

// check holds for Can and Reserve alike.
func (a *Account) check(price, now int64) Reason {
	switch {
	case a.ended || a.book.fenced.Load():
		return Fenced
	case price < 0:
		return Invalid
	case price == 0 && now < a.denied.Load():
		return Reason(a.reason.Load())
	}
	return OK
}

// pick finds the oldest lease that still has the price, and closes those whose time or money is over.
func (a *Account) pick(price, now int64) int {
	n := 0
	for _, h := range a.held {
		if now >= h.UsableUntil || h.left == 0 {
			a.close(h)
			continue
		}
		a.held[n] = h
		n++
	}
	if n < len(a.held) {
		a.held = a.held[:n]
		a.hint()
	}
	for i, h := range a.held {
		if h.left >= price {
			return i
		}
	}
	return -1
}

// missing notes that money was asked for in vain.
func (a *Account) missing(price, now int64) Reason {
	if now < a.denied.Load() {
		return Reason(a.reason.Load())
	}
	a.price, a.starved = price, true
	a.ask(now)
	return NoLease
}

func (a *Account) ask(now int64) {
	if a.queued || a.asked != 0 && now < a.asked+a.book.cfg.Retry || now < a.denied.Load() {
		return
	}
	a.queued = true
	a.book.enqueue(a)
}

// low tells whether what is left, in leases that last on, is about to run out.
func (a *Account) low(now int64) bool {
	if len(a.held) == maxHeld && a.held[0].left >= a.price {
		return false
	}
	return a.lasting(now) < max(a.last/4, a.meter.expect(a.book.cfg.Lead, now), a.price)
}

// lasting is what is left in leases that are usable beyond the lead.
func (a *Account) lasting(now int64) (left int64) {
	for _, h := range a.held {
		if now+a.book.cfg.Lead < h.UsableUntil {
			left += h.left
		}
	}
	return left
}

// want is what to ask the ledger for, if it is still needed.
func (a *Account) want(now int64) (Want, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queued = false
	if a.ended || a.price <= 0 || now < a.denied.Load() || !a.low(now) && !a.starved && !a.lapsing {
		return Want{}, false
	}
	need := a.meter.expect(a.book.cfg.Horizon, now)
	idle := need < a.price
	if a.starved {
		need = max(need, a.last+min(a.last, Unlimited/4))
	}
	if a.price <= Unlimited/4/a.book.cfg.First {
		need = max(need, a.price*a.book.cfg.First)
	}
	if !a.lapsing {
		need = max(need-a.lasting(now), a.price)
	}
	a.asked = max(now, 1)
	return Want{LineItem: a.item, Price: a.price, Amount: need - need%a.price, Idle: idle}, true
}

// renew asks again where what is held lapses within the time ahead and there was a call for it within the time before.
func (a *Account) renew(now, before, ahead int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended && a.price > 0 && now-a.seen < before && a.lasting(now+ahead) < a.price {
		a.lapsing = true
		a.ask(now)
	}
}

func (a *Account) grant(l Lease) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended {
		return false
	}
	for _, h := range a.held {
		if h.ID == l.ID {
			return false // a grant that was told twice must not be drawn on twice
		}
	}
	if len(a.held) == maxHeld { // the oldest, which low found too small for the price
		a.close(a.held[0])
		a.held = append(a.held[:0], a.held[1:]...)
	}
	a.held = append(a.held, held{Lease: l, left: l.Amount})
	a.last, a.starved, a.lapsing, a.asked = l.Amount, false, false, 0
	a.denied.Store(0)
	a.hint()
	return true
}

func (a *Account) deny(until int64, why Reason) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reason.Store(uint32(why))
	a.denied.Store(until)
	a.asked = 0
}

func (a *Account) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, h := range a.held {
		a.close(h)
	}
	a.held, a.ended = nil, true
	a.denied.Store(0)
	a.hint()
}

func (a *Account) close(h held) {
	if h.left > 0 {
		a.book.closed(Closing{Lease: h.ID, Used: h.Amount - h.left})
	}
}

func (a *Account) hint() {
	var left, usable int64 = -1, 0
	for _, h := range a.held {
		if h.left > left {
			left, usable = h.left, h.UsableUntil
		}
	}
	a.usable.Store(usable)
	a.left.Store(left)
}

// Left is what the leases held have left at that moment, in micros; for explanations.
func (a *Account) Left(now int64) (left int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, h := range a.held {
		if now < h.UsableUntil {
			left += h.left
		}
	}
	return left
}

package server

// bucket is a token bucket: it holds up to burst tokens, and rate of them come each second. Whoever uses it has the lock. Its zero
// value is full.
type bucket struct {
	used float32 // tokens that were taken and have not come back
	at   int64   // Unix milliseconds, when used was right
}

// take takes a token, unless there is none. A clock that goes back gives none.
func (b *bucket) take(now int64, rate, burst int) bool {
	if now > b.at {
		b.used = max(0, b.used-float32(now-b.at)*float32(rate)/1000)
		b.at = now
	}
	if b.used+1 > float32(burst) {
		return false
	}
	b.used++
	return true
}

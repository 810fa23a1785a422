package cache

import "time"

// lru is a table that is bounded in bytes; when it is full, what was used least recently goes. What has ended is removed when it is
// met. It is not safe for use at the same time by several goroutines.
type lru[T any] struct {
	room, used int64
	items      map[string]*item[T]
	ring       item[T] // next is the one used last, prev the one used least recently
}

type item[T any] struct {
	prev, next *item[T]
	key        string
	value      T
	end        time.Time
	cost       int64
}

// itemCost is about what a key takes beside its bytes and those of its value.
const itemCost = 160

func newLRU[T any](room int64) *lru[T] {
	l := &lru[T]{room: room, items: make(map[string]*item[T])}
	l.ring.prev, l.ring.next = &l.ring, &l.ring
	return l
}

func (l *lru[T]) get(key string, now time.Time) (value T, end time.Time, ok bool) {
	it := l.items[key]
	if it == nil {
		return value, end, false
	}
	if !now.Before(it.end) {
		l.remove(key)
		return value, end, false
	}
	it.unlink()
	l.toFront(it)
	return it.value, it.end, true
}

// set keeps a value of so many bytes until end. One that takes more than all the room is not kept, nor what the key had before.
func (l *lru[T]) set(key string, value T, bytes int, end time.Time) {
	l.remove(key)
	it := &item[T]{key: key, value: value, end: end, cost: itemCost + int64(len(key)) + int64(bytes)}
	if it.cost > l.room {
		return
	}
	for l.used+it.cost > l.room {
		l.remove(l.ring.prev.key)
	}
	l.items[key] = it
	l.used += it.cost
	l.toFront(it)
}

func (l *lru[T]) remove(key string) {
	it := l.items[key]
	if it == nil {
		return
	}
	delete(l.items, key)
	l.used -= it.cost
	it.unlink()
}

func (l *lru[T]) toFront(it *item[T]) {
	it.prev, it.next = &l.ring, l.ring.next
	it.prev.next, it.next.prev = it, it
}

func (it *item[T]) unlink() { it.prev.next, it.next.prev = it.next, it.prev }

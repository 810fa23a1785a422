package server

import "sync"

// writers are buffers that replies are encoded in.
type writers struct{ pool sync.Pool }

const keptWriter = 16 << 10 // bytes; larger buffers are not kept

func (w *writers) get() *[]byte {
	if b, ok := w.pool.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, 512)
	return &b
}

func (w *writers) put(b *[]byte) {
	if cap(*b) <= keptWriter {
		w.pool.Put(b)
	}
}

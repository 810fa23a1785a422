package socket

import (
	"bytes"
	"compress/flate"
	"io"
	"runtime"
	"sync"
)

const (
	compressFrom = 1 << 10 // bytes of a message; below it is not worth the time
	maxFlaters   = 4       // of each kind; a deflater has about 800 KiB, an inflater 44 KiB
)

// pool lends a bounded number of things, made when they are first wanted. Who finds none waits.
type pool[T any] struct {
	slots chan struct{}
	free  chan T
	make  func() T
}

func newPool[T any](make_ func() T) pool[T] {
	n := min(maxFlaters, runtime.GOMAXPROCS(0))
	return pool[T]{slots: make(chan struct{}, n), free: make(chan T, n), make: make_}
}

func (p *pool[T]) with(f func(T)) {
	p.slots <- struct{}{}
	var one T
	select {
	case one = <-p.free:
	default:
		one = p.make()
	}
	f(one)
	p.free <- one
	<-p.slots
}

// inflaters read compressed messages. A message is inflated once it is here whole, so none waits for the network.
type inflaters struct{ pool[*inflater] }

type inflater struct {
	in  bytes.Reader
	out io.ReadCloser // a flate.Resetter
}

func newInflaters() *inflaters {
	return &inflaters{newPool(func() *inflater {
		z := &inflater{}
		z.out = flate.NewReader(&z.in)
		return z
	})}
}

// tail is what the sender cut off (RFC 7692, section 7.2.2), and the end that flate wants.
const tail = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// inflate gives the message that p is. errTooBig: it is longer than limit.
func (s *inflaters) inflate(p []byte, limit int) (message []byte, err error) {
	s.with(func(z *inflater) { message, err = z.inflate(append(p, tail...), limit) })
	return message, err
}

// maxStreams is how many blocks of a message may say that they are the last one: each costs an inflater's reset.
const maxStreams = 8

// inflate also reads what follows a final block: a sender may set the bit (RFC 7692, section 7.2.3.4).
func (z *inflater) inflate(p []byte, limit int) ([]byte, error) {
	defer z.in.Reset(nil)
	z.in.Reset(p)
	var message bytes.Buffer
	for streams := 0; z.in.Len() > 0; streams++ {
		if streams > maxStreams { // the last one is that of the tail
			return nil, errInflate
		}
		if err := z.out.(flate.Resetter).Reset(&z.in, nil); err != nil {
			return nil, errInflate
		}
		_, err := message.ReadFrom(io.LimitReader(z.out, int64(limit+1-message.Len())))
		switch {
		case err != nil:
			return nil, errInflate
		case message.Len() > limit:
			return nil, errTooBig
		}
	}
	return message.Bytes(), nil
}

// deflaters compress messages, each by itself. What is sent to many connections is compressed once.
type deflaters struct {
	pool[*flate.Writer]

	mu   sync.Mutex
	last [lastShared]small
	next int
}

// lastShared is how many messages are remembered that were sent to several connections.
const lastShared = 4

// small is a message and what became of it. As long as it is remembered, no other message lies where it lies.
type small struct{ p, z []byte }

func newDeflaters() *deflaters {
	return &deflaters{pool: newPool(func() *flate.Writer {
		w, err := flate.NewWriter(io.Discard, flate.BestSpeed)
		if err != nil {
			panic(err) // only for a level that there is not
		}
		return w
	})}
}

// shared is deflate for a message that never changes.
func (s *deflaters) shared(p []byte) []byte {
	s.mu.Lock()
	for _, one := range s.last {
		if len(one.p) == len(p) && &one.p[0] == &p[0] {
			s.mu.Unlock()
			return one.z
		}
	}
	s.mu.Unlock()
	z := s.deflate(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[s.next] = small{p, z}
	s.next = (s.next + 1) % lastShared
	return z
}

// deflate compresses p; nil: it does not become smaller.
func (s *deflaters) deflate(p []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(p) / 2)
	s.with(func(w *flate.Writer) {
		w.Reset(&out)
		_, _ = w.Write(p) // a Buffer takes all
		_ = w.Flush()
		w.Reset(io.Discard)
	})
	const cut = 4 // 00 00 ff ff
	if out.Len()-cut >= len(p) {
		return nil
	}
	return out.Bytes()[:out.Len()-cut]
}

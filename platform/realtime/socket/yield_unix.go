//go:build unix

package socket

import (
	"os"
	"runtime"
	"syscall"
)

// yielder lets everything else run that can, what the network has brought among it. Gosched does not: with a goroutine that is always
// ready, the scheduler asks the network every 10 ms only, and that is how long a message would wait to be read. So the goroutine waits
// for the network itself, for a byte that it has just sent to itself.
type yielder struct {
	r, w *os.File // nil: there is no pipe, and Gosched must do
	wait syscall.RawConn
	sent bool
	buf  [64]byte
}

func newYielder() *yielder {
	y := &yielder{}
	r, w, err := os.Pipe()
	if err != nil {
		return y
	}
	if y.wait, err = r.SyscallConn(); err != nil {
		_, _ = r.Close(), w.Close()
		return y
	}
	y.r, y.w = r, w
	return y
}

func (y *yielder) close() {
	if y.r != nil {
		_, _ = y.r.Close(), y.w.Close()
	}
}

func (y *yielder) yield() {
	if y.r == nil {
		runtime.Gosched()
		return
	}
	y.sent = false
	_ = y.wait.Read(y.step)
}

// step is called once to begin with, and once when there is something to read.
func (y *yielder) step(fd uintptr) bool {
	if !y.sent {
		y.sent = true
		_, err := y.w.Write(y.buf[:1])
		return err != nil
	}
	_, _ = syscall.Read(int(fd), y.buf[:]) // whatever it is, it is only a byte
	return true
}

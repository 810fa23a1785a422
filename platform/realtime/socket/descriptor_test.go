//go:build unix

package socket

import (
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

// descriptor is a client that costs this process nothing but a number.
type descriptor int

func (d descriptor) Write(p []byte) (int, error) { return syscall.Write(int(d), p) }
func (d descriptor) Read(p []byte) (int, error) {
	n, err := syscall.Read(int(d), p)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

func connectAll(t testing.TB, addr string, n int) []descriptor {
	t.Helper()
	all := make([]descriptor, n)
	t.Cleanup(func() {
		for _, d := range all {
			_ = syscall.Close(int(d))
		}
	})
	for i := range all {
		all[i] = connect(t, addr)
	}
	return all
}

func connect(t testing.TB, addr string) descriptor {
	t.Helper()
	to, err := net.ResolveTCPAddr("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := &syscall.SockaddrInet4{Port: to.Port}
	copy(at.Addr[:], to.IP.To4())
	if err := syscall.Connect(fd, at); err != nil {
		t.Fatal(err)
	}
	return descriptor(fd)
}

// exchange sends bytes and reads until the answer ends so.
func (d descriptor) exchange(t testing.TB, send, end string) {
	t.Helper()
	if _, err := io.WriteString(d, send); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	p := make([]byte, 4096)
	for !strings.HasSuffix(b.String(), end) {
		n, err := d.Read(p)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(p[:n])
	}
}

// busy answers as a session would: some work, with some stack.
type busy struct{ echo }

func (b *busy) Message(c *Conn, binary bool, p []byte) {
	deep(20, p)
	b.echo.Message(c, binary, p)
}

//go:noinline
func deep(n int, p []byte) byte {
	var room [256]byte
	copy(room[:], p)
	if n > 0 {
		return deep(n-1, room[:]) + room[n]
	}
	return room[0]
}

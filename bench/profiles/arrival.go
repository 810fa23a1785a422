package main

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// arrivals is a listener whose connections know when the kernel got what they read last: the load and PostgreSQL have the core too, and
// how long a request waits there until this process looks at it is not the sender's doing.
type arrivals struct{ *net.TCPListener }

func (l arrivals) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_TIMESTAMPNS, 1)
	})
	if err == nil {
		err = failed
	}
	return &arrival{TCPConn: c, raw: raw}, err
}

// arrival is one of its connections. One request after the other comes over it.
type arrival struct {
	*net.TCPConn
	raw syscall.RawConn
	at  time.Time
}

func (c *arrival) Read(b []byte) (n int, err error) {
	var control [64]byte
	var got int
	failed := c.raw.Read(func(fd uintptr) bool {
		n, got, _, _, err = syscall.Recvmsg(int(fd), b, control[:], 0)
		return err != syscall.EAGAIN
	})
	switch {
	case failed != nil:
		return 0, failed
	case err != nil:
		return 0, err
	case n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	messages, err := syscall.ParseSocketControlMessage(control[:got])
	for _, m := range messages {
		if m.Header.Level == syscall.SOL_SOCKET && m.Header.Type == syscall.SCM_TIMESTAMPNS && len(m.Data) >= 16 {
			c.at = time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
		}
	}
	return n, err
}

type arrivalKey struct{}

func withArrival(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, arrivalKey{}, c)
}

// arrived is when the kernel got a request's last bytes; the zero time where it does not say.
func arrived(r *http.Request) time.Time {
	c, _ := r.Context().Value(arrivalKey{}).(*arrival)
	return c.at
}

//go:build unix

package socket

import (
	"net"
	"syscall"
)

// rawConn gives access to the descriptor of a plain connection; nil: it has none, or bytes are changed on their way to it.
func rawConn(c net.Conn) syscall.RawConn {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		if unix, ok := c.(*net.UnixConn); ok {
			rc, _ := unix.SyscallConn()
			return rc
		}
		return nil
	}
	rc, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	return rc
}

// readNow reads what is there. false: nothing is.
func readNow(fd uintptr, p []byte) (n int, ok bool, err error) {
	for {
		n, err = syscall.Read(int(fd), p)
		switch err {
		case nil:
			return n, true, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, false, nil
		default:
			return 0, true, err
		}
	}
}

// writeNow writes what the kernel takes at once.
func writeNow(fd uintptr, p []byte) (int, error) {
	for {
		n, err := syscall.Write(int(fd), p)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}

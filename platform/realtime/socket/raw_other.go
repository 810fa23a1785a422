//go:build !unix

package socket

import (
	"net"
	"syscall"
)

func rawConn(net.Conn) syscall.RawConn { return nil }

func readNow(uintptr, []byte) (int, error, bool) { return 0, syscall.EINVAL, true }

func writeNow(uintptr, []byte) (int, error) { return 0, syscall.EINVAL }

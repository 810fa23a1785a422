//go:build !unix

package socket

import (
	"net"
	"syscall"
)

func rawConn(net.Conn) syscall.RawConn { return nil }

func readNow(uintptr, []byte) (n int, ok bool, err error) { return 0, true, syscall.EINVAL }

func writeNow(uintptr, []byte) (int, error) { return 0, syscall.EINVAL }

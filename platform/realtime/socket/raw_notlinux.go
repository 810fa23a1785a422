//go:build !linux

package socket

import "syscall"

func limitUnsent(syscall.RawConn) {}

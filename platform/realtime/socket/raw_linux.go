package socket

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// maxUnsent is how many bytes the kernel takes of a connection beyond what it may send now. Without it a client that takes nothing
// would have megabytes there before its queue begins to fill.
const maxUnsent = 2 * maxFlush

func limitUnsent(rc syscall.RawConn) {
	_ = rc.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, maxUnsent) // a unix socket has no such thing
	})
}

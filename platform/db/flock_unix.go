//go:build unix

package db

import (
	"errors"
	"os"
	"syscall"
)

// flock takes the exclusive lock of an open file, which the kernel gives free when the process ends, however it ends.
func flock(f *os.File) (taken bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

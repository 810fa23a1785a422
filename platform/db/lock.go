package db

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/platform/fault"
)

// dirLock holds a data directory for this process.
type dirLock struct{ file *os.File }

const lockName = "hotlane.lock"

// InUse is the refusal of a data directory that another process works on.
var InUse = fault.New(fault.Unavailable, "db.in_use", "Another process uses this data directory.")

// lockDir locks a file in the directory and writes our process id into it. The file stays: to remove it would let two
// processes hold locks on two files of the same name.
func lockDir(dir string) (*dirLock, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, unavailable(err)
	}
	taken, err := flock(f)
	if err == nil && !taken {
		err = inUse(f, dir)
	}
	if err == nil {
		err = writePID(f)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &dirLock{f}, nil
}

func inUse(f *os.File, dir string) error {
	who := "another process"
	b, err := io.ReadAll(io.LimitReader(f, 32))
	if pid, bad := strconv.Atoi(strings.TrimSpace(string(b))); err == nil && bad == nil {
		who = fmt.Sprintf("process %d", pid)
	}
	return fault.New(InUse.Kind, InUse.Code, "The data directory %s is in use by %s.", dir, who)
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return unavailable(err)
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return unavailable(err)
	}
	return nil
}

func (l *dirLock) release() error { return l.file.Close() }

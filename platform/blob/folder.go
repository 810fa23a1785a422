package blob

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// A blob in a folder is one file, <group>/<id> with both names in hex, so that a file system that does not tell a from A tells them.
// Its first bytes are its Info in JSON, filled up with spaces; then its own follow.
const head = 512

// stale is after which time a file that was never finished is removed.
const stale = time.Hour

type folder struct {
	dir    string
	limits Limits
	now    func() time.Time

	mu sync.Mutex // one Put at a time counts what there is
}

// Folder keeps blobs below dir, which is made when it is needed. It does no I/O.
func Folder(dir string, l Limits, now func() time.Time) Store {
	return &folder{dir: dir, limits: l.withDefaults(), now: now}
}

func (s *folder) group(group string) string {
	return filepath.Join(s.dir, hex.EncodeToString([]byte(group)))
}

func (s *folder) path(key Key) string {
	return filepath.Join(s.group(key.Group), hex.EncodeToString([]byte(key.ID)))
}

func (s *folder) Put(ctx context.Context, key Key, kind string, body io.Reader) (Info, error) {
	info, data, err := take(key, kind, body, s.limits, s.now())
	if err != nil {
		return Info{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch old, err := s.info(key); {
	case err == nil && old.same(info):
		old.Kept = info.Kept
		return old, s.write(old, data)
	case err == nil:
		return Info{}, ErrTaken
	case !errors.Is(err, ErrNone):
		return Info{}, err
	}
	if err := s.fits(ctx, info); err != nil {
		return Info{}, err
	}
	return info, s.write(info, data)
}

func (s *folder) fits(ctx context.Context, info Info) error {
	all, err := s.List(ctx, info.Group)
	if err != nil {
		return err
	}
	sum := info.Size
	for _, one := range all {
		sum += one.Size
	}
	if len(all) >= s.limits.Count || sum > s.limits.Group {
		return ErrFull
	}
	return nil
}

// write makes the file under another name, and gives it its own when it is on disk.
func (s *folder) write(info Info, data []byte) (err error) {
	first, err := json.Marshal(info)
	if err != nil {
		return err
	}
	if len(first) >= head {
		return fmt.Errorf("blob: the head of a file has %d bytes", len(first))
	}
	dir := s.group(info.Group)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	s.sweep(dir)
	f, err := os.CreateTemp(dir, ".put-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(append(first, bytes.Repeat([]byte(" "), head-len(first))...))
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), s.path(info.Key)); err != nil {
		return err
	}
	return errors.Join(syncDir(dir), syncDir(s.dir))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sweep removes what was begun and never finished. What cannot be removed is left for the next time.
func (s *folder) sweep(dir string) {
	begun, _ := filepath.Glob(filepath.Join(dir, ".put-*"))
	for _, at := range begun {
		if i, err := os.Stat(at); err == nil && s.now().Sub(i.ModTime()) > stale {
			_ = os.Remove(at)
		}
	}
}

func (s *folder) info(key Key) (Info, error) {
	f, info, err := s.open(key)
	if err == nil {
		err = f.Close()
	}
	return info, err
}

func (s *folder) open(key Key) (f *os.File, info Info, err error) {
	if !key.good() {
		return nil, Info{}, ErrNone
	}
	f, err = os.Open(s.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Info{}, ErrNone
	}
	if err != nil {
		return nil, Info{}, err
	}
	first := make([]byte, head)
	if _, err = io.ReadFull(f, first); err == nil {
		err = json.Unmarshal(first, &info)
	}
	if err == nil {
		var i fs.FileInfo
		if i, err = f.Stat(); err == nil && i.Size() != head+info.Size {
			err = errors.New("it has another length")
		}
	}
	if err != nil {
		return nil, Info{}, errors.Join(ErrBroken.Because(err), f.Close())
	}
	return f, info, nil
}

func (s *folder) Open(_ context.Context, key Key) (io.ReadCloser, Info, error) {
	f, info, err := s.open(key)
	if err != nil {
		return nil, Info{}, err
	}
	return f, info, nil
}

func (s *folder) List(_ context.Context, group string) ([]Info, error) {
	if !name(group, false) {
		return nil, nil
	}
	files, err := os.ReadDir(s.group(group))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Info
	for _, f := range files {
		id, err := hex.DecodeString(f.Name())
		if err != nil { // one that is being made
			continue
		}
		info, err := s.info(Key{group, string(id)})
		if errors.Is(err, ErrNone) { // deleted since
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, info)
	}
	slices.SortFunc(all, func(a, b Info) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}

func (s *folder) Delete(_ context.Context, key Key) error {
	if !key.good() {
		return nil
	}
	err := os.Remove(s.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (s *folder) DeleteGroup(_ context.Context, group string) error {
	if !name(group, false) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return os.RemoveAll(s.group(group))
}

package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxFiles is how many mails are kept; the oldest go.
const maxFiles = 1000

const fileTime = "20060102T150405.000000Z"

// Files is a Mailer without a server: the newest mails are .eml files, which any mail program opens.
type Files struct {
	dir   string
	from  *mail.Address
	deps  Deps
	count outcomes
	mu    sync.Mutex // held while a file is written and the oldest go
	last  int        // mails of this process
	kept  []string   // names of the files, the oldest first; nil: the folder was not read yet
}

// Stored is a mail that was kept.
type Stored struct {
	File string    // its name in the folder
	At   time.Time // when it was sent
	Mail
}

func newFiles(cfg MailConfig, deps Deps) (*Files, error) {
	from, err := address(cfg.From)
	if err != nil {
		return nil, err
	}
	f := &Files{
		dir: filepath.Join(deps.Data, "mail"), from: from, deps: deps,
		count: newOutcomes(deps.Metrics, "mail_total", "Mails, by outcome: sent, rejected, failed."),
	}
	return f, nil
}

// Dir is the folder.
func (f *Files) Dir() string { return f.dir }

// Send writes the mail to a file.
func (f *Files) Send(ctx context.Context, m Mail) (err error) {
	defer func() { f.count.count(err) }()
	if err := ctx.Err(); err != nil {
		return ErrMail.Because(err)
	}
	now := f.deps.Now().UTC()
	msg, err := compose(m, f.from, now)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	name := fmt.Sprintf("%s-%06d-%s.eml", now.Format(fileTime), f.last, fileID(msg.GetMessageID()))
	if err := f.write(name, msg.WriteToFile); err != nil {
		return ErrMail.Because(err)
	}
	f.deps.Log.Info("a mail was kept", "file", filepath.Join(f.dir, name))
	if err := f.prune(name); err != nil {
		f.deps.Log.Warn("old mails cannot be removed", "err", err)
	}
	return nil
}

// fileID is what a Message-ID looks like in the name of a file.
func fileID(id string) string {
	id, _, _ = strings.Cut(strings.Trim(id, "<>"), "@")
	id = strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9') || r == '-' {
			return r
		}
		return '_'
	}, id)
	return id[:min(len(id), 64)]
}

// write makes the file appear whole or not at all.
func (f *Files) write(name string, to func(string) error) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	whole := filepath.Join(f.dir, name)
	part := whole + ".part"
	err := cmp.Or(to(part), os.Chmod(part, 0o600), os.Rename(part, whole))
	if err != nil {
		_ = os.Remove(part)
	}
	return err
}

// prune removes the oldest files when one has been written. The folder is read once: a thousand names for each mail would cost more
// than the mail.
func (f *Files) prune(written string) error {
	if f.kept = append(f.kept, written); len(f.kept) == 1 {
		names, err := f.names()
		if err != nil {
			f.kept = nil
			return err
		}
		f.kept = names
	}
	for len(f.kept) > maxFiles {
		if err := os.Remove(filepath.Join(f.dir, f.kept[0])); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		f.kept = f.kept[1:]
	}
	return nil
}

// names of the mails, the oldest first.
func (f *Files) names() ([]string, error) {
	entries, err := os.ReadDir(f.dir) // sorted, and the names begin with the time
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".eml") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Recent reads the newest n mails, the newest first. A file that is no mail of ours is left out.
func (f *Files) Recent(n int) ([]Stored, error) {
	names, err := f.names()
	if err != nil {
		return nil, err
	}
	var list []Stored
	for _, name := range slices.Backward(names) {
		if len(list) >= n {
			break
		}
		if s, ok := f.read(name); ok {
			list = append(list, s)
		}
	}
	return list, nil
}

func (f *Files) read(name string) (Stored, bool) {
	file, err := os.Open(filepath.Join(f.dir, name))
	if err != nil {
		return Stored{}, false
	}
	defer file.Close()
	day, _, _ := strings.Cut(name, "-")
	at, err := time.Parse(fileTime, day)
	if err != nil {
		return Stored{}, false
	}
	m, err := parse(file)
	return Stored{File: name, At: at, Mail: m}, err == nil
}

// Close does nothing.
func (f *Files) Close() error { return nil }

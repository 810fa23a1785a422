package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hotlane/hotlane/app/config"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/identity"
)

// check reads the configuration as serve does, with the files that it names, and finds everything that serve would refuse before it
// touches a database.
func (p Program) check(f flags) error {
	h, err := p.open(f)
	if err != nil {
		return err
	}
	if _, err := (&server{house: h}).front(); err != nil {
		return err
	}
	if err := h.Identity.CheckFiles(); err != nil {
		return config.Locate(h.file, err, map[string]any{"identity": &identity.Config{}})
	}
	file := h.file
	if file == "" {
		file = "no file"
	}
	var lanes []string
	for _, one := range h.lanes.Served() {
		lanes = append(lanes, fmt.Sprintf("%s (%d routes)", one.Name(), len(one.Routes())))
	}
	upstream := h.Edge.Default
	if upstream == "" {
		upstream = "none: what no lane answers is 404"
	}
	_, err = fmt.Fprintf(p.Out, "OK: %s\n  listen    %s\n  data      %s\n  mode      %s\n  lanes     %s\n  upstreams %d, default: %s\n  routes    %d\n",
		file, h.App.Listen, h.App.Data, h.App.Mode, strings.Join(lanes, ", "), len(h.Edge.Upstreams), upstream, len(h.Edge.Routes))
	return err
}

func (p Program) migrate(ctx context.Context, f flags) error {
	h, err := p.openQuietly(f)
	if err != nil {
		return err
	}
	if err := errors.Join(h.migrate(ctx), h.close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.Out, "The databases are up to date.")
	return err
}

func (p Program) backup(ctx context.Context, f flags, dir string) error {
	h, err := p.openQuietly(f)
	if err != nil {
		return err
	}
	m, err := h.dbs.Backup(ctx, dir)
	if err := errors.Join(err, h.close()); err != nil {
		return err
	}
	return p.copied(m, "Copied", h.App.Data, dir)
}

func (p Program) restore(ctx context.Context, f flags, dir string, force bool) error {
	h, err := p.openQuietly(f)
	if err != nil {
		return err
	}
	m, err := h.dbs.Restore(ctx, dir, force)
	if err := errors.Join(err, h.close()); err != nil {
		return err
	}
	return p.copied(m, "Restored", dir, h.App.Data)
}

func (p Program) copied(m *db.Manifest, done, from, to string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s to %s, as of %s:\n", done, from, to, m.Taken.Format(time.RFC3339))
	for _, f := range m.Files {
		fmt.Fprintf(&b, "  %s\t%d bytes\n", f.Database, f.Bytes)
	}
	for _, name := range m.Elsewhere {
		fmt.Fprintf(&b, "  %s\tis in PostgreSQL: not in this copy\n", name)
	}
	_, err := p.Out.Write([]byte(b.String()))
	return err
}

// openQuietly is open for a command whose result is what it prints.
func (p Program) openQuietly(f flags) (*house, error) {
	return p.open(f, func(s *settings) { s.Telemetry.Level = "warn" })
}

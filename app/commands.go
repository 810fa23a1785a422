package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hotlane/hotlane/platform/db"
)

// check reads the configuration as serve does, and everything that serve would refuse without any I/O.
func (p Program) check(f flags) error {
	h, err := p.open(f)
	if err != nil {
		return err
	}
	if _, err := (&server{house: h}).front(); err != nil {
		return err
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
	h, err := p.open(f)
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
	h, err := p.open(f)
	if err != nil {
		return err
	}
	if err := errors.Join(h.dbs.Backup(ctx, dir), h.close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Out, "Copied %s to %s.\n", h.App.Data, dir)
	return err
}

func (p Program) restore(ctx context.Context, f flags, dir string) error {
	s, err := p.load(f, p.Lanes())
	if err != nil {
		return err
	}
	if err := db.Restore(ctx, dir, s.App.Data); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Out, "Restored %s into %s.\n", dir, s.App.Data)
	return err
}

package allocation

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
)

// Put checks and writes one thing, and returns it as it is now stored.
func (s *Service) Put(ctx context.Context, action Action, t thing) (Row, error) {
	if action == Create && *t.key() == "" {
		*t.key() = strings.ToLower(ulid.Make().String())
	}
	change, err := s.checked(action, t, "")
	if err != nil {
		return Row{}, err
	}
	if _, err := s.apply(ctx, []Change{change}); err != nil {
		return Row{}, err
	}
	return s.store.Thing(ctx, t.kind(), *t.key())
}

// SetStatus pauses, resumes or kills a thing. What comes from a source stays paused until it is resumed here, whatever
// its row says meanwhile; resumed, it is what its row says.
func (s *Service) SetStatus(ctx context.Context, kind Kind, id string, status Status) (row Row, err error) {
	for range 5 { // a source may write at the same time
		row, err = s.setStatus(ctx, kind, id, status)
		if !errors.Is(err, ErrStale) {
			break
		}
	}
	return row, err
}

func (s *Service) setStatus(ctx context.Context, kind Kind, id string, status Status) (Row, error) {
	row, err := s.store.Thing(ctx, kind, id)
	if err != nil {
		return Row{}, err
	}
	held := Status("")
	if s.fromSource(row.Source) {
		if status, held, err = hold(row, status); err != nil {
			return Row{}, err
		}
	}
	changed, err := row.with(status, held)
	if err != nil {
		return Row{}, err
	}
	if _, err := s.apply(ctx, []Change{{Action: Update, Row: changed}}); err != nil {
		return Row{}, err
	}
	return s.store.Thing(ctx, kind, id)
}

// hold says what becomes of a thing from a source that an operator pauses, resumes or kills.
func hold(row Row, status Status) (_, held Status, err error) {
	switch {
	case status == Paused && row.Held == "":
		return Paused, row.Status, nil
	case status == Paused:
		return Paused, row.Held, nil
	case status == Active && row.Held != "":
		return row.Held, "", nil
	case status == Active && row.Status == Paused:
		return "", "", ErrSource.With(fault.Field{Pointer: "/status", Rule: "must not be resumed here: its source has it paused"})
	}
	return status, "", nil
}

func (s *Service) fromSource(name string) bool {
	return slices.ContainsFunc(s.cfg.Sources, func(src Source) bool { return src.Name == name })
}

// checked makes a change of a thing that keeps all rules.
func (s *Service) checked(action Action, t thing, source string) (Change, error) {
	keep := *t.state() == "" && source == ""
	t.defaults()
	r := &rules{schema: s.schema}
	t.rules(r)
	if err := r.err(); err != nil {
		return Change{}, err
	}
	row, err := rowOf(t, source)
	return Change{Action: action, Row: row, KeepStatus: keep}, err
}

// apply writes changes, all or none, and lets them act.
func (s *Service) apply(ctx context.Context, changes []Change) (changed int, err error) {
	return s.applyAs(ctx, actor(ctx), changes)
}

func (s *Service) applyAs(ctx context.Context, actor string, changes []Change) (changed int, err error) {
	revision, changed, err := s.store.Apply(ctx, actor, changes)
	if err != nil {
		return 0, err
	}
	if changed > 0 {
		s.refresher.changed(revision, changes)
	}
	return changed, nil
}

// actor is who the audit log says did it.
func actor(ctx context.Context) string {
	c := identity.From(ctx)
	if c.ID == "" {
		return "hotlane"
	}
	return c.Access.String() + ":" + c.ID
}

// ErrImport says that an import was refused as a whole.
var ErrImport = fault.New(fault.Invalid, "allocation.import", "The import breaks rules; nothing was changed.")

package allocation

import (
	"context"
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

// SetStatus pauses, resumes or kills a thing.
func (s *Service) SetStatus(ctx context.Context, kind Kind, id string, status Status) (Row, error) {
	row, err := s.store.Thing(ctx, kind, id)
	if err != nil {
		return Row{}, err
	}
	t, err := row.decode()
	if err != nil {
		return Row{}, err
	}
	*t.state() = status
	changed, err := rowOf(t, row.Source)
	if err != nil {
		return Row{}, err
	}
	if _, err := s.apply(ctx, []Change{{Action: Update, Row: changed}}); err != nil {
		return Row{}, err
	}
	return s.store.Thing(ctx, kind, id)
}

// checked makes a change of a thing that keeps all rules.
func (s *Service) checked(action Action, t thing, source string) (Change, error) {
	t.defaults()
	r := &rules{schema: s.schema}
	t.rules(r)
	if err := r.err(); err != nil {
		return Change{}, err
	}
	row, err := rowOf(t, source)
	return Change{Action: action, Row: row}, err
}

// apply writes changes, all or none, and lets them act.
func (s *Service) apply(ctx context.Context, changes []Change) (changed int, err error) {
	revision, changed, err := s.store.Apply(ctx, actor(ctx), changes)
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

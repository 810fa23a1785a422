package lanename

import (
	"embed"
	"io/fs"
	"time"

	"github.com/hotlane/hotlane/lane"
)

//go:embed migrations
var migrations embed.FS

const name = "lanename"

// Lane is the lanename lane.
type Lane struct {
	*Service
	deps lane.Deps
}

// Module is the lane with its default config, for the list of lanes.
func Module() lane.Module {
	cfg := DefaultConfig()
	return lane.Module{Name: name, Config: &cfg, New: func(d lane.Deps) (lane.Lane, error) { return New(cfg, d) }}
}

// New makes the lane. It does no I/O.
func New(cfg Config, deps lane.Deps) (*Lane, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	now := func() time.Time { return deps.Now().UTC().Truncate(time.Microsecond) } // as exact as it is kept
	return &Lane{
		deps:    deps,
		Service: &Service{cfg: cfg, now: now, store: newStore(deps.DB(name))},
	}, nil
}

// Name of the lane.
func (l *Lane) Name() string { return name }

// Migrations of the lane's database.
func (l *Lane) Migrations() map[string]fs.FS {
	return map[string]fs.FS{name: lane.Folder(migrations, "migrations")}
}

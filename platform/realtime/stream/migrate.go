package stream

import (
	"context"
	"embed"
	"io/fs"

	"github.com/hotlane/hotlane/platform/db"
)

//go:embed migrations
var migrations embed.FS

// Migrate makes the tables in a lane's database, or brings them up to date. Their names begin with hotlane_live_.
func Migrate(ctx context.Context, d *db.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return d.Migrate(ctx, "hotlane_live_version", files)
}

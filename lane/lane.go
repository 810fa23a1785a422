// Package lane is the keystone: what a lane is, what it is given, and what it may be able to do.
//
// A lane is one hot feature of an app, in a plain Go package that can be read alone. Its constructor does no I/O; the
// composition root finds its abilities by type assertion when the app starts.
package lane

import (
	"context"
	"io"
	"io/fs"
	"time"

	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/outbox"
	"github.com/hotlane/hotlane/platform/realtime"
)

// A Lane is one hot feature of an app. Its name is also its folder, config key, database and metric label.
type Lane interface {
	Name() string
	Routes() []Route
}

// Abilities that a lane may have, found when the app starts.
type (
	// Migrator has databases. Each key is a database's name: the lane's own, or <lane>_<part> for a further one; each
	// folder has the subfolders sqlite/ and postgres/ with goose migrations.
	Migrator interface{ Migrations() map[string]fs.FS }
	// Starter loads what it serves from; it is ready when Start returns.
	Starter interface {
		Start(ctx context.Context) error
	}
	// Runner works until the context ends.
	Runner interface {
		Run(ctx context.Context) error
	}
	// Readier says why it cannot serve just now; nil when it can.
	Readier interface{ Ready() error }
	// Drainer refuses the new and finishes the old.
	Drainer interface {
		Drain(ctx context.Context) error
	}
	// Worker has background and periodic work, added through Deps.Jobs and kept in the database of the lane's name.
	Worker interface{ Jobs() []jobs.Job }
	// Publisher tells other lanes what happens to it, by Deps.Outbox. Each topic is "<lane>.<what>".
	Publisher interface{ Publishes() []string }
	// Listener obeys what other lanes publish.
	Listener interface{ Events() []outbox.Handler }
	// Channels has live channels, opened through Deps.Live, and their logs in the database of the lane's name.
	Channels interface{ Channels() []realtime.Channel }
	// Commander has commands of its own: hotlane <lane> <command>.
	Commander interface{ Commands() []Command }
	// Demo fills itself with believable sample data; a second call changes nothing. It is called after Start.
	Demo interface {
		Demo(ctx context.Context) error
	}
	// DemoGuide says what to look at when the sample data is being served. It is called after Demo.
	DemoGuide interface{ DemoGuide(site Site) Guide }
)

// Folder is a folder of a lane's embedded files, for Migrations. dir is a constant: one that is no path is a mistake in the program, and
// panics.
func Folder(files fs.FS, dir string) fs.FS {
	folder, err := fs.Sub(files, dir)
	if err != nil {
		panic(err)
	}
	return folder
}

// Site is where a demo is served, and the keys that open it.
type Site struct {
	URL        string // http://127.0.0.1:8080, without a slash at its end
	AdminKey   string
	ServiceKey string
}

// Guide is what a lane shows of itself in a demo.
type Guide struct {
	Open []Link   // pages for a browser
	Try  []string // curl lines that work when pasted into a shell, each one line; the first ones are printed
}

// Link is a page to open.
type Link struct {
	Title, URL string
	Current    bool // it is the one that is shown
}

// Effect says what may be retried, shadowed and fallen back.
type Effect uint8

const (
	Read Effect = iota
	Write
)

func (e Effect) String() string { return [...]string{"read", "write"}[e] }

// Limits bound one request. Zero means the default.
type Limits struct {
	Body int64         // bytes; default 1 MiB
	Time time.Duration // until the answer must be written; default 10 s, negative: none (streams)
}

// DefaultLimits are what a route gets that names none.
var DefaultLimits = Limits{Body: 1 << 20, Time: 10 * time.Second}

// Route is one endpoint, as data: printed, documented and golden-tested.
type Route struct {
	Pattern string          // "POST /v1/allocations", "GET /v1/things/{id}", "GET /files/{path...}"
	Effect  Effect          // Read or Write
	Key     string          // path field or header that names the shard: affinity and ramp hash on it
	Class   admit.Class     // Critical, Normal or Bulk: the order in which load is shed
	Access  identity.Access // Public, User, Service, Admin, or Known: public, but a user's token is read
	Limits  Limits          // body size and time, with defaults
	Summary string          // one line for the docs
	Handler Handler         // JSON(fn), or HTTP(fn) where bytes are streamed or a page is written
}

// Handler is an endpoint that does not know its transport.
type Handler = httpio.Handler

// Command is one line of the command line, run in a process of its own with the lane constructed and nothing opened: one
// that asks a running Hotlane needs no more. One that works on the databases calls IO.Open first.
type Command struct {
	Name string // "import"
	Args string // "FILE", for the help text
	Help string
	Run  func(ctx context.Context, args []string, io IO) error
}

// IO is where a command reads and writes.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Open     func(ctx context.Context) error // opens and migrates the lane's databases; refused while another process has them
}

package lane

import (
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/outbox"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// Deps is what a lane is given. Nothing in it has done I/O yet when the constructor runs.
type Deps struct {
	Log     *slog.Logger
	Now     func() time.Time         // the only clock
	DB      func(name string) *db.DB // a handle; opened and migrated before Start
	Metrics prometheus.Registerer    // prefixed and labelled by the app
	Page    func(w io.Writer, p Page) error
	URL     func() string     // where the site is reached from outside, without a slash at its end
	Cache   cache.Store       // shared by all nodes where there is a Redis, this process's memory otherwise
	Jobs    *jobs.Queue       // of the lane's own database, the one of its name
	Outbox  *outbox.Outbox    // to other lanes, in the transactions of the same database
	Live    *hub.Hub          // the lane's own live channels, their logs in the same database
	Mail    notify.Mailer     // to people
	Hooks   *notify.Webhooks  // to other programs
	Fetch   http.RoundTripper // instead of the network, for tests of what asks third parties; nil: the network
	Private bool              // third parties may have private addresses: stand-ins on this machine
	Demo    bool              // sample data is served, and nothing else: what an operator may look at, all may
}

// Page is one page inside the shell that all pages share.
type Page struct {
	Title       string
	Description string // for search engines and previews; may be empty
	Lang        string // "en" or "ko"
	Head        template.HTML
	Body        template.HTML
	Use         []string // shared parts that it is made of: "chart", "form"; see web/README.md
	Nav         []Link
	Site        Link              // whose page it is, for pages of end users; empty: an operators' page of Hotlane's own
	Bare        bool              // without head and foot, for a frame
	Status      int               // of the answer; 0: 200
	Header      map[string]string // of the answer, before the shell's own
	Frames      []string          // origins that may show it in a frame; "*": any; empty: none
}

// Module says how a lane is made. Config points to the lane's config struct, filled with its defaults: the section of
// the config file with the module's name is decoded into it, strictly, and checked with its Validate method if it has one.
type Module struct {
	Name   string
	Config any
	New    func(Deps) (Lane, error)
}

package allocation

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/remote"
)

// Commands of the lane. They ask the process that is running; with -offline they work on its databases, which must not be
// in use then.
func (l *Lane) Commands() []lane.Command {
	return []lane.Command{
		{
			Name: "import", Args: "[-url URL | -offline] FILE [KIND]", Run: l.importCommand,
			Help: "Import things, all or none, in NDJSON or CSV; - is standard input. A CSV needs the KIND of its things: advertisers, campaigns, line_items, creatives or placements.",
		},
		{
			Name: "explain", Args: "[-url URL | -offline] [-user ID] [-attr NAME=VALUE]... PLACEMENT [LINE_ITEM]", Run: l.explainCommand,
			Help: "Say what would fill a placement now, and of all else, or of one line item, every reason why it does not. Nothing is reserved.",
		},
		{
			Name: "replay", Args: "FILE", Run: l.replayCommand,
			Help: "Decide logged decisions again, on the databases, which must not be in use: each line of FILE is one of the log, - is standard input.",
		},
	}
}

// where is where a command works: on a process that runs, or on its databases.
type where struct {
	*remote.Hotlane
	offline bool
}

func (w *where) flags(name string, stdio lane.IO) *flag.FlagSet {
	w.Hotlane = remote.New()
	w.Hint = ", or work on its databases with -offline"
	f := w.Flags(name, stdio.Err)
	f.BoolVar(&w.offline, "offline", false, "work on the databases; Hotlane must not be running on them")
	return f
}

func (l *Lane) importCommand(ctx context.Context, args []string, stdio lane.IO) error {
	var w where
	flags := w.flags("import", stdio)
	if err := flags.Parse(args); err != nil || flags.NArg() < 1 || flags.NArg() > 2 {
		return lane.Usage("import takes a FILE, and for CSV the KIND of its things")
	}
	in := stdio.In
	if name := flags.Arg(0); name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	format := "ndjson"
	if strings.EqualFold(filepath.Ext(flags.Arg(0)), ".csv") || flags.Arg(1) != "" {
		format = "csv"
	}
	done, err := l.importAt(ctx, w, stdio, format, flags.Arg(1), in)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdio.Out, "%d things read, %d changed\n", done.Read, done.Changed)
	return err
}

func (l *Lane) importAt(ctx context.Context, w where, stdio lane.IO, format, kind string, in io.Reader) (*Imported, error) {
	if !w.offline {
		return importThere(ctx, w.Hotlane, format, kind, in)
	}
	if err := stdio.Open(ctx); err != nil {
		return nil, err
	}
	return l.Import(ctx, format, queryKinds[kind], in)
}

// attrFlags collects -attr name=value.
type attrFlags map[string]json.RawMessage

func (attrFlags) String() string { return "" }

// Set takes a value as JSON where it is a number, a list or an object, and as text otherwise.
func (f attrFlags) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		return errors.New("must be NAME=VALUE")
	}
	f[name] = json.RawMessage(value)
	if !json.Valid(f[name]) {
		f[name], _ = json.Marshal(value) // a string always marshals
	}
	return nil
}

func (l *Lane) explainCommand(ctx context.Context, args []string, stdio lane.IO) error {
	var w where
	attrs := attrFlags{}
	flags := w.flags("explain", stdio)
	user := flags.String("user", "", "id of the user")
	flags.Var(attrs, "attr", "attribute of the request, NAME=VALUE; may be repeated")
	if err := flags.Parse(args); err != nil || flags.NArg() < 1 || flags.NArg() > 2 {
		return lane.Usage("explain takes a PLACEMENT, and if only one is of interest a LINE_ITEM")
	}
	req := &Request{
		Placements: []Ask{{ID: flags.Arg(0)}}, User: UserInfo{ID: *user},
		Explain: Explain{All: flags.Arg(1) == "", LineItem: flags.Arg(1), Offline: w.offline},
	}
	reports, err := l.explainAt(ctx, w, stdio, req, attrs)
	if err != nil {
		return err
	}
	for _, p := range reports {
		printReport(stdio.Out, p)
	}
	if w.offline {
		fmt.Fprintln(stdio.Out, "Budgets were taken to have money: leases are known to a Hotlane that runs only.")
	}
	return nil
}

func (l *Lane) explainAt(ctx context.Context, w where, stdio lane.IO, req *Request, attrs attrFlags) ([]PlacementReport, error) {
	if !w.offline {
		return explainThere(ctx, w.Hotlane, req, attrs)
	}
	object, err := json.Marshal(attrs)
	if err != nil {
		return nil, err
	}
	if err := req.Attributes.UnmarshalJSON(object); err != nil {
		return nil, err
	}
	if err := stdio.Open(ctx); err != nil {
		return nil, err
	}
	if err := l.view(ctx); err != nil {
		return nil, err
	}
	answer, err := l.Decide(ctx, req)
	if err != nil {
		return nil, err
	}
	return answer.Explanation, nil
}

func printReport(w io.Writer, p PlacementReport) {
	fmt.Fprintf(w, "placement %s\n", p.Placement)
	for _, c := range p.Reports {
		if c.Slot > 0 {
			fmt.Fprintf(w, "  %-20s won slot %d\n", c.LineItem, c.Slot)
			continue
		}
		fmt.Fprintf(w, "  %-20s did not win\n", c.LineItem)
		for _, r := range c.Reasons {
			fmt.Fprintf(w, "  %20s %s: %s", "", r.Code, r.Text)
			if r.Detail != "" {
				fmt.Fprintf(w, " (%s)", r.Detail)
			}
			fmt.Fprintln(w)
		}
	}
	if p.More > 0 {
		fmt.Fprintf(w, "  and %d more\n", p.More)
	}
}

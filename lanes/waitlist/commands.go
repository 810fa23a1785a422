package waitlist

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/remote"
)

// Commands of the lane. They ask the process that is running.
func (l *Lane) Commands() []lane.Command {
	return []lane.Command{
		{
			Name: "export", Args: "[-url URL] [-format csv|ndjson] [-bom] LIST", Run: exportCommand,
			Help: "Write all sign-ups of a list, as of now, to standard output.",
		},
		{
			Name: "invite", Args: "[-url URL] LIST WAVE COUNT", Run: inviteCommand,
			Help: "Invite the next COUNT people of a list. The same WAVE again is the same wave: nobody more is invited.",
		},
		{
			Name: "stats", Args: "[-url URL] LIST", Run: statsCommand,
			Help: "Count a list, as JSON.",
		},
	}
}

func exportCommand(ctx context.Context, args []string, stdio lane.IO) error {
	at := remote.New()
	flags := at.Flags("export", stdio.Err)
	format := flags.String("format", "csv", "csv or ndjson")
	bom := flags.Bool("bom", false, "begin with a byte order mark, for Excel")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		return lane.Usage("export takes a LIST")
	}
	q := url.Values{"format": {*format}}
	if *bom {
		q.Set("bom", "1")
	}
	res, err := at.Ask(ctx, http.MethodGet, "/v1/waitlist/"+url.PathEscape(flags.Arg(0))+"/export?"+q.Encode(), "", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(stdio.Out, res.Body); err != nil {
		return fmt.Errorf("the export was cut off: %w", err)
	}
	rows := res.Trailer.Get(rowsTrailer)
	if rows == "" {
		return fmt.Errorf("the export was cut off: it has no %s at its end", rowsTrailer)
	}
	_, err = fmt.Fprintf(stdio.Err, "%s sign-ups\n", rows)
	return err
}

func inviteCommand(ctx context.Context, args []string, stdio lane.IO) error {
	at := remote.New()
	flags := at.Flags("invite", stdio.Err)
	if err := flags.Parse(args); err != nil || flags.NArg() != 3 {
		return lane.Usage("invite takes a LIST, the name of a WAVE and a COUNT")
	}
	count, err := strconv.Atoi(flags.Arg(2))
	if err != nil {
		return lane.Usage("COUNT must be a number")
	}
	var w Wave
	err = at.JSON(ctx, http.MethodPost, "/v1/waitlist/"+url.PathEscape(flags.Arg(0))+"/waves", map[string]any{"name": flags.Arg(1), "count": count}, &w)
	if err != nil {
		return err
	}
	state := "runs"
	if w.Done {
		state = "is done"
	}
	_, err = fmt.Fprintf(stdio.Out, "wave %s of %s %s: %d of at most %d invited\n", w.Name, w.List, state, w.Invited, w.Count)
	return err
}

func statsCommand(ctx context.Context, args []string, stdio lane.IO) error {
	at := remote.New()
	flags := at.Flags("stats", stdio.Err)
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		return lane.Usage("stats takes a LIST")
	}
	res, err := at.Ask(ctx, http.MethodGet, "/v1/waitlist/"+url.PathEscape(flags.Arg(0))+"/stats", "", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(stdio.Out, res.Body)
	return err
}

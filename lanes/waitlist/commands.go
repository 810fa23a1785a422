package waitlist

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/httpio"
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

// remote is a Hotlane that runs, as commands ask it.
type remote struct{ url, key string }

func (r *remote) flags(name string, stdio lane.IO) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(stdio.Err)
	at := os.Getenv("HOTLANE_URL")
	if at == "" {
		at = "http://127.0.0.1:8080"
	}
	f.StringVar(&r.url, "url", at, "where Hotlane runs; also HOTLANE_URL")
	r.key = os.Getenv("HOTLANE_ADMIN_KEY")
	return f
}

// ask sends a request; an answer that is not 200 becomes an error that lists its fields. The caller closes the body.
func (r *remote) ask(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.url, "/")+path, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.key != "" {
		req.Header.Set("Authorization", "Bearer "+r.key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no Hotlane answers at %s; name it with -url: %w", r.url, err)
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	defer res.Body.Close()
	var p httpio.Problem
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&p); err != nil {
		return nil, fmt.Errorf("%s answered %s", r.url, res.Status)
	}
	text := p.Detail
	for _, f := range p.Errors {
		text += "\n  " + f.Pointer + " " + f.Rule
	}
	if res.StatusCode == http.StatusUnauthorized {
		text += "\n  the admin key is read from HOTLANE_ADMIN_KEY"
	}
	return nil, fmt.Errorf("%s (%s)", text, p.Code)
}

func exportCommand(ctx context.Context, args []string, stdio lane.IO) error {
	var r remote
	flags := r.flags("export", stdio)
	format := flags.String("format", "csv", "csv or ndjson")
	bom := flags.Bool("bom", false, "begin with a byte order mark, for Excel")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		return lane.Usage("export takes a LIST")
	}
	q := url.Values{"format": {*format}}
	if *bom {
		q.Set("bom", "1")
	}
	res, err := r.ask(ctx, http.MethodGet, "/v1/waitlist/"+url.PathEscape(flags.Arg(0))+"/export?"+q.Encode(), nil)
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
	var r remote
	flags := r.flags("invite", stdio)
	if err := flags.Parse(args); err != nil || flags.NArg() != 3 {
		return lane.Usage("invite takes a LIST, the name of a WAVE and a COUNT")
	}
	count, err := strconv.Atoi(flags.Arg(2))
	if err != nil {
		return lane.Usage("COUNT must be a number")
	}
	body, err := json.Marshal(map[string]any{"name": flags.Arg(1), "count": count})
	if err != nil {
		return err
	}
	res, err := r.ask(ctx, http.MethodPost, "/v1/waitlist/"+url.PathEscape(flags.Arg(0))+"/waves", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var w Wave
	if err := json.NewDecoder(res.Body).Decode(&w); err != nil {
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
	var r remote
	flags := r.flags("stats", stdio)
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		return lane.Usage("stats takes a LIST")
	}
	res, err := r.ask(ctx, http.MethodGet, "/v1/waitlist/"+url.PathEscape(flags.Arg(0))+"/stats", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(stdio.Out, res.Body)
	return err
}

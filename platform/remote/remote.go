// Package remote is a Hotlane that runs, as commands of the command line ask it: over HTTP, with the admin key of the environment
// (docs/adr/0011).
package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Hotlane is where one runs, and the key that opens it.
type Hotlane struct {
	URL  string
	Key  telemetry.Secret
	Hint string // said when nobody answers: what else could be done; may be empty
}

// New is the one that HOTLANE_URL names, http://127.0.0.1:8080 without it, with the key of HOTLANE_ADMIN_KEY.
func New() *Hotlane {
	h := &Hotlane{URL: os.Getenv("HOTLANE_URL"), Key: telemetry.Secret(os.Getenv("HOTLANE_ADMIN_KEY"))}
	if h.URL == "" {
		h.URL = "http://127.0.0.1:8080"
	}
	return h
}

// Flags are a command's flags, with -url among them. What is wrong with them is said on out.
func (h *Hotlane) Flags(name string, out io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&h.URL, "url", h.URL, "where Hotlane runs; also HOTLANE_URL")
	return f
}

// Ask sends a request with a body of this media type, if there is one. An answer other than 2xx is an error that says what the API
// said, with its fields. The caller closes the answer's body.
func (h *Hotlane) Ask(ctx context.Context, method, path, media string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(h.URL, "/")+path, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", media)
	}
	if h.Key != "" {
		req.Header.Set("Authorization", "Bearer "+h.Key.Reveal())
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no Hotlane answers at %s; name it with -url%s: %w", h.URL, h.Hint, err)
	}
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		return res, nil
	}
	defer res.Body.Close()
	return nil, h.refusal(res)
}

// JSON sends in as JSON, unless it is nil, and decodes the answer into out, unless that is nil.
func (h *Hotlane) JSON(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	res, err := h.Ask(ctx, method, path, "application/json", body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("%s answered what is not understood: %w", h.URL, err)
	}
	return nil
}

// refusal is a problem in words.
func (h *Hotlane) refusal(res *http.Response) error {
	var p httpio.Problem
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&p); err != nil || p.Code == "" { // not one of ours
		return fmt.Errorf("%s answered %s", h.URL, res.Status)
	}
	text := p.Detail
	for _, f := range p.Errors {
		text += "\n  " + f.Pointer + " " + f.Rule
	}
	if res.StatusCode == http.StatusUnauthorized {
		text += "\n  the admin key is read from HOTLANE_ADMIN_KEY"
	}
	return fmt.Errorf("%s (%s)", text, p.Code)
}

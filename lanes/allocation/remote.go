package allocation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/hotlane/hotlane/platform/httpio"
)

// remote is a Hotlane that runs, as commands ask it.
type remote struct{ url, key string }

func (r remote) importThings(ctx context.Context, format, kind string, in io.Reader) (*Imported, error) {
	media := map[string]string{"ndjson": "application/x-ndjson", "csv": "text/csv"}[format]
	done := new(Imported)
	err := r.post(ctx, "/v1/allocation/import?kind="+url.QueryEscape(kind), media, in, done)
	return done, err
}

func (r remote) explain(ctx context.Context, req *Request, attrs attrFlags) ([]PlacementReport, error) {
	body, err := json.Marshal(map[string]any{
		"placements": req.Placements, "user": map[string]string{"id": req.User.ID}, "attributes": attrs, "explain": req.Explain,
	})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Explanation []PlacementReport `json:"explanation"`
	}
	err = r.post(ctx, "/v1/allocations", "application/json", bytes.NewReader(body), &answer)
	return answer.Explanation, err
}

// post sends a body and decodes the answer; a problem becomes an error that lists its fields.
func (r remote) post(ctx context.Context, path, media string, body io.Reader, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(r.url, "/")+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", media)
	if r.key != "" {
		req.Header.Set("Authorization", "Bearer "+r.key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("no Hotlane answers at %s; name it with -url, or work on its databases with -offline: %w", r.url, err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		return json.NewDecoder(res.Body).Decode(out)
	}
	var p httpio.Problem
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&p); err != nil {
		return fmt.Errorf("%s answered %s", r.url, res.Status)
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

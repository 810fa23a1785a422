package allocation

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"github.com/hotlane/hotlane/platform/remote"
)

// importThere imports into a Hotlane that runs.
func importThere(ctx context.Context, at *remote.Hotlane, format, kind string, in io.Reader) (*Imported, error) {
	media := map[string]string{"ndjson": "application/x-ndjson", "csv": "text/csv"}[format]
	res, err := at.Ask(ctx, http.MethodPost, "/v1/allocation/import?kind="+url.QueryEscape(kind), media, in)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	done := new(Imported)
	return done, json.NewDecoder(res.Body).Decode(done)
}

// explainThere asks a Hotlane that runs.
func explainThere(ctx context.Context, at *remote.Hotlane, req *Request, attrs attrFlags) ([]PlacementReport, error) {
	var answer struct {
		Explanation []PlacementReport `json:"explanation"`
	}
	err := at.JSON(ctx, http.MethodPost, "/v1/allocations", map[string]any{
		"placements": req.Placements, "user": map[string]string{"id": req.User.ID}, "attributes": attrs, "explain": req.Explain,
	}, &answer)
	return answer.Explanation, err
}

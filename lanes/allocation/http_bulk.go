package allocation

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/identity"
)

func (l *Lane) bulkRoutes() []lane.Route {
	return []lane.Route{
		{
			Pattern: "POST /v1/allocation/import", Effect: lane.Write, Class: admit.Bulk, Access: identity.Admin,
			Limits:  lane.Limits{Body: maxImport, Time: 5 * time.Minute},
			Summary: "Import things, all or none: NDJSON, or CSV with ?kind=line_items", Handler: lane.HTTP(l.importThings),
		},
		{
			Pattern: "GET /v1/allocation/reports", Effect: lane.Read, Class: admit.Bulk, Access: identity.Admin,
			Summary: "What was decided, seen, clicked and spent", Handler: lane.JSON(l.Summary),
		},
		{
			Pattern: "GET /v1/allocation/reports.csv", Effect: lane.Read, Class: admit.Bulk, Access: identity.Admin,
			Summary: "The same as CSV; parameters as of reports", Handler: lane.HTTP(l.reportCSV),
		},
		{
			Pattern: "GET /v1/allocation/audit", Effect: lane.Read, Class: admit.Normal, Access: identity.Admin,
			Summary: "Who changed what, newest first", Handler: lane.JSON(l.audit),
		},
	}
}

func (l *Lane) importThings(w http.ResponseWriter, r *http.Request) error {
	kind := queryKinds[r.URL.Query().Get("kind")]
	done, err := l.Import(r.Context(), importFormat(r.Header.Get("Content-Type")), kind, r.Body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(done)
}

func importFormat(contentType string) string {
	media, _, _ := mime.ParseMediaType(contentType) // what cannot be parsed is no format
	switch media {
	case "application/x-ndjson", "application/jsonl", "application/json":
		return "ndjson"
	case "text/csv":
		return "csv"
	}
	return ""
}

// AuditIn narrows the audit log.
type AuditIn struct {
	Kind   string `query:"kind" enum:"advertiser,campaign,line_item,creative,placement"`
	ID     string `query:"id" maxLength:"64"`
	Before int64  `query:"before" minimum:"0" doc:"the next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// AuditOut is a page of the audit log.
type AuditOut struct {
	Entries []AuditEntry `json:"entries"`
	Next    int64        `json:"next,omitempty"`
}

func (l *Lane) audit(ctx context.Context, in *AuditIn) (*AuditOut, error) {
	entries, err := l.store.Audit(ctx, Kind(in.Kind), in.ID, in.Before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &AuditOut{Entries: entries}
	if len(entries) == in.Limit {
		out.Next = entries[len(entries)-1].Seq
	}
	return out, nil
}

// reportCSV writes one line a row. A cell that a spreadsheet would take for a formula gets a quote before it.
func (l *Lane) reportCSV(w http.ResponseWriter, r *http.Request) error {
	in, err := reportQuery(r.URL.Query())
	if err != nil {
		return err
	}
	out, err := l.Summary(r.Context(), in)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="allocation-report.csv"`)
	lines := csv.NewWriter(w)
	if err := lines.Write([]string{"time", "line_item", "creative", "placement", "decisions", "impressions", "clicks", "ctr", "conversions", "spend_micros"}); err != nil {
		return err
	}
	for _, row := range out.Rows {
		err := lines.Write([]string{
			row.Time.Format(time.RFC3339), safeCell(row.LineItem), safeCell(row.Creative), safeCell(row.Placement),
			number(row.Decisions), number(row.Impressions), number(row.Clicks), strconv.FormatFloat(row.CTR, 'f', 6, 64),
			number(row.Conversions), number(row.Spend),
		})
		if err != nil {
			return err
		}
	}
	lines.Flush()
	return lines.Error()
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func safeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

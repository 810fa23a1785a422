package allocation

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
)

// Routes are all endpoints of the lane.
func (l *Lane) Routes() []lane.Route {
	ask := map[string]identity.Access{"public": identity.Public, "user": identity.User, "service": identity.Service}[l.cfg.Access]
	routes := []lane.Route{
		{
			Pattern: "POST /v1/allocations", Effect: lane.Write, Key: "user.id", Class: admit.Critical, Access: ask,
			Summary: "Decide what to show", Handler: lane.JSON(l.allocate),
		},
		{
			Pattern: "GET /v1/events/{kind}/{token}", Effect: lane.Write, Key: "token", Class: admit.Critical, Access: identity.Public,
			Summary: "Report an impression, click or conversion", Handler: lane.HTTP(l.pixel),
		},
		{
			Pattern: "POST /v1/events", Effect: lane.Write, Class: admit.Critical, Access: identity.Public,
			Summary: "Report events in bulk", Handler: lane.JSON(l.report),
		},
	}
	routes = append(routes, l.adminRoutes()...)
	routes = append(routes, l.sourceRoutes()...)
	return append(routes, l.pageRoutes()...)
}

func (l *Lane) allocate(ctx context.Context, in *Request) (*Answer, error) {
	if !in.Explain.IsZero() && identity.From(ctx).Access < identity.Service {
		return nil, ErrExplain
	}
	return l.Decide(ctx, in)
}

// EventsIn are events in bulk.
type EventsIn struct {
	Events []EventIn `json:"events" minItems:"1" maxItems:"1000"`
}

// EventIn is one event.
type EventIn struct {
	Type  string `json:"type" enum:"impression,click,conversion"`
	Token string `json:"token" minLength:"1" maxLength:"200"`
}

// EventsOut says of each event, in order, what became of it.
type EventsOut struct {
	Results []EventOut `json:"results"`
}

// EventOut is what became of one event.
type EventOut struct {
	Status string `json:"status" enum:"recorded,repeated,refused" doc:"repeated: it was known already, nothing changed; refused: sending it again will not help"`
	Code   string `json:"code,omitempty" doc:"why it was refused"`
}

func (l *Lane) report(ctx context.Context, in *EventsIn) (*EventsOut, error) {
	reports := make([]Reported, len(in.Events))
	for i, e := range in.Events {
		kind, err := parseEventKind(e.Type)
		if err != nil {
			return nil, err
		}
		reports[i] = Reported{Kind: kind, Token: e.Token}
	}
	if err := l.ReportAll(ctx, reports); err != nil {
		return nil, err
	}
	out := &EventsOut{Results: make([]EventOut, len(reports))}
	for i := range reports {
		out.Results[i] = EventOut{Status: outcome(reports[i].First), Code: codeOf(reports[i].Err)}
		if reports[i].Err != nil {
			out.Results[i].Status = "refused"
		}
	}
	return out, nil
}

// transparent is a GIF of one pixel.
var transparent = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// pixel answers an impression or conversion with one pixel, and a click with a redirection. A click that cannot be made
// durable just now still takes its user to the landing: the header says that it was not recorded.
func (l *Lane) pixel(w http.ResponseWriter, r *http.Request) error {
	kind, err := parseEventKind(r.PathValue("kind"))
	if err != nil {
		return err
	}
	tok := r.PathValue("token")
	w.Header().Set("Cache-Control", "no-store")
	if kind == Click {
		return l.click(w, r, tok)
	}
	if err := l.happened(r, kind, tok); err != nil {
		return err
	}
	if kind == Conversion {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("Content-Type", "image/gif")
	_, err = w.Write(transparent)
	return err
}

func (l *Lane) click(w http.ResponseWriter, r *http.Request, tok string) error {
	landing, err := l.Landing(tok)
	if err != nil {
		return err
	}
	if err := l.happened(r, Click, tok); err != nil {
		w.Header().Set("X-Hotlane-Not-Recorded", codeOf(err))
	}
	if landing == "" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("Location", asciiURL(landing))
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusFound)
	return nil
}

// happened reports the event. A HEAD is none: mail scanners and link checkers send it, and a click may cost money.
func (l *Lane) happened(r *http.Request, kind EventKind, tok string) error {
	if r.Method == http.MethodHead {
		_, err := l.verify(tok, l.now())
		return err
	}
	if kind == Click {
		return l.ReportClick(r.Context(), tok)
	}
	_, err := l.Report(r.Context(), kind, tok)
	return err
}

// asciiURL escapes what a header cannot carry to every client alike (RFC 9110, 5.5): spaces and all that is not ASCII.
func asciiURL(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// codeOf is the code of a refusal; "" for none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

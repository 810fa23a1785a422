package httpio

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/hotlane/hotlane/platform/fault"
)

// RequestIDHeader carries the id of a request, on its answer and to the upstream.
const RequestIDHeader = "X-Request-Id"

// Problem is an error answer as RFC 9457 (application/problem+json) has it, with the house's code, fields and request id.
type Problem struct {
	Type      string        `json:"type"`
	Title     string        `json:"title"`
	Status    int           `json:"status"`
	Code      string        `json:"code"`
	Detail    string        `json:"detail"`
	Errors    []fault.Field `json:"errors,omitempty"`
	RequestID string        `json:"request_id,omitempty"`
}

// WriteProblem answers with the fault in err. The request id is the one already set on the answer's header.
// What is wrong inside is never sent: log err where it is handled.
func WriteProblem(w http.ResponseWriter, err error) {
	f := fault.From(err)
	status := f.Kind.Status()
	h := w.Header()
	body, merr := json.Marshal(Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Code: f.Code, Detail: f.Text, Errors: f.Fields, RequestID: h.Get(RequestIDHeader),
	})
	if merr != nil { // strings and ints only: cannot happen
		panic(merr)
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if f.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone; there is nobody left to tell
}

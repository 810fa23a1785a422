package edge

import (
	"net/http"
	"strings"

	"github.com/hotlane/hotlane/edge/strict"
	"github.com/hotlane/hotlane/platform/fault"
)

// guard refuses what may not go on. HTTP/1 was looked at before it was parsed; this is for HTTP/2, whose framing is
// sound but whose fields end up on an upstream's HTTP/1 lines, and for a server that does not use the strict listener.
func guard(r *http.Request) error {
	c := connOf(r)
	if r.Method == refusedMethod && c != nil && c.refusal != nil {
		return c.refusal
	}
	rule := methodProblem(r.Method)
	if rule == "" && c == nil {
		rule = requestProblem(r)
	}
	if rule == "" {
		return nil
	}
	return ErrMalformed.With(fault.Field{Pointer: "request", Rule: string(rule)})
}

func methodProblem(method string) strict.Refusal {
	switch {
	case method == http.MethodConnect:
		return strict.Connect
	case !strict.ValidMethod(method):
		return strict.BadMethod
	}
	return ""
}

func requestProblem(r *http.Request) strict.Refusal {
	switch {
	case !strict.ValidTarget(rawTarget(r)):
		return strict.BadTarget
	case r.Host != "" && !strict.ValidHost(r.Host) || r.Host == "" && r.ProtoAtLeast(1, 1):
		return strict.BadHost
	case !soundLength(r):
		return strict.BadLength
	case !soundExpect(r.Header["Expect"]):
		return strict.BadExpect
	case len(r.Header["Upgrade"]) > 0 && (len(r.Header["Upgrade"]) > 1 || r.ProtoMajor > 1 ||
		!strings.EqualFold(r.Header["Upgrade"][0], "websocket") || isWebSocket(r.Header) && r.Method != http.MethodGet):
		return strict.BadUpgrade
	}
	return ""
}

// soundLength refuses lengths that net/http's HTTP/2 server reads as 0: their bodies would be dropped.
func soundLength(r *http.Request) bool {
	lines := r.Header["Content-Length"]
	if len(lines) == 0 {
		return true
	}
	if len(lines) > 1 || lines[0] == "" || len(lines[0]) > 18 {
		return false
	}
	return strings.Trim(lines[0], "0123456789") == ""
}

func soundExpect(lines []string) bool {
	for _, l := range lines {
		if l != "" && !strings.EqualFold(l, strict.Continue) {
			return false
		}
	}
	return true
}

// rawTarget is the request's path and query as they came.
func rawTarget(r *http.Request) string {
	t := r.RequestURI
	if t == "" {
		return r.URL.RequestURI()
	}
	if t[0] == '/' || t == "*" {
		return t
	}
	_, rest, ok := strings.Cut(t, "://") // absolute form; its host is the Host
	if !ok {
		return t
	}
	i := strings.IndexAny(rest, "/?")
	switch {
	case i < 0:
		return "/"
	case rest[i] == '?':
		return "/" + rest[i:]
	}
	return rest[i:]
}

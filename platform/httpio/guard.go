package httpio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/hotlane/hotlane/platform/fault"
)

// panicked answers what recover returned with 500, and logs it with its stack. An answer that has begun cannot be unsaid: its
// connection is aborted.
func panicked(w http.ResponseWriter, r *http.Request, o Options, p any, begun bool) {
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	if begun {
		o.log(r.Context(), err)
		panic(http.ErrAbortHandler)
	}
	refuse(w, r, o, err)
}

// statusClientLeft is nginx's 499: for the metrics, nobody is left to read it.
const statusClientLeft = 499

// refuse answers with a problem, and logs what is our own fault. A client that has gone is nobody's fault.
func refuse(w http.ResponseWriter, r *http.Request, o Options, err error) {
	f := fault.From(err)
	gone := r.Context().Err() != nil && errors.Is(err, r.Context().Err())
	if gone && f.Kind == fault.Internal && errors.Is(err, context.Canceled) {
		w.WriteHeader(statusClientLeft)
		return
	}
	if f.Kind.Status() >= http.StatusInternalServerError && f.Unwrap() != nil && !gone {
		o.log(r.Context(), err)
	}
	WriteProblem(w, err)
}

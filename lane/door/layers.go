package door

import (
	"context"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/hotlane/hotlane/platform/httpio"
)

// requestID sets the answer's id where the edge has not yet done so.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := w.Header(); h.Get(httpio.RequestIDHeader) == "" {
			h.Set(httpio.RequestIDHeader, ulid.Make().String())
		}
		next.ServeHTTP(w, r)
	})
}

// deadline ends the request's context in time, and lets it name the request. A negative limit has no end but the client's.
func deadline(limit time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if limit >= 0 {
			limited, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			ctx = limited
		}
		next.ServeHTTP(w, r.WithContext(request{ctx, w.Header().Get(httpio.RequestIDHeader)}))
	})
}

// request is the context of a request that knows its id.
type request struct {
	context.Context
	id string
}

type idKey struct{}

func (r request) Value(key any) any {
	if key == (idKey{}) {
		return r.id
	}
	return r.Context.Value(key)
}

// RequestID is the id of the request whose context this is; empty outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

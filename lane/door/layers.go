package door

import (
	"net/http"
	"net/netip"
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

// deadline ends the request's context in time, and lets it name the request and its client. A negative limit has no end but the
// client's.
func deadline(limit time.Duration, client func(*http.Request) netip.Addr, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := &request{Context: r.Context(), id: w.Header().Get(httpio.RequestIDHeader), from: r, client: client}
		if limit >= 0 {
			ctx.by = time.Now().Add(limit)
		}
		defer ctx.end()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

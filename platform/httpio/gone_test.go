package httpio

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/hotlane/hotlane/platform/fault"
)

// TestWhoLeavesIsNotOurFailure: what ends because the client has gone is 499 in the figures and not in the log; a refusal stays one.
func TestWhoLeavesIsNotOurFailure(t *testing.T) {
	errTaken := fault.New(fault.Conflict, "shop.taken", "It is taken.")
	for name, tt := range map[string]struct {
		err    func(ctx context.Context) error
		status int
	}{
		"it ended with the client": {func(ctx context.Context) error { return fmt.Errorf("query: %w", ctx.Err()) }, 499},
		"it was refused":           {func(context.Context) error { return errTaken }, 409},
	} {
		t.Run(name, func(t *testing.T) {
			fn := func(ctx context.Context, _ *struct{}) (*struct{}, error) { return nil, tt.err(ctx) }
			w := ask(t, fn, "GET /x", "/x", "", func(r *http.Request) {
				ctx, leave := context.WithCancel(r.Context())
				leave()
				*r = *r.WithContext(ctx)
			})
			if w.Code != tt.status {
				t.Errorf("%d, want %d", w.Code, tt.status)
			}
		})
	}
}

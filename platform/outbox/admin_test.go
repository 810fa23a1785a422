package outbox_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/outbox"
)

// TestOperators see what is parked, have it handed over again at once, and give it up.
func TestOperators(t *testing.T) {
	each(t, outbox.Options{Attempts: 1}, func(t *testing.T, p *process) {
		p.start(func(context.Context, *db.Tx, outbox.Event, int) error { return errHandler })
		p.tell(sold, 1)
		p.work()
		routes := outbox.Handlers(func() map[string]*outbox.Outbox { return map[string]*outbox.Outbox{"shop": p.shop, "stock": p.stock} })
		site := http.NewServeMux()
		for pattern, h := range map[string]httpio.Handler{
			"GET /events": routes.List,
			"POST /events/{lane}/{listener}/{id}/retry": routes.Retry,
			"DELETE /events/{lane}/{listener}/{id}":     routes.Remove,
		} {
			compiled, err := httpio.Compile(h, pattern, httpio.Options{})
			must(t, err)
			site.Handle(pattern, compiled)
		}
		ask := func(method, path string, status int) []byte {
			t.Helper()
			w := httptest.NewRecorder()
			site.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
			if w.Code != status {
				t.Fatalf("%s %s: %d, not %d: %s", method, path, w.Code, status, w.Body)
			}
			return w.Body.Bytes()
		}
		var list outbox.List
		must(t, json.Unmarshal(ask("GET", "/events", 200), &list))
		if len(list.Parked) != 2 || list.Parked[0].Error != errHandler.Error() {
			t.Fatalf("parked: %+v", list.Parked)
		}
		id := list.Parked[0].ID
		ask("POST", "/events/shop/stock/"+id+"/retry", 204)
		if n := p.work(); n != 0 { // it fails again
			t.Errorf("%d handled", n)
		}
		ask("DELETE", "/events/shop/stock/"+id, 204)
		ask("DELETE", "/events/shop/stock/"+id, 404)
		ask("POST", "/events/shop/stock/"+id+"/retry", 404)
		ask("POST", "/events/nobody/stock/"+id+"/retry", 404)
		ask("DELETE", "/events/nobody/stock/"+id, 404)
		ask("GET", "/events?limit=101", 422)
		if n := p.waiting(); n != 1 {
			t.Errorf("%d rows, want the one of the other listener", n)
		}
	})
}

package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// api serves the HTTP API, without the keys that the program asks for.
func (r *rig) api() *http.ServeMux {
	r.t.Helper()
	mux := http.NewServeMux()
	for _, route := range r.Admin() {
		h, err := httpio.Compile(route.Handler, route.Pattern, httpio.Options{})
		if err != nil {
			r.t.Fatal(err)
		}
		mux.Handle(route.Pattern, h)
	}
	return mux
}

// ask asks the API, with a body by POST; into may be nil.
func ask(t *testing.T, api http.Handler, path, body string, into any) (status int, answer string) {
	t.Helper()
	method, from := http.MethodGet, io.Reader(nil)
	if body != "" {
		method, from = http.MethodPost, strings.NewReader(body)
	}
	req := httptest.NewRequest(method, "/_hotlane/live/"+path, from)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, req)
	if into != nil && w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			t.Fatalf("%s: %v: %s", path, err, w.Body)
		}
	}
	return w.Code, w.Body.String()
}

func TestNobodyButServicesAndOperatorsMayUseTheAPI(t *testing.T) {
	r := newRig(t, options{})
	for _, route := range r.Admin() {
		if route.Access != identity.Service || route.Summary == "" || route.Write != strings.HasPrefix(route.Pattern, "POST ") {
			t.Errorf("%+v", route)
		}
	}
}

func TestABackendPublishes(t *testing.T) {
	r := newRig(t, options{})
	api := r.api()
	ann := dial(t, r.url, protocol.JSON)
	ann.in("ann")
	ann.subscribe("room:1")
	for _, c := range []struct {
		body   string
		offset uint64
	}{
		{`{"channel":"user:ann","data":{"n":1}}`, 1},
		{`{"channel":"user:ann","data":{"op":"backend-1:1","n":2}}`, 2},
		{`{"channel":"user:ann","data":{"op":"backend-1:1","n":2}}`, 2}, // again
		{`{"channel":"user:ann","op":"backend-1:2","data":{"n":3}}`, 3},
		{`{"channel":"user:ann","op":"backend-1:2","data":{"n":3}}`, 3},
		{`{"channel":"room:1","data":{"n":1},"user":"bob"}`, 1},
	} {
		var at Published
		if status, answer := ask(t, api, "publish", c.body, &at); status != 200 || at.Offset != c.offset || at.Epoch == "" {
			t.Errorf("%s: %d %s", c.body, status, answer)
		}
	}
	for _, want := range []string{"user:ann 1", "user:ann 2", "user:ann 3", "room:1 1"} {
		if p := ann.push(); p.Pub == nil || fmt.Sprint(p.Channel, " ", p.Pub.Offset) != want {
			t.Errorf("%+v, want %s", p, want)
		}
	}
	for body, status := range map[string]int{
		`{"channel":"nothing:1","data":{}}`:                404,
		`{"channel":"room:","data":{}}`:                    404,
		`{"channel":"room:1","data":[1]}`:                  422,
		`{"channel":"room:1","data":null}`:                 422,
		`{"channel":"room:1","data":5,"op":"backend-1:9"}`: 422,
		`{"channel":"room:1","data":{"op":"x"}}`:           422,
		`{"channel":"room:1","data":{},"op":"x"}`:          422,
		`{"channel":"room:1"}`:                             422,
		`{"channel":"room:1","data":{},"unknown":"yes"}`:   422,
	} {
		if got, answer := ask(t, api, "publish", body, nil); got != status {
			t.Errorf("%s: %d %s", body, got, answer)
		}
	}
}

func TestABroadcastSaysWhatBecameOfIt(t *testing.T) {
	r := newRig(t, options{})
	ann := dial(t, r.url, protocol.JSON)
	ann.in("ann")
	channels := []string{"nothing:1", "user:ann"}
	for i := range 100 {
		channels = append(channels, fmt.Sprint("news:", i))
	}
	names, err := json.Marshal(channels)
	if err != nil {
		t.Fatal(err)
	}
	var out BroadcastOut
	if status, answer := ask(t, r.api(), "broadcast", fmt.Sprintf(`{"channels":%s,"data":{"n":1}}`, names), &out); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	for i, got := range out.Results {
		if got.Channel != channels[i] || (got.Published == nil) != (i == 0) || (got.Code == "live.unknown_channel") != (i == 0) {
			t.Errorf("%d: %+v", i, got)
		}
	}
	if p := ann.push(); p.Channel != "user:ann" || p.Pub == nil {
		t.Errorf("%+v", p)
	}
}

func TestOperatorsSeeWhoIsThere(t *testing.T) {
	r := newRig(t, options{})
	api := r.api()
	var all []*client
	for i := range 5 {
		c := dial(t, r.url, protocol.JSON)
		c.in(fmt.Sprint("user", i%2))
		c.subscribe("room:1")
		all = append(all, c)
	}
	dial(t, r.url, protocol.JSON) // says nothing yet
	eventually(t, "it is there", func() bool { return len(r.sessions()) == 6 })
	if err := all[0].publish("room:1", op("instance", 1)); err != nil {
		t.Fatal(err)
	}

	var page Connections
	seen, after := map[string]bool{}, ""
	for range 3 {
		page = Connections{}
		ask(t, api, "connections?limit=2&after="+after, "", &page)
		for _, c := range page.Connections {
			seen[c.ID] = true
			if c.User != "" && fmt.Sprint(c.Channels) != fmt.Sprintf("[room:1 user:%s]", c.User) || c.Address != "127.0.0.1" || c.Since != r.clock.Now() {
				t.Errorf("%+v", c)
			}
		}
		after = page.Next
	}
	if len(seen) != 6 || after != "" {
		t.Errorf("%d connections, then %q", len(seen), after)
	}
	page = Connections{}
	if ask(t, api, "connections?user=user1", "", &page); len(page.Connections) != 2 {
		t.Errorf("of one user: %+v", page)
	}

	var open OpenChannels
	ask(t, api, "channels?limit=2", "", &open)
	if len(open.Channels) != 2 || open.Channels[0].Name != "room:1" || open.Channels[0].Offset != 1 || open.Channels[0].Members != 5 || open.Next != "user:user0" {
		t.Errorf("%+v", open)
	}
	open = OpenChannels{}
	if ask(t, api, "channels?prefix=user:&after=user:user0", "", &open); len(open.Channels) != 1 || open.Channels[0].Name != "user:user1" {
		t.Errorf("%+v", open)
	}

	var in PresenceOut
	if ask(t, api, "presence?channel=room:1&limit=3", "", &in); in.Clients != 5 || in.Users != 2 || len(in.Presence) != 3 || in.Next == "" {
		t.Errorf("%+v", in)
	}
	var log HistoryOut
	if ask(t, api, "history?channel=room:1", "", &log); log.Offset != 1 || len(log.Entries) != 1 || log.Entries[0].Op != "instance:1" ||
		log.Entries[0].User != "user0" || string(log.Entries[0].Data) != op("instance", 1) {
		t.Errorf("%+v", log)
	}
	log = HistoryOut{}
	if ask(t, api, "history?channel=room:1&epoch="+open.Channels[0].Epoch+"x&offset=1", "", &log); log.Offset != 0 {
		t.Errorf("of another epoch: %+v", log)
	}
	var infos InfoOut
	ask(t, api, "info", "", &infos)
	if info := infos.Nodes[0]; info.Connections != 6 || info.Users != 2 || info.Subscriptions != 10 || info.Draining || info.Node == "" {
		t.Errorf("%+v", info)
	}
	for _, path := range []string{"presence?channel=nothing:1", "history?channel=nothing:1"} {
		if status, answer := ask(t, api, path, "", nil); status != 404 {
			t.Errorf("%s: %d %s", path, status, answer)
		}
	}
}

func TestOperatorsDisconnect(t *testing.T) {
	r := newRig(t, options{})
	api := r.api()
	one, other := dial(t, r.url, protocol.JSON), dial(t, r.url, protocol.JSON)
	id := one.in("ann").Client
	other.in("ann")
	var done Done
	if ask(t, api, "disconnect", fmt.Sprintf(`{"client":%q,"code":4001,"reason":"moved"}`, id), &done); done.Here != 1 {
		t.Errorf("%+v", done)
	}
	if code := one.ended(); code != 4001 || one.reason.Load() != "moved" {
		t.Errorf("code %d %v", code, one.reason.Load())
	}
	ask(t, api, "disconnect", `{"user":"ann"}`, &done)
	if code := other.ended(); code != protocol.DisconnectForceNoReconnect.Code {
		t.Errorf("code %d", code)
	}
	for path, body := range map[string]string{
		"disconnect": `{}`, "disconnect?": `{"user":"ann","code":1000}`, "unsubscribe": `{"channel":"room:1"}`, "revoke": `{}`,
	} {
		if status, answer := ask(t, api, path, body, nil); status != 422 {
			t.Errorf("%s %s: %d %s", path, body, status, answer)
		}
	}
	if ask(t, api, "disconnect", `{"user":"nobody"}`, &done); done.Here != 0 {
		t.Errorf("nobody: %+v", done)
	}
}

//go:build integration

package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hotlane/hotlane/test/browser"
)

// TestSDKInABrowser has a page of another origin use the SDK, through a disconnect, an outage of the network and a token that expires.
func TestSDKInABrowser(t *testing.T) {
	installed(t)
	var p *process
	pages := httptest.NewServer(appOf(t, func() *process { return p }))
	t.Cleanup(pages.Close)
	p = start(t, liveSite(t, "", "origins: [\""+pages.URL+"\"]"), "serve")

	tab := browser.Open(t).Tab(t, browser.View{Expect: func(text, url string) bool { return strings.Contains(text, "ERR_INTERNET_DISCONNECTED") }})
	tab.Go(pages.URL)
	for _, build := range []string{"json", "protobuf"} {
		titled(t, tab, "take the network: "+build)
		tab.Offline(true)
		titled(t, tab, "give it back: "+build)
		if a := p.do("POST", "/_hotlane/live/publish", serviceKey, `{"channel":"room:browser-`+build+`","data":{"n":4}}`); a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		tab.Offline(false)
	}
	titled(t, tab, "done")
}

// titled waits for the page to be so far.
func titled(t *testing.T, tab browser.Tab, want string) {
	t.Helper()
	tab.Until(want, func() bool {
		title := tab.Text("document.title")
		if strings.HasPrefix(title, "failed") {
			t.Fatal(title)
		}
		return title == want
	})
}

// appOf is an app: its page, its tokens, and what its backend asks of the program.
func appOf(t *testing.T, p func() *process) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/browser.mjs"></script>`)
	})
	mux.Handle("GET /browser.mjs", module(filepath.Join(sdkScripts, "browser.mjs")))
	mux.Handle("GET /centrifuge/index.mjs", module(filepath.Join(sdkScripts, "node_modules/centrifuge/build/index.mjs")))
	mux.Handle("GET /centrifuge/protobuf/index.mjs", module(filepath.Join(sdkScripts, "node_modules/centrifuge/build/protobuf/index.mjs")))
	mux.HandleFunc("GET /settings", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"socket": "ws" + strings.TrimPrefix(p().url, "http") + "/connection/websocket"})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		seconds, err := strconv.Atoi(r.FormValue("seconds"))
		if err != nil {
			t.Error(err)
		}
		claims := jwt.MapClaims{"sub": r.FormValue("user"), "exp": time.Now().Add(time.Duration(seconds) * time.Second).Unix()}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(tokenSecret))
		if err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, token)
	})
	mux.HandleFunc("POST /live/{what}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		a := p().do("POST", "/_hotlane/live/"+r.PathValue("what"), serviceKey, string(body))
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	})
	return mux
}

func module(file string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		http.ServeFile(w, r, file)
	})
}

package profiles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// demoService stands in for the third party in a demo: an imaginary social network, which answers slowly, allows only so many
// requests a second, and changes its mind about its schema while one watches. The lane knows nothing of it but its address.
type demoService struct {
	log      *slog.Logger
	now      func() time.Time
	pause    func(context.Context, time.Duration) error // latency
	began    time.Time
	schema   atomic.Int32 // 0: by the clock; tests set one
	ids      map[string]int
	listener net.Listener
	client   *http.Transport // of the lane

	mu     sync.Mutex
	second int64 // unix
	calls  int   // in it
}

const (
	demoRate    = 20 // requests a second that it allows
	demoFirstID = 1001
)

func newDemoService(now func() time.Time, log *slog.Logger) *demoService {
	d := &demoService{log: log, now: now, pause: sleep, began: now(), ids: map[string]int{}}
	for i, p := range demoPeople {
		d.ids[strings.ToLower(p.username)] = demoFirstID + i
	}
	d.client = d.transport()
	return d
}

// listen opens its port on this machine.
func (d *demoService) listen(ctx context.Context) (err error) {
	d.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("the stand-in of the demo: %w", err)
	}
	return nil
}

// transport leads to it, whatever the host is called: the lane speaks real HTTP with it.
func (d *demoService) transport() *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			if d.listener == nil {
				return nil, errors.New("the stand-in of the demo has not begun")
			}
			return (&net.Dialer{}).DialContext(ctx, "tcp", d.listener.Addr().String())
		},
		MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, ResponseHeaderTimeout: 10 * time.Second,
	}
}

// run serves until the context ends; what is under way may finish within a second.
func (d *demoService) run(ctx context.Context) error {
	server := &http.Server{Handler: d.routes(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = server.Shutdown(wait) // what is left is closed below
	})
	err := server.Serve(d.listener)
	if !stop() {
		<-stopped
	}
	_ = server.Close()
	d.client.CloseIdleConnections()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("the stand-in of the demo: %w", err)
}

func (d *demoService) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /people/{username}", d.limited(func(w http.ResponseWriter, r *http.Request) {
		d.answer(w, r, d.ids[strings.ToLower(r.PathValue("username"))])
	}))
	mux.HandleFunc("GET /people/by-id/{id}", d.limited(func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			id = 0
		}
		d.answer(w, r, id)
	}))
	mux.HandleFunc("GET /pictures/{id}", d.picture)
	mux.HandleFunc("GET /{username}", d.page)
	return mux
}

// limited allows so many requests a second, and lets those wait that it allows: 80 to 400 ms, and one in thirty much longer.
func (d *demoService) limited(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Schema-Version", strconv.Itoa(d.schemaNow()))
		if !d.allow() {
			h.Set("Retry-After", "1")
			demoJSON(w, http.StatusTooManyRequests, map[string]string{"error": "rate limit exceeded"})
			return
		}
		wait := time.Duration(80+rand.IntN(320)) * time.Millisecond
		if rand.IntN(30) == 0 {
			wait = time.Duration(1500+rand.IntN(1000)) * time.Millisecond
		}
		if d.pause(r.Context(), wait) != nil {
			return
		}
		next(w, r)
	}
}

func (d *demoService) allow() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if second := d.now().Unix(); second != d.second {
		d.second, d.calls = second, 0
	}
	d.calls++
	return d.calls <= demoRate
}

func (d *demoService) schemaNow() int {
	if n := d.schema.Load(); n != 0 {
		return int(n)
	}
	return demoSchemaAt(d.now().Sub(d.began))
}

func (d *demoService) answer(w http.ResponseWriter, r *http.Request, id int) {
	at := id - demoFirstID
	if at < 0 || at >= len(demoPeople) {
		demoJSON(w, http.StatusNotFound, map[string]string{"error": "not found"})
		return
	}
	body := demoPeople[at].document(id, d.schemaNow(), d.now(), "http://"+d.listener.Addr().String())
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", tag)
	if sameTag(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // the lane may be gone
}

func demoJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the lane may be gone
}

// page is the original that a profile's page links to.
func (d *demoService) page(w http.ResponseWriter, r *http.Request) {
	at := d.ids[strings.ToLower(r.PathValue("username"))] - demoFirstID
	if at < 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	p := demoPeople[at]
	_ = demoPage.Execute(w, map[string]any{"Name": p.name, "Username": p.username, "Bio": p.bio, "Schema": d.schemaNow()}) // they may be gone
}

var demoPage = template.Must(template.New("madang").Parse(`<!doctype html>
<html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Username}} · Madang</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;white-space:pre-line;overflow-wrap:anywhere}small{color:#666}</style>
<h1>{{or .Name .Username}}</h1><p>{{.Bio}}</p>
<p><small>Madang, an imaginary service that Hotlane's demo asks. Its API speaks schema {{.Schema}} at the moment.</small></p>
</html>
`))

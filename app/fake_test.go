package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

// greetings is a lane with every ability that the app looks for, and a record of what was done to it.
type greetings struct {
	config   *greetingsConfig
	ready    atomic.Pointer[error]
	release  chan struct{} // ends the slow endpoint
	slow     chan struct{} // is told that the slow endpoint has begun
	drained  chan struct{} // ends the stream
	startErr error
	runErr   chan error
	mu       sync.Mutex
	done     []string
}

type greetingsConfig struct {
	Word string `yaml:"word" doc:"what is said"`
}

func (c *greetingsConfig) Validate() error {
	if c.Word == "" {
		return fault.New(fault.Invalid, "greetings.config", "bad").With(fault.Field{Pointer: "/word", Rule: "must not be empty"})
	}
	return nil
}

func newGreetings() *greetings {
	return &greetings{release: make(chan struct{}), drained: make(chan struct{}), slow: make(chan struct{}, 1), runErr: make(chan error, 1)}
}

// modules makes the lane's module, and that of a second lane that does nothing.
func (g *greetings) modules() []lane.Module {
	config := &greetingsConfig{Word: "hello"}
	return []lane.Module{
		{Name: "greetings", Config: config, New: func(lane.Deps) (lane.Lane, error) { g.config = config; return g, nil }},
		{Name: "idle", New: func(lane.Deps) (lane.Lane, error) { return idle{}, nil }},
	}
}

type idle struct{ _ func() } // not comparable, as a lane of closures is

func (idle) Name() string         { return "idle" }
func (idle) Routes() []lane.Route { return nil }

func (g *greetings) note(what string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done = append(g.done, what)
}

func (g *greetings) history() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return strings.Join(g.done, " ")
}

func (g *greetings) Name() string                { return "greetings" }
func (g *greetings) Start(context.Context) error { g.note("start"); return g.startErr }
func (g *greetings) Drain(context.Context) error { g.note("drain"); close(g.drained); return nil }
func (g *greetings) Demo(context.Context) error  { g.note("demo"); return nil }

func (g *greetings) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		g.note("ran")
		return nil
	case err := <-g.runErr:
		return err
	}
}

func (g *greetings) Ready() error {
	if err := g.ready.Load(); err != nil {
		return *err
	}
	return nil
}

type greeting struct {
	Text string `json:"text"`
}

type greetee struct {
	Name string `path:"name"`
}

func (g *greetings) Routes() []lane.Route {
	return []lane.Route{
		{
			Pattern: "GET /v1/greetings/{name}", Summary: "Greet someone.",
			Handler: httpio.JSON(func(_ context.Context, who *greetee) (*greeting, error) {
				return &greeting{Text: g.config.Word + " " + who.Name}, nil
			}),
		},
		{
			Pattern: "POST /v1/greetings", Effect: lane.Write, Access: identity.Admin, Class: admit.Bulk, Summary: "Add one.",
			Limits:  lane.Limits{Body: 10 << 20, Time: -1},
			Handler: httpio.JSON(func(context.Context, *greeting) (*greeting, error) { return nil, nil }),
		},
		{Pattern: "GET /v1/slow", Handler: httpio.HTTP(g.slowly)},
		{Pattern: "GET /v1/stream", Limits: lane.Limits{Time: -1}, Handler: httpio.HTTP(g.stream)},
	}
}

// stream goes on until the lane is drained.
func (g *greetings) stream(w http.ResponseWriter, r *http.Request) error {
	g.slow <- struct{}{}
	select {
	case <-g.drained:
		_, err := fmt.Fprint(w, "come back")
		return err
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

func (g *greetings) slowly(w http.ResponseWriter, r *http.Request) error {
	g.slow <- struct{}{}
	select {
	case <-g.release:
		_, err := fmt.Fprint(w, "finished")
		return err
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

func (g *greetings) Commands() []lane.Command {
	return []lane.Command{
		{Name: "say", Args: "NAME", Help: "Greet from the command line.", Run: func(_ context.Context, args []string, io lane.IO) error {
			if len(args) != 1 {
				return lane.Usage("say takes one NAME")
			}
			_, err := fmt.Fprintf(io.Out, "%s %s (%s)\n", g.config.Word, args[0], g.history())
			return err
		}},
		{Name: "open", Help: "Open the databases.", Run: func(ctx context.Context, _ []string, io lane.IO) error {
			if err := io.Open(ctx); err != nil {
				return err
			}
			_, err := fmt.Fprintln(io.Out, "opened")
			return err
		}},
		{Name: "fail", Help: "Fail.", Run: func(context.Context, []string, lane.IO) error { return errors.New("it is raining") }},
	}
}

func (g *greetings) DemoGuide(site lane.Site) lane.Guide {
	return lane.Guide{
		Open: []lane.Link{{Title: "Greetings", URL: site.URL + "/v1/greetings/you"}},
		Try:  []string{"curl -s " + site.URL + "/v1/greetings/a", "curl -s " + site.URL + "/v1/greetings/b", "3", "4"},
	}
}

// call runs one command of a program of these lanes until it is done.
func call(t *testing.T, lanes func() []lane.Module, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Run(t.Context(), Program{Args: args, In: strings.NewReader(""), Out: &o, Err: &e, Lanes: lanes})
	return code, o.String(), e.String()
}

// served is a program that serves.
type served struct {
	t    *testing.T
	url  string
	stop context.CancelFunc
	code chan int
	out  *buffer
	err  *buffer
}

// start runs serve or demo, on a free port, until stop is called or the test ends.
func start(t *testing.T, lanes func() []lane.Module, args ...string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	addr := filepath.Join(t.TempDir(), "addr")
	s := &served{t: t, stop: cancel, code: make(chan int, 1), out: &buffer{}, err: &buffer{}}
	args = append(args, "--listen", "127.0.0.1:0", "--addr-file", addr)
	ended := make(chan struct{})
	go func() {
		s.code <- Run(ctx, Program{Args: args, In: strings.NewReader(""), Out: s.out, Err: s.err, Lanes: lanes})
		close(ended)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	until(t, "it serves", func() bool {
		b, err := os.ReadFile(addr)
		s.url = "http://" + strings.TrimSpace(string(b))
		select {
		case <-ended:
			t.Fatalf("it ended: %s", s.err)
		default:
		}
		return err == nil
	})
	return s
}

// until polls, since what is waited for happens in another goroutine that tells nobody.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// get is the status and the body of an answer.
func (s *served) get(path string, header ...string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, b.String()
}

// buffer is a bytes.Buffer for many goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

package edge

import (
	"errors"
	"net"
	"net/http"
	"testing"
)

// TestLeaveClosesConnectionsBehindAnswers: a client that always has a request under way is told before it is cut off.
func TestLeaveClosesConnectionsBehindAnswers(t *testing.T) {
	here := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("here")) })
	e, err := New(configFor(startRecorder(t).addr), []Local{{Pattern: "GET /local", Handler: here}}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := e.Server("")
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	get := func(c *client, path string) *http.Response {
		c.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n")
		res, _ := c.answer(http.MethodGet)
		return res
	}
	paths := []string{"/local", "/passed"}
	kept := map[string]*client{}
	for _, path := range paths {
		kept[path] = dial(t, l.Addr().String())
		if res := get(kept[path], path); res.StatusCode != http.StatusOK || res.Close {
			t.Errorf("%s before: %d, closes: %v", path, res.StatusCode, res.Close)
		}
	}
	s.Leave()
	for _, path := range paths {
		for _, c := range []*client{kept[path], dial(t, l.Addr().String())} {
			if res := get(c, path); res.StatusCode != http.StatusOK || !res.Close {
				t.Errorf("%s after: %d, closes: %v", path, res.StatusCode, res.Close)
			}
			c.mustBeClosed()
		}
	}
	if err := errors.Join(s.Close(), <-served); !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}

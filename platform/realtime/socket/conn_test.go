package socket

import (
	"errors"
	"net/http"
	"testing"

	"github.com/gobwas/ws"
)

func startEcho(t testing.TB, o Options) (*echo, *Group, string) {
	t.Helper()
	e := &echo{}
	g, addr := serve(t, o, func(c *Conn, _ *http.Request) { c.Serve(e, false) })
	return e, g, addr
}

func TestEcho(t *testing.T) {
	e, g, addr := startEcho(t, Options{})
	c := dial(t, addr)
	for _, p := range []string{"hello", "", "안녕하세요"} {
		c.send(masked(text, p))
		c.want(ws.OpText, p)
	}
	c.send(masked(closes, closeFor(1000, "bye")))
	c.want(ws.OpClose, closeFor(1000, "bye"))
	if _, err := c.frame(); err == nil {
		t.Error("the connection is open")
	}
	if err := g.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	var why *CloseError
	if len(e.ended) != 1 || !errors.As(e.ended[0], &why) || *why != (CloseError{1000, "bye", true}) {
		t.Errorf("%v", e.ended)
	}
}

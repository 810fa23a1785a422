package httpio

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"reflect"

	"github.com/hotlane/hotlane/platform/fault"
)

type streamHandler func(http.ResponseWriter, *http.Request) error

func (streamHandler) types() (in, out reflect.Type) { return nil, nil }

func (fn streamHandler) compile(_ pattern, o Options) (http.Handler, error) {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		if o.BodyLimit > 0 && r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, o.BodyLimit)
		}
		defer func() { panicked(rec, r, o, recover(), rec.wrote) }()
		fn.serve(rec, r, o)
	}), nil
}

func (fn streamHandler) serve(rec *recorder, r *http.Request, o Options) {
	err := fn(rec, r)
	if err == nil {
		return
	}
	if big, ok := errors.AsType[*http.MaxBytesError](err); ok && fault.From(err).Kind == fault.Internal {
		err = tooLarge(big.Limit)
	}
	if !rec.wrote {
		refuse(rec, r, o, err)
		return
	}
	if r.Context().Err() == nil {
		o.log(r.Context(), err)
	}
	panic(http.ErrAbortHandler)
}

// recorder remembers whether the answer has begun.
type recorder struct {
	http.ResponseWriter
	wrote bool
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) WriteHeader(status int) {
	w.wrote = w.wrote || status >= 200 || status == http.StatusSwitchingProtocols
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(b)
}

// ReadFrom keeps sendfile within reach.
func (w *recorder) ReadFrom(r io.Reader) (int64, error) {
	w.wrote = true
	return io.Copy(w.ResponseWriter, r)
}

func (w *recorder) Flush() {
	w.wrote = true
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.wrote = w.wrote || err == nil
	return c, rw, err
}

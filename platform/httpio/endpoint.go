package httpio

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/hotlane/hotlane/platform/fault"
)

type jsonHandler[In, Out any] struct {
	fn func(context.Context, *In) (*Out, error)
}

func (jsonHandler[In, Out]) types() (in, out reflect.Type) {
	return reflect.TypeFor[In](), reflect.TypeFor[Out]()
}

func (h jsonHandler[In, Out]) compile(p pattern, o Options) (http.Handler, error) {
	pl, err := newPlan(reflect.TypeFor[In](), p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", reflect.TypeFor[In](), err)
	}
	e := &endpoint[In, Out]{fn: h.fn, plan: pl, o: o}
	e.scratch.New = newScratch
	e.encoding = json.JoinOptions(json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	return e, nil
}

// endpoint serves one typed function.
type endpoint[In, Out any] struct {
	fn       func(context.Context, *In) (*Out, error)
	plan     *plan
	o        Options
	encoding json.Options
	scratch  sync.Pool
}

func (e *endpoint[In, Out]) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := false
	defer func() { panicked(w, r, e.o, recover(), begun) }()
	in := new(In)
	if err := e.bind(r, in); err != nil {
		if fault.From(err).Kind == fault.TooLarge && r.ProtoMajor == 1 {
			w.Header().Set("Connection", "close") // the rest of the body is not worth reading
		}
		refuse(w, r, e.o, err)
		return
	}
	out, err := e.fn(r.Context(), in)
	switch {
	case err != nil:
		refuse(w, r, e.o, err)
	case out == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		e.answer(w, r, out, &begun)
	}
}

func (e *endpoint[In, Out]) bind(r *http.Request, in *In) error {
	s := e.scratch.Get().(*scratch)
	err := e.plan.bind(r, in, s, e.o.BodyLimit)
	if s.tidy() {
		e.scratch.Put(s)
	}
	return err
}

func (e *endpoint[In, Out]) answer(w http.ResponseWriter, r *http.Request, out *Out, begun *bool) {
	s := e.scratch.Get().(*scratch)
	if err := e.encode(s, out); err != nil {
		refuse(w, r, e.o, fmt.Errorf("encode %T: %w", out, err))
		return
	}
	status := http.StatusOK
	if st, ok := any(out).(Statuser); ok {
		status = st.Status()
	}
	h := w.Header()
	values := []string{"application/json", "nosniff", strconv.Itoa(s.out.Len())} // one allocation for the three
	h["Content-Type"], h["X-Content-Type-Options"] = values[0:1:1], values[1:2:2]
	if hd, ok := any(out).(Headerer); ok {
		hd.Headers(h)
	}
	*begun = true
	if status == http.StatusNoContent || status == http.StatusNotModified {
		delete(h, "Content-Type")
		w.WriteHeader(status)
	} else {
		h["Content-Length"] = values[2:3:3]
		w.WriteHeader(status)
		_, _ = w.Write(s.out.Bytes()) // the client may be gone; there is nobody left to tell
	}
	if s.tidy() {
		e.scratch.Put(s)
	}
}

func (e *endpoint[In, Out]) encode(s *scratch, out *Out) error {
	if a, ok := any(out).(Appender); ok {
		_, err := s.out.Write(a.AppendJSON(s.out.AvailableBuffer()))
		return err
	}
	return json.MarshalWrite(&s.out, out, e.encoding)
}

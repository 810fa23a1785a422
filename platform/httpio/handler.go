package httpio

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
)

// DefaultBodyLimit is the largest body in bytes where nothing else is said.
const DefaultBodyLimit = 1 << 20

// Handler is an endpoint that does not know its transport: JSON or HTTP.
type Handler interface {
	compile(p pattern, o Options) (http.Handler, error)
	types() (in, out reflect.Type) // nil where bytes are streamed
}

// Options are what an endpoint is compiled with.
type Options struct {
	BodyLimit int64                                // bytes; 0: DefaultBodyLimit, negative: none
	Log       func(ctx context.Context, err error) // what is answered with 500 or above and has a cause; nil: not logged
}

func (o Options) log(ctx context.Context, err error) {
	if o.Log != nil {
		o.Log(ctx, err)
	}
}

// Appender is an answer with an encoder of its own: it appends one JSON value to b.
type Appender interface{ AppendJSON(b []byte) []byte }

// PlainDecoder is a request type that reads the commonest form of its body itself, which may be several times as fast. It
// reports false for what it does not know, right or wrong: then the body is decoded the general way, from nothing. What
// it accepts must come to the same as that.
type PlainDecoder interface{ DecodePlain(body string) bool }

// Statuser is an answer with a status other than 200. 204 and 304 have no body.
type Statuser interface{ Status() int }

// Headerer is an answer that sets headers.
type Headerer interface{ Headers(http.Header) }

// JSON makes an endpoint of a function from a request value to an answer value. Fields tagged path, query or header are
// bound from there, the others from the JSON body. The request value is the function's to keep.
func JSON[In, Out any](fn func(context.Context, *In) (*Out, error)) Handler {
	return jsonHandler[In, Out]{fn: fn}
}

// HTTP makes an endpoint of a function that streams or writes a page. An error that it returns becomes a problem if nothing
// was written yet; otherwise the connection is aborted, so that nobody takes a part for the whole.
func HTTP(fn func(http.ResponseWriter, *http.Request) error) Handler { return streamHandler(fn) }

// Compile makes the net/http handler of an endpoint. The pattern is "METHOD /path/{name}/{rest...}"; the router sets the path
// values. It fails where the request type cannot be bound, or a rule cannot apply.
func Compile(h Handler, at string, o Options) (http.Handler, error) {
	p, err := parsePattern(at)
	if err != nil {
		return nil, err
	}
	if o.BodyLimit == 0 {
		o.BodyLimit = DefaultBodyLimit
	}
	c, err := h.compile(p, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return c, nil
}

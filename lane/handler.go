package lane

import (
	"context"
	"net/http"

	"github.com/hotlane/hotlane/platform/httpio"
)

// JSON makes an endpoint of a function from a request value to a response value. Fields tagged path, query or header are bound
// from there, the others from the JSON body. The transport is not its business.
func JSON[In, Out any](fn func(context.Context, *In) (*Out, error)) Handler { return httpio.JSON(fn) }

// HTTP makes an endpoint of a function that streams bytes or writes a page. Errors become problems.
func HTTP(fn func(http.ResponseWriter, *http.Request) error) Handler { return httpio.HTTP(fn) }

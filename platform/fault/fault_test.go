package fault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

var errGone = fault.New(fault.NotFound, "chat.room_gone", "The room is gone.")

func TestFrom(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		code   string
		status int
	}{
		"declared":       {errGone, "chat.room_gone", 404},
		"wrapped":        {fmt.Errorf("open: %w", errGone), "chat.room_gone", 404},
		"copied":         {errGone.With(fault.Field{Pointer: "/id", Rule: "must be there"}).Because(errors.New("disk")), "chat.room_gone", 404},
		"unknown":        {errors.New("password in here"), "internal", 500},
		"deadline":       {fmt.Errorf("query: %w", context.DeadlineExceeded), "timeout", 504},
		"kind of no row": {fault.New(fault.Kind(200), "x", "y"), "x", 500},
	} {
		t.Run(name, func(t *testing.T) {
			f := fault.From(test.err)
			if f.Code != test.code || f.Kind.Status() != test.status {
				t.Errorf("%s %d, want %s %d", f.Code, f.Kind.Status(), test.code, test.status)
			}
			if strings.Contains(f.Text, "password") || strings.Contains(f.Text, "disk") {
				t.Errorf("the text that is sent says %q", f.Text)
			}
		})
	}
	if fault.From(nil) != nil {
		t.Error("no error is a fault")
	}
}

func TestCopiesDoNotChangeWhatWasDeclared(t *testing.T) {
	c := errGone.With(fault.Field{Pointer: "/a", Rule: "x"}).With(fault.Field{Pointer: "/b", Rule: "y"}).After(time.Second)
	if len(c.Fields) != 2 || c.RetryAfter != time.Second || len(errGone.Fields) != 0 || errGone.RetryAfter != 0 {
		t.Errorf("copy %+v, declared %+v", c, errGone)
	}
	if !errors.Is(c, errGone) || errors.Is(c, fault.New(fault.NotFound, "other", "")) {
		t.Error("a copy is the declared fault, and no other")
	}
	cause := errors.New("cause")
	if err := errGone.Because(cause); !errors.Is(err, cause) || !strings.HasSuffix(err.Error(), ": cause") {
		t.Errorf("the cause is lost: %v", err)
	}
}

package profiles

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
)

// TestPrivateAddressesAreOnlyAskedOnDemand is with a real server on this machine.
func TestPrivateAddressesAreOnlyAskedOnDemand(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"id": 1, "login": "ada", "name": "Ada"}`)
	}))
	defer web.Close()
	for private, want := range map[bool]error{false: ErrUpstream, true: nil} {
		source := peopleSource()
		source.URL, source.URLByID, source.Private = web.URL+"/users/{username}", "", private
		cfg := DefaultConfig()
		cfg.Sources = []Source{source}
		var l *Lane
		lanetest.Start(t, lane.Module{Name: name, New: func(d lane.Deps) (_ lane.Lane, err error) {
			d.Private = false
			l, err = New(cfg, d)
			return l, err
		}})
		if _, err := l.ByUsername(t.Context(), "people", "ada"); !errors.Is(err, want) {
			t.Errorf("private %v: %v, want %v", private, err, want)
		}
	}
}

// Command django is Hotlane in front of the Django app of backend/. A lane of its own answers the app's allocation URL, in
// its old JSON, with what the allocation lane decides; everything else goes through to Django.
package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/hotlane/hotlane/app"
	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lanes/allocation"
)

func main() { os.Exit(app.Main(modules)) }

func modules() []lane.Module {
	var decider *allocation.Lane
	m := allocation.Module()
	m.New = func(d lane.Deps) (_ lane.Lane, err error) {
		decider, err = allocation.New(*m.Config.(*allocation.Config), d)
		return decider, err
	}
	return []lane.Module{m, {Name: "legacy", New: func(lane.Deps) (lane.Lane, error) { return legacy{decider.Decide}, nil }}}
}

// legacy is the lane that answers the old URL.
type legacy struct {
	decide func(context.Context, *allocation.Request) (*allocation.Answer, error)
}

func (legacy) Name() string { return "legacy" }

func (l legacy) Routes() []lane.Route {
	return []lane.Route{{Pattern: "GET /api/v1/lockscreen/allocation/", Effect: lane.Write, Handler: lane.HTTP(l.answer)}}
}

type reply struct {
	Result  string `json:"result"`
	Code    string `json:"code,omitzero"`
	Message string `json:"message,omitzero"`
	Slots   []slot `json:"slots,omitzero"`
}

type slot struct {
	Position   int            `json:"position"`
	Item       jsontext.Value `json:"item_id"` // a number, as the old backend's ids are
	Creative   jsontext.Value `json:"creative_id"`
	Title      string         `json:"title"`
	Image      string         `json:"image_url"`
	Landing    string         `json:"landing_url"`
	Extra      jsontext.Value `json:",embed"` // type, campaign and so on, as the query for creatives wrote them
	Impression string         `json:"impression_url"`
	Click      string         `json:"click_url"`
}

func (l legacy) answer(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	count, bad := strconv.ParseUint(q.Get("count"), 10, 8) // without one: as many as the placement has
	switch user := []rune(q.Get("user")); {
	case len(user) == 0 || len(user) > 64:
		return write(w, 400, reply{Result: "error", Code: "bad_user", Message: "user must have 1 to 64 characters"})
	case q.Get("count") != "" && (bad != nil || count < 1 || count > 20):
		return write(w, 400, reply{Result: "error", Code: "bad_count", Message: "count must be from 1 to 20"})
	}
	in := &allocation.Request{User: allocation.UserInfo{ID: q.Get("user")}}
	in.Placements = []allocation.Ask{{ID: q.Get("placement"), Count: int(count)}}
	for _, name := range []string{"os", "app_version", "country", "language", "city", "gender", "carrier", "network", "device"} {
		if v := q.Get(name); v != "" {
			in.Attributes.AddText(name, v)
		}
	}
	if age, err := strconv.ParseFloat(q.Get("age"), 64); err == nil && age-age == 0 { // finite
		in.Attributes.AddNumber("age", age)
	}
	in.Attributes.AddList("interests", strings.FieldsFunc(q.Get("interests"), func(c rune) bool { return c == ',' }))
	a, err := l.decide(r.Context(), in)
	if errors.Is(err, allocation.ErrUnknownPlacement) {
		return write(w, 404, reply{Result: "error", Code: "unknown_placement", Message: "there is no such placement"})
	} else if err != nil {
		return err
	}
	slots := []slot{}
	for _, it := range a.Placements[0].Items {
		slots = append(slots, slot{
			it.Slot, jsontext.Value(it.LineItem), jsontext.Value(it.Creative), it.Title, it.Image, it.Landing,
			jsontext.Value(it.Extra), "/v1/events/impression/" + it.Token, "/v1/events/click/" + it.Token,
		})
	}
	return write(w, 200, reply{Result: "ok", Slots: slots})
}

func write(w http.ResponseWriter, status int, out reply) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store, private")
	w.WriteHeader(status)
	return json.MarshalWrite(w, out)
}

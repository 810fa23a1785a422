// Command django is Hotlane in front of the Django app of backend/. A lane of its own answers the app's allocation URL, in
// its old JSON, with what the allocation lane decides; everything else goes through to Django.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

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
	return []lane.Module{m, {Name: "legacy", New: func(lane.Deps) (lane.Lane, error) { return legacy{decider}, nil }}}
}

// legacy is the lane that answers the old URL. What it asks is the allocation lane.
type legacy struct {
	allocation interface {
		Decide(context.Context, *allocation.Request) (*allocation.Answer, error)
	}
}

func (legacy) Name() string { return "legacy" }

func (l legacy) Routes() []lane.Route {
	return []lane.Route{{Pattern: "GET /api/v1/lockscreen/allocation/", Effect: lane.Write, Handler: lane.HTTP(l.answer)}}
}

func (l legacy) answer(w http.ResponseWriter, r *http.Request) error {
	in, count := &allocation.Request{Placements: make([]allocation.Ask, 1)}, ""
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(value)
		if err != nil || value == "" {
			continue
		}
		switch name {
		case "placement":
			in.Placements[0].ID = value
		case "count":
			count = value
		case "user":
			in.User.ID = value
		case "os", "app_version", "country", "language", "city", "gender", "carrier", "network", "device":
			in.Attributes.AddText(name, value)
		case "interests":
			in.Attributes.AddList(name, strings.FieldsFunc(value, func(c rune) bool { return c == ',' }))
		case "age":
			if age, err := strconv.ParseFloat(value, 64); err == nil && age-age == 0 { // finite
				in.Attributes.AddNumber(name, age)
			}
		}
	}
	if n := utf8.RuneCountInString(in.User.ID); n == 0 || n > 64 {
		return write(w, 400, []byte(`{"result":"error","code":"bad_user","message":"user must have 1 to 64 characters"}`))
	}
	if count != "" { // without one: as many as the placement has
		n, err := strconv.ParseUint(count, 10, 8)
		if in.Placements[0].Count = int(n); err != nil || n < 1 || n > 20 {
			return write(w, 400, []byte(`{"result":"error","code":"bad_count","message":"count must be from 1 to 20"}`))
		}
	}
	a, err := l.allocation.Decide(r.Context(), in)
	if errors.Is(err, allocation.ErrUnknownPlacement) {
		return write(w, 404, []byte(`{"result":"error","code":"unknown_placement","message":"there is no such placement"}`))
	} else if err != nil {
		return err
	}
	b := append(make([]byte, 0, 4096), `{"result":"ok","slots":[`...)
	for i, it := range a.Placements[0].Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		if len(it.Extra) > len("null") { // type, campaign and so on: the object that the query for creatives wrote
			b = append(append(b, it.Extra[1:len(it.Extra)-1]...), ',')
		}
		b = fmt.Appendf(b, `"position":%d,"item_id":%s,"creative_id":%s,"title":`, it.Slot, it.LineItem, it.Creative)
		b, _ = jsontext.AppendQuote(b, it.Title) // it fails on bad UTF-8 only, which the catalogue refuses
		b, _ = jsontext.AppendQuote(append(b, `,"image_url":`...), it.Image)
		b, _ = jsontext.AppendQuote(append(b, `,"landing_url":`...), it.Landing)
		b = fmt.Appendf(b, `,"impression_url":"/v1/events/impression/%s","click_url":"/v1/events/click/%[1]s"}`, it.Token)
	}
	return write(w, 200, append(b, "]}"...))
}

func write(w http.ResponseWriter, status int, body []byte) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store, private")
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}

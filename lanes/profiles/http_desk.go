package profiles

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

// desk is the operators' page. In a demo it is for all: it shows made-up people and changes nothing.
type desk struct {
	pages   *pages // the look of all pages of the lane
	service *Service
	pulse   pulse
	now     func() time.Time

	mu     sync.Mutex // guards what follows, over the asking too: one asks for all
	asked  time.Time
	report []SourceReport
}

func (d *desk) routes() []lane.Route {
	who := identity.Admin
	if d.pages.deps.Demo {
		who = identity.Public
	}
	return []lane.Route{
		{Pattern: "GET /profiles", Access: who, Class: admit.Normal, Summary: "A page: sources, cache and drift, for operators", Handler: lane.HTTP(d.page)},
		{Pattern: "GET /profiles/live", Access: who, Class: admit.Bulk, Summary: "What has changed on the page, as JSON", Handler: lane.HTTP(d.live)},
	}
}

// The parts of the page that change by themselves, which are templates.
var deskParts = []string{"tiles", "beats", "sources", "drift"}

func (d *desk) page(w http.ResponseWriter, r *http.Request) error {
	v, err := d.look(r.Context(), httpio.Language(r))
	if err != nil {
		return err
	}
	if err := d.search(r, v); err != nil {
		return err
	}
	page := lane.Page{Title: v.Title, Lang: v.Lang, Use: []string{"chart"}}
	if err := d.pages.fill(&page, "desk", v); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept-Language")
	return d.pages.deps.Page(w, page)
}

// search finds people whose usernames begin with what is asked; without a question, those who come first.
func (d *desk) search(r *http.Request, v *deskView) error {
	asked := r.URL.Query()
	v.Query = strings.TrimPrefix(strings.TrimSpace(oneLine(asked.Get("q"), 100)), "@")
	chosen := asked.Get("source")
	for i, c := range v.Cards {
		chosen = strings.TrimSpace(chosen)
		v.Choices = append(v.Choices, deskChoice{Name: c.Name, Title: c.Title, Chosen: c.Name == chosen || chosen == "" && i == 0})
	}
	source := ""
	for _, c := range v.Choices {
		if c.Chosen {
			source = c.Name
		}
	}
	if source == "" {
		return nil
	}
	most := deskFound
	if v.Query == "" {
		most = deskPeople
	}
	found, err := d.service.Search(r.Context(), Search{
		Source: source, Where: []Match{{Field: "username", Text: v.Query, Prefix: true}}, Limit: most,
	})
	if err != nil {
		return err
	}
	for _, one := range found.Profiles {
		v.People = append(v.People, deskPersonOf(one, v.Lang))
	}
	return nil
}

// reportFor is how long a report is shown: counting what is kept takes a while, and every open page asks every two seconds.
const reportFor = 3 * time.Second

func (d *desk) reports(ctx context.Context) ([]SourceReport, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if age := now.Sub(d.asked); d.report != nil && age >= 0 && age < reportFor {
		return d.report, nil
	}
	list, err := d.service.Sources(ctx)
	if err == nil {
		d.asked, d.report = now, list
	}
	return list, err
}

// totals are since the process began. What was found in memory and was stale is counted there twice.
func (d *desk) totals() tally {
	c := d.service.cache.Counts()
	t := tally{
		fresh: max(0, c.Memory-c.Stale) + c.Store, stale: c.Stale, loaded: max(0, c.Loaded-c.Renewed), calls: map[string]float64{},
	}
	for source := range d.service.sources {
		for _, class := range callClasses {
			t.calls[source] += count(d.service.metrics.calls.WithLabelValues(source, class))
		}
	}
	return t
}

// callClasses are what may come of a call of a source.
var callClasses = []string{replyDocument, replyUnchanged, answerNotFound, answerLimited, answerFailed, "stranger"}

func count(c prometheus.Counter) float64 {
	var m dto.Metric
	if err := c.Write(&m); err != nil { // a counter always writes
		panic(err)
	}
	return m.GetCounter().GetValue()
}

// live answers with the parts of the page that change, as they are now.
func (d *desk) live(w http.ResponseWriter, r *http.Request) error {
	v, err := d.look(r.Context(), httpio.Language(r))
	if err != nil {
		return err
	}
	out := struct {
		At    int64             `json:"at_ms"`
		Parts map[string]string `json:"parts"`
	}{d.now().UnixMilli(), map[string]string{}}
	for _, name := range deskParts {
		var b strings.Builder
		if err := d.pages.templates.ExecuteTemplate(&b, name, v); err != nil {
			return err
		}
		out.Parts[name] = b.String()
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // it is JSON, never part of a page
	return e.Encode(out)
}

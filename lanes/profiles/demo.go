package profiles

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/hotlane/hotlane/lane"
)

// inDemo gives the lane of a demo a source to ask: a stand-in of its own on this machine. Where the config names sources, those are
// asked, and there is none.
func inDemo(cfg Config, deps lane.Deps) (Config, lane.Deps, *demoService) {
	if !deps.Demo || len(cfg.Sources) > 0 {
		return cfg, deps, nil
	}
	service := newDemoService(deps.Now, deps.Log)
	cfg.Sources = []Source{demoSource()}
	if cfg.Page.Site == "" {
		cfg.Page.Site = "Plaza"
	}
	if cfg.Page.Home == "/" {
		cfg.Page.Home = "/profiles" // in a demo the operators' page is for all
	}
	deps.Fetch, deps.Private = service.client, true
	return cfg, deps, service
}

// Demo asks for the person that the guide names, so that there is somebody to see; the audience asks for the others.
func (l *Lane) Demo(ctx context.Context) error {
	if l.demo == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := l.ByUsername(ctx, demoSource().Name, demoPeople[0].username); err != nil {
		l.log.Warn("profiles: the demo's stand-in has not answered yet", "error", err)
	}
	return nil
}

// DemoGuide names the pages, and three lines that ask for a profile, search, and ask how the source is doing.
func (l *Lane) DemoGuide(site lane.Site) lane.Guide {
	if l.demo == nil {
		return lane.Guide{}
	}
	source, who := demoSource().Name, demoPeople[0].username
	return lane.Guide{
		Open: []lane.Link{
			{Title: "Somebody's profile", URL: site.URL + profilePath(who)},
			{Title: "Profiles and their source", URL: site.URL + "/profiles"},
		},
		Try: []string{
			fmt.Sprintf(`curl -s %s/v1/profiles/%s/%s`, site.URL, source, url.PathEscape(who)),
			fmt.Sprintf(`curl -s '%s/v1/profiles/%s?username=ha*'`, site.URL, source),
			fmt.Sprintf(`curl -s %s/v1/profiles/sources -H 'Authorization: Bearer %s'`, site.URL, site.AdminKey),
		},
	}
}

// demoAudience are the readers of a demo: a few profiles a second, some people far more often than others, and now and then a name
// that nobody has.
type demoAudience struct {
	service *Service
	log     *slog.Logger
	dice    *rand.Rand
	next    int // of those who were not asked for yet
}

const (
	demoTick  = 250 * time.Millisecond
	demoReads = 6 // a tick
)

func newDemoAudience(s *Service) *demoAudience {
	return &demoAudience{service: s, log: s.log, dice: rand.New(rand.NewPCG(uint64(s.now().UnixNano()), 3))} //nolint:gosec // readers, not keys
}

// run reads until the context ends. One tick's reads are waited for before the next.
func (a *demoAudience) run(ctx context.Context) error {
	tick := time.NewTicker(demoTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, one := range a.service.Batch(ctx, a.reads()) {
			if one.Err != nil && ctx.Err() == nil {
				a.log.LogAttrs(ctx, slog.LevelDebug, "profiles: a reader of the demo was refused", slog.Any("error", one.Err))
			}
		}
	}
}

// reads are one tick's: at first everybody in turn, one a tick, beside the popular.
func (a *demoAudience) reads() []Question {
	source := demoSource().Name
	var all []Question
	if a.next < len(demoPeople) {
		all = append(all, Question{Source: source, Username: demoPeople[a.next].username})
		a.next++
	}
	for range a.dice.IntN(demoReads) {
		who := int(a.dice.ExpFloat64() * 6)
		if who < a.next {
			all = append(all, Question{Source: source, Username: demoPeople[who].username})
		}
	}
	if a.dice.IntN(40) == 0 {
		all = append(all, Question{Source: source, Username: fmt.Sprintf("nobody.%d", a.dice.IntN(5))})
	}
	return all
}

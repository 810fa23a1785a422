package profiles

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/picture"
)

// startDemo runs the lane of a demo whose stand-in answers at once and keeps to the first schema until it is told another.
func startDemo(t *testing.T) (*lanetest.Harness, *Lane) {
	t.Helper()
	var made *Lane
	h := lanetest.Start(t, lane.Module{Name: name, Config: &struct{}{}, New: func(d lane.Deps) (lane.Lane, error) {
		d.Demo = true
		l, err := New(DefaultConfig(), d)
		if err == nil {
			l.demo.pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
			l.demo.schema.Store(1)
			made = l
		}
		return l, err
	}})
	return h, made
}

// again asks the stand-in for the first n people.
func (d *demoService) again(t *testing.T, l *Lane, h *lanetest.Harness, n int) {
	t.Helper()
	for _, p := range demoPeople[:n] {
		h.Clock.Advance(time.Second) // the stand-in allows so many a second
		if _, err := l.Refresh(t.Context(), demoSource().Name, byUsername, p.username); err != nil {
			t.Fatalf("%s: %v", p.username, err)
		}
	}
}

// inItsTurn asks until there is an answer. The demo's audience asks too, and the clock does not go on by itself: a second whose calls are
// used up has none left.
func inItsTurn(t *testing.T, h *lanetest.Harness, path string) {
	t.Helper()
	for range 20 {
		h.Clock.Advance(time.Second)
		if h.Do(t, lanetest.Scenario{Path: path}).Status != http.StatusServiceUnavailable {
			return
		}
	}
	t.Fatalf("%s never has its turn", path)
}

// TestTheSchemaChangesWhileOneWatches: what a page shows goes on from the last good card, and the operators' page says what changed.
func TestTheSchemaChangesWhileOneWatches(t *testing.T) {
	h, l := startDemo(t)
	l.demo.again(t, l, h, 6)
	h.Run(t, lanetest.Scenario{
		Name: "flat", Path: "/@haru.walks?lang=en", Status: 200, Contains: []string{"김하루", "Madang", "Plaza"}, Absent: []string{"changed its format"},
	})
	l.demo.schema.Store(2)
	l.demo.again(t, l, h, 6)
	h.Run(t,
		lanetest.Scenario{Name: "nested", Path: "/@haru.walks?lang=en", Status: 200, Contains: []string{`<h1 dir="auto">김하루</h1>`, "changed its format"}},
		lanetest.Scenario{
			Name: "what changed", Path: "/profiles?lang=en", Status: 200,
			Contains: []string{"<code>/display</code>", "<code>/name</code>", "<code>/followers</code>", "appeared", "vanished", "other type", "number → string"},
		},
	)
	l.demo.schema.Store(3)
	l.demo.again(t, l, h, 6)
	h.Run(t,
		lanetest.Scenario{Name: "renamed", Path: "/@haru.walks?lang=en", Status: 200, Contains: []string{`<h1 dir="auto">김하루</h1>`, "걷는 사람", "Followers"}},
		lanetest.Scenario{Name: "what is new", Path: "/profiles?lang=ko", Status: 200, Contains: []string{"<code>/about</code>", "<code>/badges</code>", "생김", "없어짐"}},
		lanetest.Scenario{
			Name: "its picture", Path: picturePrefix + "madang/1001?size=96", Status: 200, Headers: map[string]string{"Content-Type": "image/jpeg"},
		},
	)
	inItsTurn(t, h, picturePrefix+"madang/dongne.coffee?by=username")
	inItsTurn(t, h, "/@nobody.at.all")
	h.Run(t,
		lanetest.Scenario{Name: "a page for a picture", Path: picturePrefix + "madang/dongne.coffee?by=username", Status: 200, Headers: map[string]string{"Content-Type": "image/svg+xml"}},
		lanetest.Scenario{Name: "nobody", Path: "/@nobody.at.all", Status: 404},
	)
}

func TestErasedPeopleTakeTheirPicturesAlong(t *testing.T) {
	h, l := startDemo(t)
	at := picturePrefix + "madang/1001?size=96"
	key := pictureKey("madang", "1001")
	h.Run(t, lanetest.Scenario{Name: "there", Path: at, Status: 200, Headers: map[string]string{"Content-Type": "image/jpeg"}})
	if _, ok := l.pictures.cache.Peek(key); !ok {
		t.Fatal("the picture is not kept")
	}
	h.Run(t,
		lanetest.Scenario{Name: "erase", Method: "DELETE", Path: "/v1/profiles/madang/haru.walks", As: identity.Service, Status: 200, JSON: map[string]any{"/known": true}},
		lanetest.Scenario{Name: "the picture", Path: at, Status: 404, Absent: []string{"jpeg"}},
		lanetest.Scenario{Name: "the page", Path: "/@haru.walks", Status: 404, Absent: []string{"김하루"}},
	)
	if _, ok := l.pictures.cache.Peek(key); ok {
		t.Error("the picture of who was erased is kept")
	}
}

func TestDesk(t *testing.T) {
	h, l := startDemo(t)
	l.demo.again(t, l, h, 40)
	l.desk.pulse.take(tally{})
	l.desk.pulse.take(tally{fresh: 90, stale: 7, loaded: 3, calls: map[string]float64{"madang": 40}})
	h.Run(t,
		lanetest.Scenario{
			Name: "english", Path: "/profiles?lang=en", Status: 200,
			Contains: []string{
				"<title>Profiles</title>", "Profiles, and where they come from", "Find somebody", `href="/@bada?lang=en"`, "From a cache",
				"Madang", `data-part="beats"`, "calls a second", "desk.js",
			},
			Absent: []string{" style=", "<b>Bobby", "@sunja_garden"}, Headers: map[string]string{"Cache-Control": "no-store"},
		},
		lanetest.Scenario{
			Name: "korean", Path: "/profiles", Header: map[string]string{"Accept-Language": "ko"}, Status: 200, Contains: []string{"프로필과 그 출처", "예산 사용"},
		},
		lanetest.Scenario{
			Name: "search", Path: "/profiles?q=%40SCRIPT&lang=en", Status: 200, Contains: []string{"&lt;/script&gt;&lt;b&gt;Bobby", `value="SCRIPT"`},
			Absent: []string{"<b>Bobby", "@bada"},
		},
		lanetest.Scenario{Name: "nobody found", Path: "/profiles?q=zzz&source=madang&lang=en", Status: 200, Contains: []string{"Nobody who is kept here has such a name"}},
		lanetest.Scenario{Name: "in a source that is none", Path: "/profiles?q=a&source=%22%3E", Status: 200, Absent: []string{"@bada"}},
		lanetest.Scenario{
			Name: "live", Path: "/profiles/live?lang=ko", Status: 200, Headers: map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"},
			After: func(t *testing.T, _ *lanetest.Harness, a lanetest.Answer) {
				for _, part := range deskParts {
					if text, _ := a.At(t, "/parts/"+part).(string); text == "" {
						t.Errorf("the part %s is empty", part)
					}
				}
			},
		},
	)
}

func TestDeskIsAnOperators(t *testing.T) {
	h := lanetest.Start(t, Module(), lanetest.WithoutRun())
	for _, path := range []string{"/profiles", "/profiles/live"} {
		h.Run(t,
			lanetest.Scenario{Name: path + " for all", Path: path, Status: 401},
			lanetest.Scenario{Name: path + " for a service", Path: path, As: identity.Service, Status: 403},
			lanetest.Scenario{Name: path + " for an operator", Path: path, As: identity.Admin, Status: 200},
		)
	}
	h.Run(t,
		lanetest.Scenario{Name: "without sources", Path: "/profiles?lang=en", As: identity.Admin, Status: 200, Contains: []string{"There are no sources yet"}},
		lanetest.Scenario{Name: "pages are left to the backend", Path: "/@haru", Status: 404, Absent: []string{"profile-other"}},
	)
	for _, r := range h.Lane.Routes() {
		if strings.Contains(r.Pattern, "@") {
			t.Errorf("without a source there is %s", r.Pattern)
		}
	}
}

func TestDemoOnlyWhereThereAreNoSources(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Sources = []Source{{Name: "mine"}}
	for _, c := range []struct {
		cfg  Config
		demo bool
		want bool
	}{{DefaultConfig(), true, true}, {DefaultConfig(), false, false}, {cfg, true, false}} {
		got, _, service := inDemo(c.cfg, lane.Deps{Demo: c.demo, Now: time.Now})
		if (service != nil) != c.want || c.want && got.Validate() != nil {
			t.Errorf("demo %v with %d sources: %v, %v", c.demo, len(c.cfg.Sources), service != nil, got.Validate())
		}
	}
}

func TestDemoGuide(t *testing.T) {
	h, l := startDemo(t)
	if err := l.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	g := l.DemoGuide(lane.Site{URL: h.URL, AdminKey: lanetest.AdminKey})
	if len(g.Open) != 2 || len(g.Try) != 3 {
		t.Fatalf("%+v", g)
	}
	for _, link := range g.Open {
		h.Run(t, lanetest.Scenario{Name: link.Title, Path: strings.TrimPrefix(link.URL, h.URL), Status: 200})
	}
	for _, line := range g.Try {
		if !strings.HasPrefix(line, "curl -s ") || strings.Contains(line, "\n") {
			t.Errorf("%q is no line for a shell", line)
		}
	}
}

// demoAt is a stand-in at a time, asked without a network.
func demoAt(t *testing.T) (*demoService, *lanetest.Clock, func(path, match string) *httptest.ResponseRecorder) {
	t.Helper()
	clock := lanetest.NewClock(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	d := newDemoService(clock.Now, nil)
	d.pause = func(context.Context, time.Duration) error { return nil }
	if err := d.listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.listener.Close() })
	routes := d.routes()
	return d, clock, func(path, match string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", match)
		routes.ServeHTTP(w, r)
		return w
	}
}

func TestDemoServiceHasLimitsAndSchemas(t *testing.T) {
	_, clock, ask := demoAt(t)
	first := ask("/people/HARU.walks", "")
	if first.Code != 200 || first.Header().Get("X-Schema-Version") != "1" || !json.Valid(first.Body.Bytes()) {
		t.Fatalf("%d %v %s", first.Code, first.Header(), first.Body)
	}
	if w := ask("/people/by-id/1001", first.Header().Get("ETag")); w.Code != 304 {
		t.Errorf("unchanged: %d", w.Code)
	}
	for path, code := range map[string]int{
		"/people/nobody": 404, "/people/by-id/1000": 404, "/people/by-id/9999": 404, "/people/by-id/x": 404, "/pictures/1008": 404, "/pictures/9": 404, "/nobody": 404, "/haru.walks": 200,
	} {
		if w := ask(path, ""); w.Code != code {
			t.Errorf("%s: %d, want %d", path, w.Code, code)
		}
	}
	refused := 0
	for range demoRate {
		if w := ask("/people/empty", ""); w.Code == 429 && w.Header().Get("Retry-After") == "1" {
			refused++
		}
	}
	if refused != 6 { // asked for above: six times
		t.Errorf("%d were refused", refused)
	}
	for i, want := range []string{"1", "2", "3", "1"} {
		clock.Set(time.Date(2026, 3, 2, 0, i, 1, 0, time.UTC))
		if w := ask("/people/haru.walks", ""); w.Code != 200 || w.Header().Get("X-Schema-Version") != want {
			t.Errorf("minute %d: %d, schema %s", i, w.Code, w.Header().Get("X-Schema-Version"))
		}
	}
}

func TestDemoPeople(t *testing.T) {
	_, _, ask := demoAt(t)
	seen := map[string]bool{}
	for i, p := range demoPeople {
		key := strings.ToLower(p.username)
		if seen[key] || checkName(p.username, "") != nil {
			t.Errorf("%s is there twice, or no name", p.username)
		}
		seen[key] = true
		for schema := 1; schema <= demoSchemas; schema++ {
			if b := p.document(demoFirstID+i, schema, time.Unix(0, 0), "http://x"); !json.Valid(b) {
				t.Errorf("%s in schema %d: %s", p.username, schema, b)
			}
		}
		if i > 7 { // one of each kind
			continue
		}
		file := ask("/pictures/"+strconv.Itoa(demoFirstID+i), "").Body.Bytes()
		if p.look == lookNone {
			continue
		}
		all, err := picture.Squares(file, pictureSizes, picture.Limits{Pixels: 40e6, Memory: 256 << 20})
		if err != nil {
			t.Fatalf("%s: %v", p.username, err)
		}
		if cfg, _, err := image.DecodeConfig(bytes.NewReader(all[2].Body)); err != nil || cfg.Width != 96 {
			t.Errorf("%s: %+v %v", p.username, cfg, err)
		}
	}
	if len(demoPeople) != 40 {
		t.Errorf("%d people", len(demoPeople))
	}
}

func TestPulseRemembersAMinute(t *testing.T) {
	var p pulse
	for i := range 100 {
		p.take(tally{fresh: float64(10 * i), calls: map[string]float64{"a": float64(i)}})
	}
	beats := p.read()
	if len(beats) != pulseLength || beats[0].fresh != 10 || beats[59].calls["a"] != 1 {
		t.Errorf("%d, %+v", len(beats), beats[0])
	}
}

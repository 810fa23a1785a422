package allocation

import (
	"context"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lane"
)

func TestDemoTwiceChangesNothing(t *testing.T) {
	l := startLane(t, nil)
	revision := func() int64 {
		r, err := l.store.Changed(context.Background(), 0, func(Row) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if err := l.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.settle()
	first := revision()
	l.clock.Add(3_600_000)
	if err := l.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := revision(); again != first || first == 0 {
		t.Errorf("revision %d after the first time, %d after the second", first, again)
	}
	l.stop()
	l.start(nil)
	if err := l.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := revision(); again != first {
		t.Errorf("revision %d after a restart, was %d", again, first)
	}
}

func TestDemoLeavesOthersThingsAlone(t *testing.T) {
	l := startLane(t, nil)
	l.put(`{"thing":"placement","id":"lock"}`)
	if err := l.Demo(t.Context()); err == nil {
		t.Error("sample data was mixed with what was there")
	}
	if row, err := l.store.List(t.Context(), Filter{Kind: KindAdvertiser, Limit: 1}); err != nil || len(row) != 0 {
		t.Errorf("%v, %v", row, err)
	}
}

func TestDemoFillsEveryPlacement(t *testing.T) {
	l := startLane(t, nil)
	if err := l.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.settle()
	c := l.catalogue.Load()
	for id, p := range c.placements {
		if got := len(l.decide(ask(id, 0, "somebody")).Placements[0].Items); got == 0 {
			t.Errorf("placement %s stays empty", id)
		}
		if p.Name == "" {
			t.Errorf("placement %s has no name", id)
		}
	}
	for id, cr := range c.creatives.all() {
		name, ok := strings.CutPrefix(cr.Image, picturePath)
		if !ok || picture(name) == nil {
			t.Errorf("creative %s has no picture: %s", id, cr.Image)
		}
		subject, _, _ := strings.Cut(name, "-")
		if motifs[subject] == "" {
			t.Errorf("creative %s has no motif of its own: %s", id, name)
		}
	}
}

func TestAudienceMovesTheCounters(t *testing.T) {
	l := startLane(t, nil)
	if err := l.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.settle()
	people := newAudience(l.Service)
	for range 50 {
		if err := people.unlock(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	l.pulse.take(l.metrics)
	l.pulse.take(l.metrics)
	beats := l.pulse.read()
	was := beats[len(beats)-2]
	for _, b := range beats[:len(beats)-2] { // the lane's own run may have looked first
		was.decisions += b.decisions
		was.impressions += b.impressions
	}
	if was.decisions != 50 || was.impressions == 0 {
		t.Errorf("the counters saw %+v", was)
	}
}

func TestDemoGuide(t *testing.T) {
	l := startLane(t, nil)
	g := l.DemoGuide(lane.Site{URL: "http://site", AdminKey: "KEY"})
	if len(g.Open) != 1 || g.Open[0].URL != "http://site/allocation" || len(g.Try) != 3 {
		t.Errorf("the guide is %+v", g)
	}
	for _, line := range g.Try {
		if !strings.HasPrefix(line, "curl ") || strings.ContainsAny(line, "\n\r") {
			t.Errorf("not one line of curl: %q", line)
		}
	}
}

package lifecycle_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lifecycle"
)

// one is a lane that writes down what is done to it, and fails where it is told to.
type one struct {
	name  string
	did   *[]string
	fails map[string]error
}

func (o one) do(what string) error {
	*o.did = append(*o.did, o.name+" "+what)
	return o.fails[what]
}

func (o one) Name() string                { return o.name }
func (o one) Routes() []lane.Route        { return nil }
func (o one) Start(context.Context) error { return o.do("start") }
func (o one) Drain(context.Context) error { return o.do("drain") }
func (o one) Demo(context.Context) error  { return o.do("demo") }
func (o one) Ready() error                { return o.fails["ready"] }
func (o one) Migrations() map[string]fs.FS {
	return map[string]fs.FS{o.name + "_b": fstest.MapFS{}, o.name: fstest.MapFS{}}
}

// runner runs until its context ends, or fails at once.
type runner struct {
	one
	ended *bool
}

func (r runner) Run(ctx context.Context) error {
	if err := r.fails["run"]; err != nil {
		return err
	}
	<-ctx.Done()
	*r.ended = true
	return ctx.Err()
}

func module(l lane.Lane) lane.Module {
	return lane.Module{Name: l.Name(), New: func(lane.Deps) (lane.Lane, error) { return l, nil }}
}

func construct(t *testing.T, modules ...lane.Module) *lifecycle.Lanes {
	t.Helper()
	l, err := lifecycle.Construct(modules, func(string) lane.Deps { return lane.Deps{} })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestOrder(t *testing.T) {
	var did []string
	l := construct(t, module(one{name: "a", did: &did}), module(one{name: "b", did: &did}), module(one{name: "c", did: &did}))
	if err := l.Select([]string{"c", "a"}); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	migrate := func(_ context.Context, name string, _ fs.FS) error { did = append(did, "migrate "+name); return nil }
	_, derr := l.Demo(ctx, lane.Site{})
	for _, err := range []error{l.Migrate(ctx, migrate), l.Start(ctx), l.Run(ctx), l.Drain(ctx), derr} {
		if err != nil {
			t.Error(err)
		}
	}
	want := []string{
		"a demo", "c demo", "migrate a", "migrate a_b", "migrate c", "migrate c_b", "a start", "c start", "c drain", "a drain",
	}
	if diff := cmp.Diff(want, did); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFailuresNameTheLane(t *testing.T) {
	var did []string
	torn := errors.New("torn")
	fails := map[string]error{"start": torn, "drain": torn, "demo": torn, "ready": torn}
	l := construct(t, module(one{name: "a", did: &did, fails: fails}), module(one{name: "b", did: &did, fails: fails}))
	_, demo := l.Demo(t.Context(), lane.Site{})
	migrate := l.Migrate(t.Context(), func(context.Context, string, fs.FS) error { return torn })
	for want, err := range map[string]error{
		"lane a: start: torn": l.Start(t.Context()), "lane a: sample data: torn": demo, "lane a: migrate database a: torn": migrate,
		"lane b: drain: torn\nlane a: drain: torn": l.Drain(t.Context()),
	} {
		if err == nil || err.Error() != want || !errors.Is(err, torn) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if ready := l.Ready(); len(ready) != 2 || !strings.HasPrefix(ready[1].Error(), "lane b: torn") {
		t.Errorf("not ready: %v", ready)
	}
}

func TestOneThatFailsEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var did []string
		var ended bool
		torn := errors.New("torn")
		l := construct(t, module(runner{one{name: "a", did: &did}, &ended}), module(one{name: "b", did: &did}),
			module(runner{one{name: "c", did: &did, fails: map[string]error{"run": torn}}, nil}))
		if err := l.Run(t.Context()); !errors.Is(err, torn) || !ended {
			t.Errorf("%v, and the other ended: %v", err, ended)
		}
	})
}

func TestConstructRefuses(t *testing.T) {
	bad := errors.New("bad")
	for name, modules := range map[string][]lane.Module{
		"listed twice":           {module(one{name: "a"}), module(one{name: "a"})},
		"one lower-case word":    {module(one{name: "A-b"})},
		`calls itself "a"`:       {{Name: "b", New: func(lane.Deps) (lane.Lane, error) { return one{name: "a"}, nil }}},
		"lane b: bad":            {{Name: "b", New: func(lane.Deps) (lane.Lane, error) { return nil, bad }}},
		"lane b: made no lane":   {{Name: "b", New: func(lane.Deps) (lane.Lane, error) { return nil, nil }}},
		"lane b: cannot be made": {{Name: "b"}},
	} {
		if _, err := lifecycle.Construct(modules, func(string) lane.Deps { return lane.Deps{} }); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	none := construct(t, module(one{name: "a"}))
	if err := none.Select([]string{lifecycle.None}); err != nil || len(none.Served()) != 0 {
		t.Errorf("none: %v, %d served", err, len(none.Served()))
	}
	if err := construct(t, module(one{name: "a"})).Select([]string{"z"}); err == nil || !strings.Contains(err.Error(), `no lane "z"`) {
		t.Errorf("selected what is not there: %v", err)
	}
}

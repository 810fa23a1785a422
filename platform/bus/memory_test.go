package bus_test

import (
	"testing"

	"github.com/hotlane/hotlane/platform/bus"
)

func TestSuiteNet(t *testing.T) {
	suite(t, func(t *testing.T, n int) []bus.Bus {
		net := bus.NewNet()
		nodes := make([]bus.Bus, n)
		for i := range nodes {
			nodes[i] = run(t, net.Node())
		}
		return nodes
	})
}

func TestMemory(t *testing.T) {
	b, err := bus.Open(bus.Config{}, bus.Deps{})
	if err != nil || b.Shared() {
		t.Fatal(b, err)
	}
	e := listen(t, run(t, b), "a")
	publish(t, b, "a", "1")
	e.expect(t, "1")
}

// TestCut: what is published while a node is cut off does not come, and it is told so.
func TestCut(t *testing.T) {
	net := bus.NewNet()
	a, b := net.Node(), net.Node()
	run(t, a)
	e := listen(t, run(t, b), "a")
	lost := make(chan struct{}, 9)
	defer b.Lost(func() { lost <- struct{}{} })()
	b.Cut()
	publish(t, a, "a", "1")
	b.Mend()
	await(t, lost)
	publish(t, a, "a", "2")
	e.expect(t, "2")
}

func TestConfig(t *testing.T) {
	for _, bad := range []bus.Config{{Redis: "localhost"}, {Prefix: "a{b}"}, {Redis: "redis://localhost?x=y"}} {
		if _, err := bus.Open(bad, bus.Deps{}); err == nil {
			t.Errorf("%+v passes", bad)
		}
	}
	good := bus.DefaultConfig()
	good.Redis = "redis://a:1?addr=b:2&master_set=main"
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

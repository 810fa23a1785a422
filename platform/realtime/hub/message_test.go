package hub_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// frames keeps the bytes it is given, in both codecs.
type frames struct {
	sink
	json, binary [][]byte
	shared       bool
}

func (f *frames) Deliver(_ *hub.Membership, m *hub.Message) {
	f.json, f.binary = append(f.json, m.JSON()), append(f.binary, m.Protobuf())
	f.shared = &m.JSON()[0] == &m.Bytes(protocol.JSON)[0]
}

// What was committed together goes out together: one message of several pushes, cut where it gets long.
func TestWhatIsDeliveredIsOneFrame(t *testing.T) {
	f := hub.NewFanOut("fields:1")
	one := &frames{}
	f.Add(one)
	var entries []realtime.Entry
	for i := range 300 {
		entries = append(entries, realtime.Entry{Offset: uint64(i + 1), Client: "c", User: "u", At: 5, Data: fmt.Appendf(nil, `{"i":%d,"pad":%q}`, i, strings.Repeat("x", 1000))})
	}
	f.Deliver(entries...)
	if len(one.json) < 5 || len(one.json) > 6 || !one.shared {
		t.Errorf("%d messages", len(one.json))
	}
	offset := uint64(0)
	for i, frame := range one.json {
		if len(frame) > 80<<10 || len(one.binary[i]) > 80<<10 {
			t.Errorf("%d and %d bytes", len(frame), len(one.binary[i]))
		}
		for line := range bytes.SplitSeq(frame, []byte("\n")) {
			var r struct {
				Push struct {
					Channel string
					Pub     struct {
						Offset uint64
						Time   int64
						Data   struct{ I int }
						Info   struct{ Client, User string }
					}
				}
			}
			must(t, json.Unmarshal(line, &r))
			if offset++; r.Push.Pub.Offset != offset || r.Push.Pub.Data.I != int(offset)-1 || r.Push.Channel != "fields:1" ||
				r.Push.Pub.Info.Client != "c" || r.Push.Pub.Info.User != "u" || r.Push.Pub.Time != 5 {
				t.Fatalf("at %d: %s", offset, line)
			}
		}
	}
	if offset != 300 {
		t.Errorf("%d pushes", offset)
	}
}

func TestFanOutAllocatesForTheMessageOnly(t *testing.T) {
	f := hub.NewFanOut("fields:1")
	for range 1000 {
		f.Add(&sink{})
	}
	e := realtime.Entry{Client: "c", Data: []byte(`{}`)}
	if n := testing.AllocsPerRun(1000, func() { e.Offset++; f.Deliver(e) }); n > 6 {
		t.Errorf("%v allocations for 1,000 members", n)
	}
}

func TestMetricsOfTwoHubsOnOneRegistry(t *testing.T) {
	reg := prometheus.NewRegistry()
	k := &kind{}
	n := start(t, dbtest.NewSet(t, db.Config{}, db.Options{}).DB("test"), hub.Config{}, hub.Deps{Metrics: reg}, k.channel("fields:"))
	hub.New("other", hub.Config{}, hub.Deps{Metrics: reg})
	hub.New("test", hub.Config{}, hub.Deps{Metrics: reg})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, a.set(1, "x", "1"))
	n.end()
	families, err := reg.Gather()
	must(t, err)
	for _, f := range families {
		if f.GetName() == "hotlane_live_entries_total" && len(f.GetMetric()) == 2 {
			return
		}
	}
	t.Errorf("%d families", len(families))
}

func TestConfigThatBreaksRules(t *testing.T) {
	good := hub.DefaultConfig()
	must(t, good.Validate())
	must(t, (&hub.Config{}).Validate())
	bad := hub.Config{Tick: 1, WindowEntries: -1, WindowBytes: 1, Rooms: -1, Idle: 1, Committers: 65, Queue: -1, QueueAll: -1, QueueBytes: 1, Check: 1, Checkpoint: 1, Keep: -1}
	if fields := fault.From(bad.Validate()).Fields; len(fields) != 12 {
		t.Errorf("%v", fields)
	}
}

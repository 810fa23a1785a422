package hub_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

func subscribe(channel string) realtime.Subscribe { return realtime.Subscribe{Channel: channel} }

// told are the comings and goings that a client got: +id, -id.
func (c *client) told() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, text := range c.beside {
		for line := range strings.SplitSeq(text, "\n") {
			var r struct {
				Push struct {
					Join, Leave struct{ Info struct{ Client string } }
				}
			}
			must(c.t, json.Unmarshal([]byte(line), &r))
			if id := r.Push.Join.Info.Client; id != "" {
				all = append(all, "+"+id)
			}
			if id := r.Push.Leave.Info.Client; id != "" {
				all = append(all, "-"+id)
			}
		}
	}
	c.beside = nil
	return strings.Join(all, " ")
}

func TestWhoIsIn(t *testing.T) {
	k := &kind{}
	k.allow = func(c realtime.Client, _ realtime.Subscribe) (realtime.Grant, error) {
		return realtime.Grant{Presence: true, Join: !strings.HasPrefix(c.ID, "ghost"), Info: []byte(`{"n":1}`)}, nil
	}
	n := open(t, hub.Config{}, k)
	watcher := newClient(t, "ghost-watcher")
	must(t, watcher.joinWith(n.Hub, hub.Join{Subscribe: subscribe("fields:1"), JoinLeave: true}))
	ghost := newClient(t, "ghost")
	must(t, ghost.join(n.Hub, "fields:1"))
	clients := map[string]*client{}
	for _, id := range []string{"d", "b", "a", "c"} {
		clients[id] = newClient(t, id)
		must(t, clients[id].join(n.Hub, "fields:1"))
	}
	n.Beat(1)
	if got := watcher.told(); got != "+a +b +c +d" {
		t.Errorf("told %s", got)
	}
	clients["a"].in.Leave()
	clients["b"].in.Leave()
	must(t, clients["b"].join(n.Hub, "fields:1")) // gone and back within a beat is nothing
	e := newClient(t, "e")
	must(t, e.join(n.Hub, "fields:1"))
	e.in.Leave()
	n.Beat(2)
	if got := watcher.told(); got != "-a" {
		t.Errorf("told %s", got)
	}
	if got := ghost.told(); got != "" {
		t.Errorf("who did not want to know was told %s", got)
	}
	page := func(after string, limit int) (s string) {
		list, err := ghost.in.Presence(after, limit)
		must(t, err)
		for _, p := range list {
			s += p.Client + " " + p.User + " " + string(p.Info) + " "
		}
		return s
	}
	if got, want := page("", 2), `b user-b {"n":1} c user-c {"n":1} `; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := page("c", 2), `d user-d {"n":1} `; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	stats, err := ghost.in.Stats()
	must(t, err)
	if stats != (hub.Stats{Clients: 3, Users: 3}) {
		t.Errorf("%+v", stats)
	}
	if all, err := n.Presence(ctx, "fields:1", "", 0); err != nil || len(all) != 3 {
		t.Errorf("%v, %v", all, err)
	}
}

// A storm costs a hundred pushes a second, whatever its size.
func TestAStormOfComingAndGoingIsBounded(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	watcher := newClient(t, "watcher")
	must(t, watcher.joinWith(n.Hub, hub.Join{Subscribe: subscribe("fields:1"), JoinLeave: true}))
	n.Beat(1)
	watcher.told()
	messages := watcher.messages
	for i := range 2500 {
		must(t, newClient(t, fmt.Sprintf("c%04d", i)).join(n.Hub, "fields:1"))
	}
	n.Beat(2)
	if got := strings.Count(watcher.told(), "+"); got != 100 {
		t.Errorf("%d were told", got)
	}
	if m := watcher.messages - messages; m > 2 {
		t.Errorf("in %d messages", m)
	}
	var after string
	all := 0
	for {
		page, err := watcher.in.Presence(after, 1000)
		must(t, err)
		if len(page) == 0 {
			break
		}
		all += len(page)
		after = page[len(page)-1].Client
	}
	if all != 2501 {
		t.Errorf("%d are in", all)
	}
}

package lifecycle

import (
	"fmt"
	"slices"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/outbox"
)

// Relay carries the events of all lanes to those that are served; Drain drains it too. It does no I/O. A lane that listens to what no
// lane publishes is refused.
func (l *Lanes) Relay(deps outbox.Deps) (*outbox.Relay, error) {
	var boxes []*outbox.Outbox
	for _, one := range l.all {
		if hasEvents(one) {
			boxes = append(boxes, l.boxes[one.Name()])
		}
	}
	relay, err := outbox.NewRelay(boxes, deps, outbox.Options{})
	if err != nil {
		return nil, err
	}
	published := l.published()
	for _, one := range l.served {
		listener, ok := one.(lane.Listener)
		if !ok {
			continue
		}
		for _, h := range listener.Events() {
			if !slices.Contains(published, h.Topic) {
				return nil, fmt.Errorf("lane %s: listens to %q, which no lane publishes", one.Name(), h.Topic)
			}
			if err := relay.Listen(l.boxes[one.Name()], h); err != nil {
				return nil, fmt.Errorf("lane %s: %w", one.Name(), err)
			}
		}
	}
	l.relay = relay
	return relay, nil
}

// Publishers are the outboxes of the served lanes that tell others something, by lane.
func (l *Lanes) Publishers() map[string]*outbox.Outbox {
	boxes := map[string]*outbox.Outbox{}
	for _, one := range l.served {
		if _, ok := one.(lane.Publisher); ok {
			boxes[one.Name()] = l.boxes[one.Name()]
		}
	}
	return boxes
}

func (l *Lanes) published() []string {
	var topics []string
	for _, one := range l.all {
		if p, ok := one.(lane.Publisher); ok {
			topics = append(topics, p.Publishes()...)
		}
	}
	return topics
}

// hasEvents: others lanes' databases stay without the tables.
func hasEvents(one lane.Lane) bool {
	_, publishes := one.(lane.Publisher)
	_, listens := one.(lane.Listener)
	return publishes || listens
}

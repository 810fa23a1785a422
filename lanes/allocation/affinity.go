package allocation

import (
	"strings"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// liked is how many items are ranked by what the user likes, before the common order takes over.
const liked = 64

// affinityPrefix begins the attributes that say how much a user likes a topic: affinity.sports: 0.5 lifts the score of
// sports by half.
const affinityPrefix = "affinity."

func (d *decision) likes(topics map[string]int32) {
	for i := range d.attrs.Attrs {
		a := &d.attrs.Attrs[i]
		if a.Form != targeting.FormNumber || !strings.HasPrefix(a.Name, affinityPrefix) {
			continue
		}
		topic, ok := topics[a.Name[len(affinityPrefix):]]
		if !ok {
			continue
		}
		for len(d.affinity) <= int(topic) {
			d.affinity = append(d.affinity, 0)
		}
		d.affinity[topic] = min(a.Number, maxAffinity)
	}
}

// maxAffinity bounds how much a request can lift a topic.
const maxAffinity = 10

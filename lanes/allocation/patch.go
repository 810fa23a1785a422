package allocation

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hotlane/hotlane/lanes/allocation/engine"
)

// maxPatch is how many line items may differ from the last build, so that no edit costs more than a part of one.
const maxPatch = 1024

// errRebuild says that edits are too many, or too far-reaching, to be patched in.
var errRebuild = errors.New("the catalogue must be built anew")

// patch makes a catalogue out of the last one with some line items, and all creatives of these, as they are in the book
// now. They get new numbers in the engine, behind those of the last build. What the last build took for all (freshness,
// click rates, placements) stays as it was. The live bits of the last one must not change meanwhile.
func (c *compiler) patch(last *catalogue, changed map[string]bool) (*catalogue, error) {
	out := *last
	c.out, c.ref = &out, last.ref
	out.revision, out.topics = c.book.revision, maps.Clone(last.topics)
	out.lineItems, out.byItemNum = last.lineItems.edit(), last.byItemNum.edit()
	out.creatives, out.byNum = last.creatives.edit(), last.byNum.edit()
	if len(out.lineItems.edited)+len(changed) > maxPatch {
		return nil, errRebuild
	}
	edits := make([]*item, 0, len(changed))
	for id := range changed {
		l := c.book.lineItems[id]
		if l == nil {
			continue // a creative that was moved here: its item is not there, which the build will say
		}
		it := new(item)
		if err := c.item(it, l); err != nil {
			return nil, fmt.Errorf("line item %s: %w", id, err)
		}
		out.lineItems.put(id, it)
		out.byItemNum.put(it.num, it)
		edits = append(edits, it)
	}
	for id := range changed {
		for _, e := range c.book.owned[id] {
			if err := c.creative(e); err != nil {
				return nil, err
			}
		}
	}
	return &out, c.rankEdits(last, edits)
}

// rankEdits takes the old items out of the engine and their order, and puts the new ones in.
func (c *compiler) rankEdits(last *catalogue, edited []*item) error {
	var edits [lists][]engine.Edit
	var added [lists][]*item
	replaced := map[*item]bool{}
	for _, it := range edited {
		c.finish(it)
		if old := last.lineItems.get(it.ID); old != nil && old.number >= 0 {
			edits[old.list] = append(edits[old.list], engine.Edit{Remove: old.number})
			replaced[old] = true
		}
		if it.off == reasonNone {
			added[it.list] = append(added[it.list], it)
		}
	}
	for l := range lists {
		if len(edits[l])+len(added[l]) == 0 {
			continue
		}
		order := slices.DeleteFunc(slices.Clone(last.order[l]), func(it *item) bool { return replaced[it] })
		for _, it := range added[l] {
			order = insert(order, it)
			rules := c.entry(it)
			edits[l] = append(edits[l], engine.Edit{Remove: -1, Add: &rules})
		}
		next, numbers, err := last.index[l].Apply(edits[l])
		if errors.Is(err, engine.ErrTailFull) {
			return errRebuild
		} else if err != nil {
			return err
		}
		c.out.index[l], c.out.order[l] = next, order
		items := slices.Clone(last.items[l])
		for i, number := range numbers[len(numbers)-len(added[l]):] {
			added[l][i].number = number
			items = append(items, added[l][i]) // numbers follow each other
		}
		c.out.items[l] = items
	}
	return nil
}

// insert puts an item in its place, with a level between those of its neighbours.
func insert(order []*item, it *item) []*item {
	at, _ := slices.BinarySearchFunc(order, it, compareRank)
	switch {
	case it.list == content:
		it.level = it.static
	case len(order) == 0:
		it.level = 1
	case at == 0:
		it.level = order[0].level + 1
	case at == len(order):
		it.level = order[at-1].level / 2
	default:
		it.level = (order[at-1].level + order[at].level) / 2
	}
	return slices.Insert(order, at, it)
}

// edits are the things that changed since the last refresh.
type edits map[editKey]bool

type editKey struct {
	kind Kind
	id   string
}

// note takes in a thing that changed, and what it belonged to before.
func (e edits) note(b *book, row Row) {
	e[editKey{row.Kind, row.ID}] = true
	if row.Kind != KindCreative {
		return
	}
	e[editKey{KindLineItem, row.Parent}] = true
	if was := b.creatives[row.ID]; was != nil {
		e[editKey{KindLineItem, was.LineItem}] = true
	}
}

// lineItems are those that the edits change; ok is false when it is simpler to build anew.
func (e edits) lineItems(b *book) (items map[string]bool, ok bool) {
	items = map[string]bool{}
	campaigns := map[string]bool{}
	for k := range e {
		switch k.kind {
		case KindLineItem:
			items[k.id] = true
		case KindCampaign:
			campaigns[k.id] = true
		case KindPlacement, KindAdvertiser: // they are in the rules of all, or reach far
			return nil, false
		}
	}
	if len(campaigns) > 0 {
		for id, l := range b.lineItems {
			if campaigns[l.Campaign] {
				items[id] = true
			}
		}
	}
	return items, len(items) <= maxPatch
}

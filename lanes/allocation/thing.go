package allocation

import (
	"encoding/json"
	"fmt"
)

// thing is what all five kinds have in common.
type thing interface {
	kind() Kind
	key() *string
	parent() string // id of the thing it belongs to: "" for none
	state() *Status
	defaults()
	rules(*rules)
}

func (*Advertiser) kind() Kind { return KindAdvertiser }
func (*Campaign) kind() Kind   { return KindCampaign }
func (*LineItem) kind() Kind   { return KindLineItem }
func (*Creative) kind() Kind   { return KindCreative }
func (*Placement) kind() Kind  { return KindPlacement }

func (a *Advertiser) key() *string { return &a.ID }
func (c *Campaign) key() *string   { return &c.ID }
func (l *LineItem) key() *string   { return &l.ID }
func (c *Creative) key() *string   { return &c.ID }
func (p *Placement) key() *string  { return &p.ID }

func (*Advertiser) parent() string { return "" }
func (c *Campaign) parent() string { return c.Advertiser }
func (l *LineItem) parent() string { return l.Campaign }
func (c *Creative) parent() string { return c.LineItem }
func (*Placement) parent() string  { return "" }

func (a *Advertiser) state() *Status { return &a.Status }
func (c *Campaign) state() *Status   { return &c.Status }
func (l *LineItem) state() *Status   { return &l.Status }
func (c *Creative) state() *Status   { return &c.Status }
func (p *Placement) state() *Status  { return &p.Status }

// parentKind says what kind the parent of a kind is, and by which field it is named.
var parentKind = map[Kind]struct {
	kind  Kind
	field string
}{
	KindCampaign: {KindAdvertiser, "/advertiser"},
	KindLineItem: {KindCampaign, "/campaign"},
	KindCreative: {KindLineItem, "/line_item"},
}

func newThing(k Kind) (thing, error) {
	switch k {
	case KindAdvertiser:
		return new(Advertiser), nil
	case KindCampaign:
		return new(Campaign), nil
	case KindLineItem:
		return new(LineItem), nil
	case KindCreative:
		return new(Creative), nil
	case KindPlacement:
		return new(Placement), nil
	}
	return nil, fmt.Errorf("kind %q is not one of advertiser, campaign, line_item, creative, placement", k)
}

// Row is a thing as it is stored.
type Row struct {
	Num       int64 // the short name that tokens and counters carry
	Kind      Kind
	ID        string
	Parent    string
	Status    Status
	Source    string
	Held      Status // what its source says of its status while an operator has it paused; empty: no operator has
	Revision  int64
	Doc       string // JSON
	CreatedAt int64  // unix milliseconds
	UpdatedAt int64
}

// decode gives the thing in a row.
func (r *Row) decode() (thing, error) {
	t, err := newThing(r.Kind)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(r.Doc), t); err != nil {
		return nil, fmt.Errorf("%s %s: stored document: %w", r.Kind, r.ID, err)
	}
	return t, nil
}

// with gives the row with another status, to be written if nobody has changed it meanwhile.
func (r *Row) with(status, held Status) (Row, error) {
	t, err := r.decode()
	if err != nil {
		return Row{}, err
	}
	*t.state() = status
	changed, err := rowOf(t, r.Source)
	changed.Held, changed.Revision = held, r.Revision
	return changed, err
}

// rowOf makes what is to be stored of a thing.
func rowOf(t thing, source string) (Row, error) {
	doc, err := json.Marshal(t)
	if err != nil {
		return Row{}, fmt.Errorf("%s %s: %w", t.kind(), *t.key(), err)
	}
	return Row{Kind: t.kind(), ID: *t.key(), Parent: t.parent(), Status: *t.state(), Source: source, Doc: string(doc)}, nil
}

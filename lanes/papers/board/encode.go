package board

import (
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Snapshot is the document in JSON, as all who are in get it: the view Shared.
func (b *Board) Snapshot() []byte { return append(b.document(Shared), '}') }

// Checkpoint is the board in JSON, for Read.
func (b *Board) Checkpoint() []byte {
	to := append(b.document(All), `,"gone":[`...)
	for i, id := range slices.Sorted(maps.Keys(b.gone)) {
		if i > 0 {
			to = append(to, ',')
		}
		to = appendText(to, id)
	}
	return append(to, "]}"...)
}

func (b *Board) document(v View) []byte {
	to := append(make([]byte, 0, 256+300*len(b.order)), `{"v":`...)
	to = strconv.AppendInt(to, Version, 10)
	to = append(to, `,"paper":`...)
	to = b.paper.append(to)
	to = append(to, `,"notes":[`...)
	for i, n := range b.order {
		if i > 0 {
			to = append(to, ',')
		}
		if n.Hidden && v != All {
			place := n.place()
			n = &place
		}
		to = n.append(to)
	}
	return append(to, ']')
}

func (p *Paper) append(to []byte) []byte {
	to = append(to, '{')
	to = member(to, "title", p.Title)
	to = member(to, "recipient", p.Recipient)
	to = member(to, "theme", p.Theme)
	to = member(to, "size", p.Size)
	to = number(to, "w", int64(p.W))
	to = number(to, "h", int64(p.H))
	if p.Deadline != 0 {
		to = number(to, "deadline", p.Deadline)
	}
	to = member(to, "zone", p.Zone)
	to = member(to, "writers", p.Writers)
	to = member(to, "state", string(p.State))
	return append(to, '}')
}

func (n *Note) append(to []byte) []byte {
	to = append(to, '{')
	to = member(to, "id", n.ID)
	to = member(to, "by", n.By)
	for _, text := range [...]struct{ name, value string }{
		{"name", n.Name}, {"text", n.Text}, {"color", n.Color}, {"font", n.Font}, {"image", n.Image},
	} {
		if text.value != "" {
			to = member(to, text.name, text.value)
		}
	}
	to = number(to, "x", int64(n.X))
	to = number(to, "y", int64(n.Y))
	to = number(to, "w", int64(n.W))
	to = number(to, "rot", int64(n.Rot))
	to = number(to, "z", int64(n.Z))
	to = number(to, "at", n.At)
	if n.Edited != 0 {
		to = number(to, "edited", n.Edited)
	}
	if n.Hidden {
		to = append(to, `,"hidden":true`...)
	}
	return append(to, '}')
}

// member appends a member of an object whose { stands already.
func member(to []byte, name, value string) []byte { return appendText(key(to, name), value) }

func number(to []byte, name string, value int64) []byte {
	return strconv.AppendInt(key(to, name), value, 10)
}

func key(to []byte, name string) []byte {
	if to[len(to)-1] != '{' {
		to = append(to, ',')
	}
	to = append(to, '"')
	to = append(to, name...)
	return append(to, '"', ':')
}

// appendText appends a text as JSON. What is no UTF-8 cannot be here: it was JSON before.
func appendText(to []byte, s string) []byte {
	to, _ = jsontext.AppendQuote(to, s)
	return to
}

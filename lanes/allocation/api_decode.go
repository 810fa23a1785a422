package allocation

import (
	"slices"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
	"github.com/hotlane/hotlane/lanes/allocation/wire"
)

// DecodePlain reads the request as clients mostly write it. It reports false, with the request in no state to be used,
// for what only the general decoder knows: escapes, rare fields, and whatever is wrong.
func (q *Request) DecodePlain(body string) bool {
	r := wire.NewReader(body)
	var seen [4]bool
	r.Want('{')
	for n := 0; r.More(n, '}'); n++ {
		switch r.Key() {
		case "placements":
			single(&r, &seen[0])
			q.plainPlacements(&r)
		case "user":
			single(&r, &seen[1])
			q.User.plain(&r)
		case "attributes":
			single(&r, &seen[2])
			plainAttributes(&r, &q.Attributes)
		case "seed":
			single(&r, &seen[3])
			seed := r.Int()
			if seed < 0 {
				r.Odd()
			}
			q.Seed = new(uint64(seed))
		default:
			r.Odd()
		}
	}
	return r.End()
}

// single leaves a name that is given twice to the general decoder, which refuses it.
func single(r *wire.Reader, seen *bool) {
	if *seen {
		r.Odd()
	}
	*seen = true
}

func (q *Request) plainPlacements(r *wire.Reader) {
	r.Want('[')
	q.Placements = make([]Ask, 0, 1)
	for n := 0; r.More(n, ']'); n++ {
		var a Ask
		var seen [2]bool
		r.Want('{')
		for n := 0; r.More(n, '}'); n++ {
			switch r.Key() {
			case "id":
				single(r, &seen[0])
				a.ID = r.String()
			case "count":
				single(r, &seen[1])
				a.Count = int(r.Int())
			default:
				r.Odd()
			}
		}
		q.Placements = append(q.Placements, a)
	}
}

func (u *UserInfo) plain(r *wire.Reader) {
	var seen [2]bool
	r.Want('{')
	for n := 0; r.More(n, '}'); n++ {
		switch r.Key() {
		case "id":
			single(r, &seen[0])
			u.ID = r.String()
		case "attributes":
			single(r, &seen[1])
			plainAttributes(r, &u.Attributes)
		default:
			r.Odd()
		}
	}
}

const (
	plainAttrs = 12 // room for so many attributes is made at once
	plainMost  = 40 // more are left to the general decoder: names are compared with each other
)

func plainAttributes(r *wire.Reader, to *targeting.Request) {
	r.Want('{')
	to.Attrs = make([]targeting.Attr, 0, plainAttrs)
	for n := 0; r.More(n, '}'); n++ {
		name := r.Key()
		if n == plainMost || !targeting.ValidName(name) || slices.ContainsFunc(to.Attrs, func(a targeting.Attr) bool { return a.Name == name }) {
			r.Odd()
			return
		}
		switch c := r.Kind(); {
		case c == '"':
			to.AddText(name, plainText(r))
		case c == '[':
			to.AddList(name, plainList(r))
		case c == '-' || c >= '0' && c <= '9':
			to.AddNumber(name, r.Number()+0) // no -0
		default: // points, booleans, null
			r.Odd()
		}
	}
}

func plainText(r *wire.Reader) string {
	s := r.String()
	if len(s) > targeting.MaxValue {
		r.Odd()
	}
	return s
}

func plainList(r *wire.Reader) []string {
	r.Want('[')
	var list []string
	for n := 0; r.More(n, ']'); n++ {
		if n == targeting.MaxList {
			r.Odd()
			return nil
		}
		list = append(list, plainText(r))
	}
	if len(list) == 0 {
		r.Odd() // it counts as not given, but its name is taken
	}
	return list
}

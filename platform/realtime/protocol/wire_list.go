package protocol

// list is a field of many messages: for w.item(&l) { for o := w.element(&l); w.next(&o); { fields } }. In JSON it is an array, in
// Protobuf the field comes once for each.
type list struct {
	number int
	name   string
	state  stage
	i      int // the item at hand; -1 before the first
	n      int // writing: how many there are
}

// list is for n items, writing.
func (w *wire) list(number int, name string, n int) list {
	l := list{number: number, name: name, i: -1, n: n}
	switch {
	case !w.reading:
		if n == 0 {
			return l
		}
		if w.codec == JSON {
			w.key(number, name, kindBytes)
			w.buf = append(w.buf, '[')
			w.comma = false
		}
	case w.codec == Protobuf:
		if !w.is(number, name, kindBytes) {
			return l
		}
	default:
		if !w.at(number, name, kindBytes) || w.null() {
			return l
		}
		w.deeper('[')
		w.space()
	}
	l.state = fresh
	return l
}

// item goes to the next item.
func (w *wire) item(l *list) bool {
	if l.state == absent || w.err != nil {
		return false
	}
	l.i++
	switch {
	case !w.reading:
		if l.i < l.n {
			return true
		}
		if w.codec == JSON {
			w.buf = append(w.buf, ']')
			w.comma = true
		}
		return false
	case w.codec == Protobuf:
		return l.i == 0
	default:
		return w.nextItem(l)
	}
}

func (w *wire) nextItem(l *list) bool {
	w.space()
	if w.here() == ']' {
		w.pos++
		w.depth--
		w.taken = true
		return false
	}
	if l.i > 0 {
		w.expect(',')
		w.space()
	}
	if w.here() != '{' {
		w.failAt(l.name, "is not made of objects")
	}
	return w.err == nil
}

// element is the item at hand.
func (w *wire) element(l *list) object {
	switch {
	case !w.reading && w.codec == JSON:
		w.separate()
		return w.begin()
	case !w.reading:
		w.key(l.number, l.name, kindBytes)
		return w.begin()
	case w.codec == JSON:
		return w.openObject()
	default:
		return w.enter()
	}
}

func (w *wire) publications(number int, name string, p *[]Publication) {
	for l := w.list(number, name, len(*p)); w.item(&l); {
		i := l.i
		if w.reading {
			i = len(*p)
			*p = append(*p, Publication{})
		}
		for o := w.element(&l); w.next(&o); {
			(*p)[i].fields(w)
		}
	}
}

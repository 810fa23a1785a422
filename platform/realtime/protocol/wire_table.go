package protocol

// MaxEntries is how many entries of a map are read: server-side subscriptions, the present, tags. Keys do not come twice.
const MaxEntries = 1024

// table is a field that maps texts to values: for w.entry(&t) { for w.part(&t) { the value } }. In JSON it is an object whose names are
// the keys, in Protobuf a list of messages of a key (1) and a value (2).
type table struct {
	list  list
	outer object // JSON: the object; Protobuf: the entry
	part  stage
	key   string // of the entry at hand; reading Protobuf, known when its parts are through
}

// table is for n entries, writing.
func (w *wire) table(number int, name string, n int) table {
	if w.codec == Protobuf {
		return table{list: w.list(number, name, n)}
	}
	t := table{list: list{i: -1, n: n}, outer: w.object(number, name, n > 0)}
	if t.outer.state != absent {
		t.list.state = fresh
		w.next(&t.outer)
	}
	return t
}

// entry goes to the next entry.
func (w *wire) entry(t *table) bool {
	t.part, t.key = fresh, ""
	if w.codec == Protobuf {
		return w.item(&t.list)
	}
	if t.list.state == absent || w.err != nil {
		return false
	}
	t.list.i++
	if w.reading {
		if !w.next(&t.outer) {
			return false
		}
		t.key = string(w.name)
		return true
	}
	if t.list.i < t.list.n {
		return true
	}
	w.next(&t.outer)
	return false
}

// part runs the reading or writing of the value, as often as needed.
func (w *wire) part(t *table) bool {
	first := t.part == fresh
	t.part = open
	switch {
	case w.codec == JSON:
		if first && !w.reading {
			w.separate()
			w.buf = appendString(w.buf, t.key)
			w.buf = append(w.buf, ':')
		}
		return first
	case first:
		t.outer = w.element(&t.list)
	}
	if !w.next(&t.outer) {
		return false
	}
	w.text(1, "key", &t.key)
	return w.err == nil
}

// value is the value of the entry at hand, a message.
func (w *wire) value(t *table) object {
	switch {
	case w.codec == Protobuf:
		return w.object(2, "value", true)
	case !w.reading:
		return w.begin()
	case w.here() != '{':
		w.fail("no {")
		return object{}
	default:
		return w.openObject()
	}
}

// valueText is the value of the entry at hand, a text.
func (w *wire) valueText(p *string) {
	switch {
	case w.codec == Protobuf:
		w.text(2, "value", p)
	case w.reading:
		*p = string(w.readString("value"))
		w.taken = true
	default:
		w.writeText(*p)
	}
}

// admit sees to it that a key which was read is new, and that there are not too many.
func (w *wire) admit(n int, same func(i int) bool) bool {
	if n >= MaxEntries {
		w.fail("too many entries")
		return false
	}
	for i := range n {
		if same(i) {
			w.fail("key that comes twice")
			return false
		}
	}
	return w.err == nil
}

func (w *wire) subscribeRequests(number int, name string, p *[]SubscribeRequest) {
	for t := w.table(number, name, len(*p)); w.entry(&t); {
		var v SubscribeRequest
		if !w.reading {
			v = (*p)[t.list.i]
			t.key, v.Channel = v.Channel, ""
		}
		for w.part(&t) {
			for o := w.value(&t); w.next(&o); {
				v.fields(w)
			}
		}
		if v.Channel = t.key; w.reading && w.admit(len(*p), func(i int) bool { return (*p)[i].Channel == t.key }) {
			*p = append(*p, v)
		}
	}
}

func (w *wire) subscribeResults(number int, name string, p *[]SubscribeResult) {
	for t := w.table(number, name, len(*p)); w.entry(&t); {
		var v SubscribeResult
		if !w.reading {
			v = (*p)[t.list.i]
			t.key = v.Channel
		}
		for w.part(&t) {
			for o := w.value(&t); w.next(&o); {
				v.fields(w)
			}
		}
		if v.Channel = t.key; w.reading && w.admit(len(*p), func(i int) bool { return (*p)[i].Channel == t.key }) {
			*p = append(*p, v)
		}
	}
}

func (w *wire) clients(number int, name string, p *[]ClientInfo) {
	for t := w.table(number, name, len(*p)); w.entry(&t); {
		var v ClientInfo
		if !w.reading {
			v = (*p)[t.list.i]
			t.key = v.Client
		}
		for w.part(&t) {
			for o := w.value(&t); w.next(&o); {
				v.fields(w)
			}
		}
		if v.Client = t.key; w.reading && w.admit(len(*p), func(i int) bool { return (*p)[i].Client == t.key }) {
			*p = append(*p, v)
		}
	}
}

func (w *wire) tags(number int, name string, p *[]Tag) {
	for t := w.table(number, name, len(*p)); w.entry(&t); {
		var v Tag
		if !w.reading {
			v = (*p)[t.list.i]
			t.key = v.Key
		}
		for w.part(&t) {
			w.valueText(&v.Value)
		}
		if v.Key = t.key; w.reading && w.admit(len(*p), func(i int) bool { return (*p)[i].Key == t.key }) {
			*p = append(*p, v)
		}
	}
}

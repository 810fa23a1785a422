package targeting

// Form is the shape in which a request gives an attribute, which is not always the one that the schema wants.
type Form uint8

const (
	FormText   Form = iota // Text
	FormList               // List, not empty
	FormNumber             // Number
	FormPoint              // Lat, Lon
)

// Attr is one attribute of a request.
type Attr struct {
	Name     string
	Form     Form
	Text     string
	List     []string
	Number   float64
	Lat, Lon float64
}

// Request holds the attributes of one request, in any order. A name given twice counts once, the first time.
// It is meant to be reused: Reset keeps the memory.
type Request struct {
	Attrs  []Attr
	intern interner
	lists  []string
	buf    []byte
}

// Reset empties the request.
func (r *Request) Reset() {
	r.Attrs, r.lists = r.Attrs[:0], r.lists[:0]
}

// AddText adds a text, version or date.
func (r *Request) AddText(name, value string) {
	r.Attrs = append(r.Attrs, Attr{Name: name, Form: FormText, Text: value})
}

// AddList adds a text with several values. The list is kept, not copied; an empty one is not added.
func (r *Request) AddList(name string, values []string) {
	if len(values) > 0 {
		r.Attrs = append(r.Attrs, Attr{Name: name, Form: FormList, List: values})
	}
}

// AddNumber adds a number.
func (r *Request) AddNumber(name string, value float64) {
	r.Attrs = append(r.Attrs, Attr{Name: name, Form: FormNumber, Number: value})
}

// AddBool adds "true" or "false".
func (r *Request) AddBool(name string, value bool) {
	if value {
		r.AddText(name, "true")
		return
	}
	r.AddText(name, "false")
}

// AddPoint adds a place, in degrees.
func (r *Request) AddPoint(name string, lat, lon float64) {
	r.Attrs = append(r.Attrs, Attr{Name: name, Form: FormPoint, Lat: lat, Lon: lon})
}

// Find returns the attribute of that name, or nil.
func (r *Request) Find(name string) *Attr {
	for i := range r.Attrs {
		a := &r.Attrs[i]
		if a.Name == name && (a.Form != FormList || len(a.List) > 0) {
			return a
		}
	}
	return nil
}

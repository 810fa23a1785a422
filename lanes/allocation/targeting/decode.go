package targeting

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ParseAttributes reads a JSON object of attributes: strings, numbers, booleans (as "true" and "false"), arrays of
// strings, {"lat":37.5,"lon":127} and null, which is the same as not given. Its error is an *Error with pointer and rule.
func ParseAttributes(b []byte) (*Request, error) {
	r := new(Request)
	return r, r.UnmarshalJSON(b)
}

// UnmarshalJSON replaces the attributes by those of a JSON object.
func (r *Request) UnmarshalJSON(b []byte) error {
	r.Reset()
	dec := jsontext.NewDecoder(bytes.NewReader(b))
	if err := r.Decode(dec); err != nil {
		return err
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return &Error{Offset: -1, Rule: "must be one JSON object"}
	}
	return nil
}

// UnmarshalJSONFrom replaces the attributes by those of the object that the decoder comes to next.
func (r *Request) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	r.Reset()
	err := r.Decode(dec)
	if e, ok := errors.AsType[*Error](err); ok { // so that whoever decodes the whole learns the place and the rule apart
		return &json.SemanticError{JSONPointer: jsontext.Pointer(e.Pointer), Err: errors.New(e.Rule)}
	}
	return err
}

// Decode adds the attributes of the object that the decoder comes to next, so that several objects make one request.
// Of a name that is given twice the first counts.
func (r *Request) Decode(dec *jsontext.Decoder) error {
	d := decoder{dec: dec, r: r}
	if err := d.object(); err != nil {
		return err
	}
	return nil
}

var (
	ruleAttrs    = "must have at most " + strconv.Itoa(MaxAttrs) + " attributes"
	ruleList     = "must have at most " + strconv.Itoa(MaxList) + " values"
	ruleName     = "must be a name of a-z, 0-9, _ and ., beginning with a letter, at most " + strconv.Itoa(MaxName) + " bytes"
	ruleText     = "must be at most " + strconv.Itoa(MaxValue) + " bytes"
	rulePoint    = `must be {"lat":…,"lon":…} with numbers from -90 to 90 and -180 to 180`
	ruleAttrForm = "must be a string, a number, a boolean, an array of strings or a point"
)

type decoder struct {
	dec *jsontext.Decoder
	r   *Request
}

func (d *decoder) fail(rule string) *Error {
	return &Error{Offset: -1, Pointer: string(d.dec.StackPointer()), Rule: rule}
}

func (d *decoder) object() *Error {
	t, err := d.dec.ReadToken()
	if err != nil {
		return syntaxError(err)
	}
	if t.Kind() != jsontext.KindBeginObject {
		return d.fail("must be an object of attributes")
	}
	for d.dec.PeekKind() != jsontext.KindEndObject {
		raw, err := d.dec.ReadValue()
		if err != nil {
			return syntaxError(err)
		}
		name, ok := d.text(raw, MaxName)
		if !ok || !ValidName(name) {
			return d.fail(ruleName)
		}
		if err := d.value(name); err != nil {
			return err
		}
		if len(d.r.Attrs) > MaxAttrs {
			return d.fail(ruleAttrs)
		}
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return syntaxError(err)
	}
	return nil
}

func (d *decoder) value(name string) *Error {
	switch d.dec.PeekKind() {
	case jsontext.KindBeginArray:
		return d.list(name)
	case jsontext.KindBeginObject:
		return d.point(name)
	}
	raw, err := d.dec.ReadValue()
	if err != nil {
		return syntaxError(err)
	}
	switch raw.Kind() {
	case jsontext.KindString:
		s, ok := d.text(raw, MaxValue)
		if !ok {
			return d.fail(ruleText)
		}
		d.r.AddText(name, s)
	case jsontext.KindTrue, jsontext.KindFalse:
		d.r.AddBool(name, raw.Kind() == jsontext.KindTrue)
	case jsontext.KindNumber:
		f, ok := d.number(raw)
		if !ok {
			return d.fail("must be a finite number")
		}
		d.r.AddNumber(name, f)
	case jsontext.KindNull:
	default:
		return d.fail(ruleAttrForm)
	}
	return nil
}

func (d *decoder) list(name string) *Error {
	if _, err := d.dec.ReadToken(); err != nil {
		return syntaxError(err)
	}
	from := len(d.r.lists)
	for d.dec.PeekKind() != jsontext.KindEndArray {
		raw, err := d.dec.ReadValue()
		if err != nil {
			return syntaxError(err)
		}
		if raw.Kind() != jsontext.KindString {
			return d.fail("must be a string")
		}
		s, ok := d.text(raw, MaxValue)
		if !ok {
			return d.fail(ruleText)
		}
		if len(d.r.lists)-from == MaxList {
			return d.fail(ruleList)
		}
		d.r.lists = append(d.r.lists, s)
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return syntaxError(err)
	}
	d.r.AddList(name, d.r.lists[from:len(d.r.lists):len(d.r.lists)])
	return nil
}

func (d *decoder) point(name string) *Error {
	if _, err := d.dec.ReadToken(); err != nil {
		return syntaxError(err)
	}
	lat, lon := math.NaN(), math.NaN()
	for d.dec.PeekKind() != jsontext.KindEndObject {
		raw, err := d.dec.ReadValue()
		if err != nil {
			return syntaxError(err)
		}
		field, ok := d.text(raw, MaxName)
		if !ok || field != "lat" && field != "lon" {
			return d.fail(rulePoint)
		}
		if raw, err = d.dec.ReadValue(); err != nil {
			return syntaxError(err)
		}
		f, ok := d.number(raw)
		if !ok || raw.Kind() != jsontext.KindNumber {
			return d.fail("must be a finite number")
		}
		if field == "lat" {
			lat = f
		} else {
			lon = f
		}
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return syntaxError(err)
	}
	if !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) {
		return d.fail(rulePoint)
	}
	d.r.AddPoint(name, lat, lon)
	return nil
}

// text unquotes a string of at most limit bytes. Strings that come again and again are not allocated again.
func (d *decoder) text(raw jsontext.Value, limit int) (string, bool) {
	if len(raw) > 6*limit+2 { // \u0041 is the longest way to write a byte
		return "", false
	}
	b := []byte(raw)
	if bytes.IndexByte(b, '\\') < 0 && len(b) >= 2 {
		b = b[1 : len(b)-1]
	} else {
		d.r.buf, _ = jsontext.AppendUnquote(d.r.buf[:0], b)
		b = d.r.buf
	}
	return d.r.intern.string(b), len(b) <= limit
}

func (d *decoder) number(raw jsontext.Value) (float64, bool) {
	f, err := strconv.ParseFloat(string(raw), 64)
	return f + 0, err == nil
}

// interner keeps the strings seen last, one per slot, so that a reused request does not allocate them again.
type interner struct {
	slots *[512]string
}

const maxInterned = 64 // bytes

func (in *interner) string(b []byte) string {
	if len(b) > maxInterned {
		return string(b)
	}
	if in.slots == nil {
		in.slots = new([512]string)
	}
	h := uint32(2166136261)
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	slot := &in.slots[(h^h>>9^h>>18)%512]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}

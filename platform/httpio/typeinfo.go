package httpio

import (
	"encoding"
	jsonv1 "encoding/json"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
)

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	bytesType    = reflect.TypeFor[[]byte]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	codecTypes   = []reflect.Type{
		reflect.TypeFor[json.UnmarshalerFrom](), reflect.TypeFor[json.Unmarshaler](),
		reflect.TypeFor[json.MarshalerTo](), reflect.TypeFor[jsonv1.Marshaler](),
	}
)

// has reports whether a variable of the type has the methods.
func has(t, iface reflect.Type) bool {
	return t.Implements(iface) || reflect.PointerTo(t).Implements(iface)
}

// ownCodec reports whether a type says itself what it is in JSON.
func ownCodec(t reflect.Type) bool {
	for _, c := range codecTypes {
		if t != timeType && t.Kind() != reflect.Interface && has(t, c) {
			return true
		}
	}
	return false
}

// opaque reports whether the fields of a type are not what it is in JSON.
func opaque(t reflect.Type) bool {
	return t == timeType || ownCodec(t) || has(t, textType)
}

func deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

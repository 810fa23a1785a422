package protocol

import "math"

func (w *wire) text(number int, name string, p *string) {
	switch {
	case !w.reading:
		if *p != "" {
			w.key(number, name, kindBytes)
			w.writeText(*p)
		}
	case !w.at(number, name, kindBytes):
	case w.codec == Protobuf:
		*p = w.readText(name)
	case !w.null():
		*p = string(w.readString(name))
	}
}

// raw is JSON text.
func (w *wire) raw(number int, name string, p *[]byte) {
	switch {
	case !w.reading:
		if len(*p) > 0 {
			w.key(number, name, kindBytes)
			w.writeRaw(*p)
		}
	case !w.at(number, name, kindBytes):
	case w.codec == Protobuf:
		*p = w.readPayload(name)
	default:
		*p = w.readRaw()
	}
}

func (w *wire) flag(number int, name string, p *bool) {
	switch {
	case !w.reading:
		if *p {
			w.key(number, name, kindVarint)
			w.writeTrue()
		}
	case !w.at(number, name, kindVarint):
	case w.codec == Protobuf:
		*p = w.readVarint() != 0
	case !w.null():
		*p = w.readFlag(name)
	}
}

func (w *wire) uint32(number int, name string, p *uint32) {
	v := uint64(*p)
	w.uint(number, name, &v, math.MaxUint32)
	if w.reading {
		*p = uint32(v)
	}
}

func (w *wire) uint64(number int, name string, p *uint64) { w.uint(number, name, p, math.MaxUint64) }

func (w *wire) uint(number int, name string, p *uint64, most uint64) {
	if !w.reading {
		if *p != 0 {
			w.key(number, name, kindVarint)
			w.writeUint(*p)
		}
		return
	}
	if !w.at(number, name, kindVarint) {
		return
	}
	v := *p
	if w.codec == Protobuf {
		v = w.readVarint()
	} else if !w.null() {
		v = w.readUint(name)
	}
	if v > most {
		w.failAt(name, "is too large")
		return
	}
	*p = v
}

func (w *wire) int32(number int, name string, p *int32) {
	v := int64(*p)
	w.int(number, name, &v, math.MaxInt32)
	if w.reading {
		*p = int32(v)
	}
}

func (w *wire) int64(number int, name string, p *int64) { w.int(number, name, p, math.MaxInt64) }

// int is a number from -most-1 to most. In Protobuf a negative one has all its 64 bits, whatever its type.
func (w *wire) int(number int, name string, p *int64, most int64) {
	if !w.reading {
		if *p != 0 {
			w.key(number, name, kindVarint)
			w.writeInt(*p)
		}
		return
	}
	if !w.at(number, name, kindVarint) {
		return
	}
	v := *p
	if w.codec == Protobuf {
		v = int64(w.readVarint())
	} else if !w.null() {
		v = w.readInt(name)
	}
	if v > most || v < -most-1 {
		w.failAt(name, "is out of range")
		return
	}
	*p = v
}

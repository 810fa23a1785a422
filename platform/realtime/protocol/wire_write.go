package protocol

import (
	"encoding/binary"
	"strconv"
)

// key writes what stands before a field's value.
func (w *wire) key(number int, name string, kind uint64) {
	if w.codec == Protobuf {
		w.buf = binary.AppendUvarint(w.buf, uint64(number)<<3|kind)
		return
	}
	w.separate()
	w.buf = append(w.buf, '"')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, '"', ':')
}

func (w *wire) separate() {
	if w.comma {
		w.buf = append(w.buf, ',')
	}
	w.comma = true
}

// begin opens a message. In Protobuf a byte is left for its length, which is known at the end.
func (w *wire) begin() object {
	o := object{state: fresh, mark: len(w.buf)}
	if w.codec == JSON {
		w.buf = append(w.buf, '{')
	} else {
		w.buf = append(w.buf, 0)
	}
	w.comma = false
	return o
}

func (w *wire) finish(o *object) {
	o.state = absent
	if w.codec == JSON {
		w.buf = append(w.buf, '}')
		w.comma = true
		return
	}
	body := o.mark + 1
	n := len(w.buf) - body
	if n < 0x80 {
		w.buf[o.mark] = byte(n)
		return
	}
	var length [binary.MaxVarintLen64]byte
	size := binary.PutUvarint(length[:], uint64(n))
	w.buf = append(w.buf, length[1:size]...) // room for what the length has more than the byte that was left for it
	copy(w.buf[o.mark+size:], w.buf[body:body+n])
	copy(w.buf[o.mark:], length[:size])
}

func (w *wire) writeText(s string) {
	if w.codec == JSON {
		w.buf = appendString(w.buf, s)
		return
	}
	s = validText(s)
	w.buf = binary.AppendUvarint(w.buf, uint64(len(s)))
	w.buf = append(w.buf, s...)
}

func (w *wire) writeRaw(p []byte) {
	if w.codec == JSON {
		w.buf = appendRaw(w.buf, p)
		return
	}
	w.buf = binary.AppendUvarint(w.buf, uint64(len(p)))
	w.buf = append(w.buf, p...)
}

func (w *wire) writeTrue() {
	if w.codec == JSON {
		w.buf = append(w.buf, "true"...)
		return
	}
	w.buf = append(w.buf, 1)
}

func (w *wire) writeUint(v uint64) {
	if w.codec == JSON {
		w.buf = strconv.AppendUint(w.buf, v, 10)
		return
	}
	w.buf = binary.AppendUvarint(w.buf, v)
}

func (w *wire) writeInt(v int64) {
	if w.codec == JSON {
		w.buf = strconv.AppendInt(w.buf, v, 10)
		return
	}
	w.buf = binary.AppendUvarint(w.buf, uint64(v))
}

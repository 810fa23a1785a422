package protocol

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

// field appends a field of bytes.
func field(number protowire.Number, parts ...[]byte) []byte {
	var body []byte
	for _, p := range parts {
		body = append(body, p...)
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), body)
}

func number(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}

func tagged(n protowire.Number, kind protowire.Type, rest ...byte) []byte {
	return append(protowire.AppendTag(nil, n, kind), rest...)
}

// framed puts the length before a message of these parts.
func framed(parts ...[]byte) []byte {
	var body []byte
	for _, p := range parts {
		body = append(body, p...)
	}
	return protowire.AppendBytes(nil, body)
}

func text(s string) []byte { return []byte(s) }

func TestDecodeProtobuf(t *testing.T) {
	for _, test := range []struct {
		name  string
		frame []byte
		want  []*Command
	}{
		{"pong", []byte{0}, []*Command{{}}},
		{"two", append(framed(number(1, 1), field(11)), framed(number(1, 2), field(14, field(1, text("t"))))...), []*Command{
			{ID: 1, Ping: &PingRequest{}}, {ID: 2, Refresh: &RefreshRequest{Token: "t"}},
		}},
		{"any order", framed(field(7, field(2, text(`{"a":1}`)), field(1, text("c"))), number(1, 9)), []*Command{
			{ID: 9, Publish: &PublishRequest{Channel: "c", Data: []byte(`{"a":1}`)}},
		}},
		{"least and most", framed(number(1, math.MaxUint32), field(10, number(7, 1<<64-1<<31), field(8, number(1, math.MaxUint64)))), []*Command{
			{ID: math.MaxUint32, History: &HistoryRequest{Limit: math.MinInt32, Since: &StreamPosition{Offset: math.MaxUint64}}},
		}},
		{"true is any number but zero", framed(field(10, number(9, 5))), []*Command{{History: &HistoryRequest{Reverse: true}}}},
		{"explicit zeros", framed(number(1, 0), field(5, field(1), number(3, 0), field(8))), []*Command{{Subscribe: &SubscribeRequest{}}}},
		{"a longer varint than it need be", framed([]byte{8, 0x81, 0x80, 0x00}), []*Command{{ID: 1}}},
		{"unknown fields", framed(
			number(99, 1), tagged(100, protowire.Fixed32Type, 1, 2, 3, 4), tagged(101, protowire.Fixed64Type, 1, 2, 3, 4, 5, 6, 7, 8),
			field(102, text("\xff")), number(99, 1), number(1, 7), field(11, number(3, 1)),
		), []*Command{{ID: 7, Ping: &PingRequest{}}}},
		{"a map", framed(field(4,
			field(3, field(1, text("a")), field(2, number(3, 1))), field(1, text("t")), field(3, field(2, number(7, 4)), field(1, text("b"))), field(3, field(1, text("c"))),
		)), []*Command{{Connect: &ConnectRequest{Token: "t", Subs: []SubscribeRequest{{Channel: "a", Recover: true}, {Channel: "b", Offset: 4}, {Channel: "c"}}}}}},
	} {
		got, err := commands(Protobuf, test.frame)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, d)
		}
	}
}

func TestDecodeProtobufRefuses(t *testing.T) {
	endless := []byte{8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}
	for name, frame := range map[string][]byte{
		"nothing":                          {},
		"a length alone":                   {5},
		"a length that never ends":         endless[1:],
		"a length beyond the frame":        {3, 8, 1},
		"a huge length":                    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		"a tag alone":                      framed([]byte{8}),
		"a varint without end":             framed([]byte{8, 0x80}),
		"a varint of 11 bytes":             framed(endless),
		"a varint of 65 bits":              framed([]byte{8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}),
		"field 0":                          framed([]byte{2, 0}),
		"a field number of 30 bits":        framed(protowire.AppendVarint(nil, 1<<32), []byte{0}),
		"an id of 33 bits":                 framed(number(1, 1<<32)),
		"an id of bytes":                   framed(field(1)),
		"an id of 32 bits fixed":           framed(tagged(1, protowire.Fixed32Type, 1, 0, 0, 0)),
		"an id twice":                      framed(number(1, 1), number(1, 1)),
		"a message twice":                  framed(field(11), field(11)),
		"a message that is a number":       framed(number(11, 0)),
		"a text that is a number":          framed(field(14, number(1, 1))),
		"a text that is not UTF-8":         framed(field(14, field(1, text("\xc3\x28")))),
		"a text beyond its message":        framed(field(14, []byte{10, 5, 'a'}), number(1, 1)),
		"a limit of 32 bits":               framed(field(10, number(7, 1<<31))),
		"a limit below all":                framed(field(10, number(7, 1<<64-1<<31-1))),
		"a group":                          framed(tagged(99, protowire.StartGroupType), tagged(99, protowire.EndGroupType)),
		"wire type 7":                      framed([]byte{99<<3&0x7f | 7, 1}),
		"unknown, truncated":               framed(tagged(100, protowire.Fixed64Type, 1, 2)),
		"unknown, beyond the message":      framed(tagged(100, protowire.BytesType, 9)),
		"a payload that is not JSON":       framed(field(12, field(1, text("hello")))),
		"a payload of two values":          framed(field(12, field(1, text("1 2")))),
		"a payload that is not UTF-8":      framed(field(12, field(1, text("\"\xff\"")))),
		"two requests":                     framed(field(11), field(12)),
		"a key twice":                      framed(field(4, field(3, field(1, text("a"))), field(3, field(1, text("a"))))),
		"an entry with its key twice":      framed(field(4, field(3, field(1, text("a")), field(1, text("b"))))),
		"an entry with its value twice":    framed(field(4, field(3, field(2), field(2)))),
		"an entry that is a number":        framed(field(4, number(3, 1))),
		"the second of two, not the first": append(framed(number(1, 1)), 9),
	} {
		if got, err := commands(Protobuf, frame); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

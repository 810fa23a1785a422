package protocol

import (
	"math"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	"pgregory.net/rapid"
)

// message draws a command or a reply: an id and one message.
func message(t *rapid.T, d protoreflect.MessageDescriptor, label string) *dynamicpb.Message {
	m := dynamicpb.NewMessage(d)
	if id := rapid.Uint32().Draw(t, "id"); id != 0 {
		m.Set(d.Fields().ByNumber(1), protoreflect.ValueOfUint32(id))
	}
	if i := rapid.IntRange(0, d.Fields().Len()-1).Draw(t, label); i > 0 {
		f := d.Fields().Get(i)
		m.Set(f, value(t, m, f))
	}
	return m
}

func fill(t *rapid.T, m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if !rapid.Bool().Draw(t, string(f.Name())+"?") {
			continue
		}
		switch {
		case f.IsMap():
			table := m.Mutable(f).Map()
			for _, key := range rapid.SliceOfNDistinct(rapid.String(), 0, 3, rapid.ID).Draw(t, "keys") {
				table.Set(protoreflect.ValueOfString(key).MapKey(), entry(t, m, f, table, key))
			}
		case f.IsList():
			items := m.Mutable(f).List()
			for range rapid.IntRange(0, 3).Draw(t, "items") {
				item := items.NewElement()
				fill(t, item.Message())
				items.Append(item)
			}
		default:
			m.Set(f, value(t, m, f))
		}
	}
}

// entry draws a value of a map. A client in it has the key as its id; a subscription in it does not name its channel again.
func entry(t *rapid.T, m protoreflect.Message, f protoreflect.FieldDescriptor, table protoreflect.Map, key string) protoreflect.Value {
	if f.MapValue().Kind() != protoreflect.MessageKind {
		return protoreflect.ValueOfString(rapid.String().Draw(t, "value"))
	}
	v := table.NewValue()
	fill(t, v.Message())
	switch of := v.Message().Descriptor(); of.Name() {
	case "ClientInfo":
		v.Message().Set(of.Fields().ByName("client"), protoreflect.ValueOfString(key))
	case "SubscribeRequest":
		v.Message().Clear(of.Fields().ByName("channel"))
	}
	return v
}

func value(t *rapid.T, m protoreflect.Message, f protoreflect.FieldDescriptor) protoreflect.Value {
	name := string(f.Name())
	switch f.Kind() {
	case protoreflect.MessageKind:
		v := m.NewField(f)
		fill(t, v.Message())
		return v
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(rapid.SampledFrom([]string{
			`null`, `0`, `-1.5e9`, `""`, `"\u00e9\ud83d\ude00 안녕"`, `[]`, `{}`, `{"op":"abcdefgh:1","a":[1,{"b":null}]}`,
		}).Draw(t, name)))
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(rapid.String().Draw(t, name))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, name))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(rapid.Uint32().Draw(t, name))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(rapid.SampledFrom([]int32{0, 1, -1, math.MinInt32, math.MaxInt32}).Draw(t, name))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(rapid.Uint64().Draw(t, name))
	default:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(t, name))
	}
}

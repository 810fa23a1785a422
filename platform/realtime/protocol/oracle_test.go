package protocol

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"pgregory.net/rapid"
)

// documented is the protocol as its documentation has it, as far as it is kept here: a message, then its fields as number, type, name.
// A type of its own is a message, "*" says repeated, "%" a map from strings.
const documented = `
Error: 1 uint32 code, 2 string message, 3 bool temporary
Command: 1 uint32 id, 4 ConnectRequest connect, 5 SubscribeRequest subscribe, 6 UnsubscribeRequest unsubscribe, 7 PublishRequest publish, 8 PresenceRequest presence, 9 PresenceStatsRequest presence_stats, 10 HistoryRequest history, 11 PingRequest ping, 12 SendRequest send, 13 RPCRequest rpc, 14 RefreshRequest refresh, 15 SubRefreshRequest sub_refresh
Reply: 1 uint32 id, 2 Error error, 4 Push push, 5 ConnectResult connect, 6 SubscribeResult subscribe, 7 UnsubscribeResult unsubscribe, 8 PublishResult publish, 9 PresenceResult presence, 10 PresenceStatsResult presence_stats, 11 HistoryResult history, 12 PingResult ping, 13 RPCResult rpc, 14 RefreshResult refresh, 15 SubRefreshResult sub_refresh
Push: 2 string channel, 4 Publication pub, 5 Join join, 6 Leave leave, 7 Unsubscribe unsubscribe, 8 Message message, 9 Subscribe subscribe, 11 Disconnect disconnect, 12 Refresh refresh
ClientInfo: 1 string user, 2 string client, 3 bytes conn_info, 4 bytes chan_info
Publication: 4 bytes data, 5 ClientInfo info, 6 uint64 offset, 7 %string tags, 9 int64 time
Join: 1 ClientInfo info
Leave: 1 ClientInfo info
Unsubscribe: 2 uint32 code, 3 string reason
Subscribe: 1 bool recoverable, 4 string epoch, 5 uint64 offset, 6 bool positioned, 7 bytes data
Message: 1 bytes data
Disconnect: 1 uint32 code, 2 string reason, 3 bool reconnect
Refresh: 1 bool expires, 2 uint32 ttl
ConnectRequest: 1 string token, 2 bytes data, 3 %SubscribeRequest subs, 4 string name, 5 string version
ConnectResult: 1 string client, 2 string version, 3 bool expires, 4 uint32 ttl, 5 bytes data, 6 %SubscribeResult subs, 7 uint32 ping, 8 bool pong, 9 string session, 10 string node, 11 int64 time
RefreshRequest: 1 string token
RefreshResult: 1 string client, 2 string version, 3 bool expires, 4 uint32 ttl
SubscribeRequest: 1 string channel, 2 string token, 3 bool recover, 6 string epoch, 7 uint64 offset, 8 bytes data, 9 bool positioned, 10 bool recoverable, 11 bool join_leave, 13 FilterNode tf, 14 int64 flag, 15 int32 type
SubscribeResult: 1 bool expires, 2 uint32 ttl, 3 bool recoverable, 6 string epoch, 7 *Publication publications, 8 bool recovered, 9 uint64 offset, 10 bool positioned, 11 bytes data, 12 bool was_recovering
SubRefreshRequest: 1 string channel, 2 string token, 3 int32 type
SubRefreshResult: 1 bool expires, 2 uint32 ttl
UnsubscribeRequest: 1 string channel
UnsubscribeResult:
PublishRequest: 1 string channel, 2 bytes data, 3 int32 type
PublishResult:
PresenceRequest: 1 string channel
PresenceResult: 1 %ClientInfo presence
PresenceStatsRequest: 1 string channel
PresenceStatsResult: 1 uint32 num_clients, 2 uint32 num_users
StreamPosition: 1 uint64 offset, 2 string epoch
HistoryRequest: 1 string channel, 7 int32 limit, 8 StreamPosition since, 9 bool reverse
HistoryResult: 1 *Publication publications, 2 string epoch, 3 uint64 offset
PingRequest:
PingResult:
RPCRequest: 1 bytes data, 2 string method
RPCResult: 1 bytes data
SendRequest: 1 bytes data
FilterNode:
`

// oracle gives a message's description by name, for the Protobuf runtime.
func oracle(t testing.TB) func(name string) protoreflect.MessageDescriptor {
	t.Helper()
	file := &descriptorpb.FileDescriptorProto{Name: proto.String("c.proto"), Package: proto.String("c"), Syntax: proto.String("proto3")}
	for line := range strings.Lines(strings.TrimSpace(documented)) {
		name, fields, _ := strings.Cut(strings.TrimSpace(line), ":")
		m := &descriptorpb.DescriptorProto{Name: &name}
		for part := range strings.SplitSeq(fields, ",") {
			if words := strings.Fields(part); len(words) == 3 {
				describe(m, words[0], words[1], words[2])
			}
		}
		file.MessageType = append(file.MessageType, m)
	}
	d, err := protodesc.NewFile(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return func(name string) protoreflect.MessageDescriptor { return d.Messages().ByName(protoreflect.Name(name)) }
}

func describe(m *descriptorpb.DescriptorProto, number, typ, name string) {
	n, _ := strconv.Atoi(number)
	f := &descriptorpb.FieldDescriptorProto{Name: &name, Number: proto.Int32(int32(n)), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()}
	m.Field = append(m.Field, f)
	if value, ok := strings.CutPrefix(typ, "%"); ok {
		entry := strings.ToUpper(name[:1]) + name[1:] + "Entry"
		e := &descriptorpb.DescriptorProto{Name: &entry, Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)}}
		describe(e, "1", "string", "key")
		describe(e, "2", value, "value")
		m.NestedType = append(m.NestedType, e)
		typ = "*" + m.GetName() + "." + entry
	}
	if one, ok := strings.CutPrefix(typ, "*"); ok {
		typ = one
		f.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	}
	scalar, ok := map[string]descriptorpb.FieldDescriptorProto_Type{
		"bool": descriptorpb.FieldDescriptorProto_TYPE_BOOL, "string": descriptorpb.FieldDescriptorProto_TYPE_STRING, "bytes": descriptorpb.FieldDescriptorProto_TYPE_BYTES,
		"uint32": descriptorpb.FieldDescriptorProto_TYPE_UINT32, "uint64": descriptorpb.FieldDescriptorProto_TYPE_UINT64,
		"int32": descriptorpb.FieldDescriptorProto_TYPE_INT32, "int64": descriptorpb.FieldDescriptorProto_TYPE_INT64,
	}[typ]
	if !ok {
		scalar = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
		f.TypeName = proto.String(".c." + typ)
	}
	f.Type = &scalar
}

// TestOracleCommand and TestOracleReply: what the Protobuf runtime writes is read as it was meant, what is written is read by it as it
// was meant, and JSON has the same values under the documented names.
func TestOracleCommand(t *testing.T) {
	d := oracle(t)("Command")
	rapid.Check(t, func(t *rapid.T) {
		m := message(t, d, "request")
		for _, c := range codecs {
			cmds, err := commands(c, encoded(t, c, m))
			if err != nil || len(cmds) != 1 {
				t.Fatalf("%s: %v, %v", c, cmds, err)
			}
			agree(t, m, JSON.AppendCommand(nil, cmds[0]), Protobuf.AppendCommand(nil, cmds[0]))
		}
	})
}

func TestOracleReply(t *testing.T) {
	d := oracle(t)("Reply")
	rapid.Check(t, func(t *rapid.T) {
		m := message(t, d, "answer")
		for _, c := range codecs {
			rs, err := replies(c, encoded(t, c, m))
			if err != nil || len(rs) != 1 {
				t.Fatalf("%s: %v, %v", c, rs, err)
			}
			agree(t, m, JSON.Append(nil, rs[0]), Protobuf.Append(nil, rs[0]))
		}
	})
}

// encoded is m in a frame, as somebody else writes it.
func encoded(t *rapid.T, c Codec, m *dynamicpb.Message) []byte {
	var frame []byte
	var err error
	if c == JSON {
		frame, err = json.Marshal(plain(m))
	} else {
		frame, err = proto.Marshal(m)
		frame = framed(frame)
	}
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func agree(t *rapid.T, m *dynamicpb.Message, asJSON, asProtobuf []byte) {
	back := dynamicpb.NewMessage(m.Descriptor())
	var body []byte
	if err := splitLengths(asProtobuf, func(w *wire) error {
		body = w.buf[w.pos:w.end]
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := (proto.UnmarshalOptions{}).Unmarshal(body, back); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(m, back) {
		t.Fatalf("Protobuf: wrote %v, where %v was meant", back, m)
	}
	want, err := json.Marshal(plain(m))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(generic(t, want), generic(t, asJSON)); d != "" {
		t.Fatalf("JSON (-want +got)\n%s", d)
	}
}

func generic(t *rapid.T, text []byte) (v any) {
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	return v
}

// plain is a message as the JSON codec means it: bytes are JSON text, numbers are numbers.
func plain(m protoreflect.Message) map[string]any {
	out := make(map[string]any)
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		var x any
		switch {
		case f.IsMap():
			table := make(map[string]any)
			v.Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
				table[k.String()] = plainValue(f.MapValue(), v)
				return true
			})
			x = table
		case f.IsList():
			var items []any
			for i := range v.List().Len() {
				items = append(items, plainValue(f, v.List().Get(i)))
			}
			x = items
		default:
			x = plainValue(f, v)
		}
		out[string(f.Name())] = x
		return true
	})
	return out
}

func plainValue(f protoreflect.FieldDescriptor, v protoreflect.Value) any {
	switch f.Kind() {
	case protoreflect.MessageKind:
		return plain(v.Message())
	case protoreflect.BytesKind:
		return json.RawMessage(v.Bytes())
	default:
		return v.Interface()
	}
}

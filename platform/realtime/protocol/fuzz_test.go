package protocol

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"
)

var seeds = []*Command{
	{},
	{ID: 1, Connect: &ConnectRequest{Token: "t", Data: []byte(`{}`), Name: "js", Subs: []SubscribeRequest{{Channel: "a", Recover: true, Offset: 3, Epoch: "e"}}}},
	{ID: 2, Subscribe: &SubscribeRequest{Channel: "paper:1", Recoverable: true, JoinLeave: true, Filtered: true, Flag: -1, Type: 1}},
	{ID: 3, Publish: &PublishRequest{Channel: "paper:1", Data: []byte(`{"op":"abcdefgh:1","t":"\u00e9\n"}`)}},
	{ID: 4, History: &HistoryRequest{Channel: "paper:1", Limit: -1, Since: &StreamPosition{Offset: 1 << 63, Epoch: "e"}, Reverse: true}},
	{ID: 5, RPC: &RPCRequest{Method: "m", Data: []byte(`[1.5e9,null,true]`)}},
	{Send: &SendRequest{Data: []byte(`"안녕"`)}},
	{ID: 6, SubRefresh: &SubRefreshRequest{Channel: "c", Token: "t"}},
}

// FuzzDecodeJSON: whatever comes is read or refused; what is read is JSON, and means the same when it is written again.
func FuzzDecodeJSON(f *testing.F) {
	for _, cmd := range seeds {
		f.Add(JSON.AppendCommand(nil, cmd))
	}
	f.Add([]byte("{\"id\":1,\"ping\":{}}\n \r\n{}\n"))
	f.Add([]byte(`{"\u0069d":1,"x":{"y":[{"id":"\ud800"}]},"subscribe":{"channel":"\ud83d\ude00\ud83d"}}`))
	f.Fuzz(func(t *testing.T, frame []byte) {
		cmds, err := commands(JSON, frame)
		if err != nil {
			return
		}
		for line := range bytes.Lines(frame) {
			if len(bytes.TrimSpace(line)) > 0 && !json.Valid(line) {
				t.Errorf("read what is not JSON: %q", line)
			}
		}
		for _, c := range codecs {
			again(t, c, cmds)
		}
	})
}

// FuzzDecodeProtobuf: whatever comes is read or refused; what is read, the Protobuf runtime reads as well, and it means the same when it
// is written again.
func FuzzDecodeProtobuf(f *testing.F) {
	for _, cmd := range seeds {
		f.Add(Protobuf.AppendCommand(nil, cmd))
	}
	f.Add(append(Protobuf.AppendCommand(nil, seeds[1]), Protobuf.AppendCommand(nil, seeds[3])...))
	f.Add(framed(number(99, 1<<63), field(100, text("\xff")), number(1, 7), field(4, field(3, field(2, number(7, 1)), field(1, text("a"))))))
	descriptor := oracle(f)("Command")
	f.Fuzz(func(t *testing.T, frame []byte) {
		cmds, err := commands(Protobuf, frame)
		if err != nil {
			return
		}
		if err := splitLengths(frame, func(w *wire) error {
			return proto.Unmarshal(w.buf[w.pos:w.end], dynamicpb.NewMessage(descriptor))
		}); err != nil {
			t.Errorf("read what the runtime refuses: %v", err)
		}
		again(t, Protobuf, cmds)
		for _, cmd := range cmds {
			if line := JSON.AppendCommand(nil, cmd); bytes.IndexByte(line, '\n') >= 0 || !json.Valid(line) {
				t.Errorf("%q", line)
			}
		}
	})
}

func again(t *testing.T, c Codec, cmds []*Command) {
	var frame []byte
	for _, cmd := range cmds {
		if frame = c.AppendCommand(frame, cmd); c == JSON {
			frame = append(frame, '\n')
		}
	}
	var got []*Command
	if err := c.Decode(frame, len(frame), func(cmd *Command) error {
		got = append(got, cmd)
		return nil
	}); err != nil {
		t.Fatalf("%s: %v", c, err)
	}
	if d := cmp.Diff(cmds, got); d != "" {
		t.Errorf("%s (-want +got)\n%s", c, d)
	}
}

func FuzzDecodeReplies(f *testing.F) {
	for _, c := range codecs {
		f.Add(c == JSON, AppendPushPub(nil, c, "paper:1", publication))
		f.Add(c == JSON, AppendPushJoin(nil, c, "paper:1", publication.Info))
		f.Add(c == JSON, c.Append(nil, &Reply{ID: 1, Presence: &PresenceResult{Presence: []ClientInfo{*publication.Info}}}))
		f.Add(c == JSON, c.Append(nil, &Reply{ID: 1, Connect: &ConnectResult{Client: "c", Subs: []SubscribeResult{{Channel: "a", Publications: []Publication{*publication}}}}}))
	}
	f.Fuzz(func(t *testing.T, text bool, frame []byte) {
		c := Protobuf
		if text {
			c = JSON
		}
		rs, err := replies(c, frame)
		if err != nil {
			return
		}
		for _, r := range rs {
			got, err := replies(c, c.Append(nil, r))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]*Reply{r}, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		}
	})
}

// FuzzValidJSON holds the check against the standard library's, which knows no UTF-8 and another depth.
func FuzzValidJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-0.5e+9,"\u00e9",null,true,false]}`, ` 1 `, `01`, `1.`, `-`, `"\ud800"`, "\"\xff\"", `[1,]`, `{"a"}`, `nul`, "\"\x1f\"", ``, `1 2`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		if strings.Count(string(p), "[")+strings.Count(string(p), "{") > MaxDepth {
			return
		}
		if got, want := ValidJSON(p), json.Valid(p) && utf8.Valid(p); got != want {
			t.Errorf("%q: %v", p, got)
		}
	})
}

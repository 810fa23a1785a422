package protocol

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const limit = 1 << 16

func commands(c Codec, frame []byte) ([]*Command, error) {
	var all []*Command
	err := c.Decode(frame, limit, func(cmd *Command) error {
		all = append(all, cmd)
		return nil
	})
	return all, err
}

func replies(c Codec, frame []byte) ([]*Reply, error) {
	var all []*Reply
	err := c.DecodeReplies(frame, limit, func(r *Reply) error {
		all = append(all, r)
		return nil
	})
	return all, err
}

func TestDecodeJSON(t *testing.T) {
	for _, test := range []struct {
		name  string
		frame string
		want  []*Command
	}{
		{"pong", `{}`, []*Command{{}}},
		{"white space", " \t{ \"id\" : 1 , \"ping\" : { } } \r", []*Command{{ID: 1, Ping: &PingRequest{}}}},
		{
			"several, an empty line, a last newline", "{\"id\":1,\"ping\":{}}\n\n{\"id\":2,\"refresh\":{\"token\":\"t\"}}\n",
			[]*Command{{ID: 1, Ping: &PingRequest{}}, {ID: 2, Refresh: &RefreshRequest{Token: "t"}}},
		},
		{"what the SDK connects with", `{"connect":{"token":"t","name":"js"},"id":1}`, []*Command{{ID: 1, Connect: &ConnectRequest{Token: "t", Name: "js"}}}},
		{
			"server-side subscriptions to recover",
			`{"id":1,"connect":{"subs":{"a":{"recover":true,"offset":18446744073709551615,"epoch":"e"},"b":{}}}}`,
			[]*Command{{ID: 1, Connect: &ConnectRequest{Subs: []SubscribeRequest{
				{Channel: "a", Recover: true, Offset: math.MaxUint64, Epoch: "e"}, {Channel: "b"},
			}}}},
		},
		{"the key names the channel", `{"connect":{"subs":{"a":{"channel":"b"}}}}`, []*Command{{Connect: &ConnectRequest{Subs: []SubscribeRequest{{Channel: "a"}}}}}},
		{"data as it is", `{"send":{"data": [1.50,{"a" :"\u00e9"}] }}`, []*Command{{Send: &SendRequest{Data: []byte(`[1.50,{"a" :"\u00e9"}]`)}}}},
		{"data that is null", `{"send":{"data":null}}`, []*Command{{Send: &SendRequest{Data: []byte(`null`)}}}},
		{"null is nothing", `{"id":3,"connect":null,"history":{"channel":null,"limit":null,"since":null,"reverse":null}}`, []*Command{{ID: 3, History: &HistoryRequest{}}}},
		{"null tables", `{"connect":{"subs":null}}`, []*Command{{Connect: &ConnectRequest{}}}},
		{
			"history", `{"id":1,"history":{"channel":"c","limit":-1,"since":{"offset":0,"epoch":"e"},"reverse":true}}`,
			[]*Command{{ID: 1, History: &HistoryRequest{Channel: "c", Limit: -1, Since: &StreamPosition{Epoch: "e"}, Reverse: true}}},
		},
		{
			"least and most", `{"id":4294967295,"history":{"limit":-2147483648,"since":{}}}`,
			[]*Command{{ID: math.MaxUint32, History: &HistoryRequest{Limit: math.MinInt32, Since: &StreamPosition{}}}},
		},
		{
			"escapes", `{"id":1,"\u0073ubscribe":{"channel":"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00\ud83d\u0041\ude00","flag":-9223372036854775808}}`,
			[]*Command{{ID: 1, Subscribe: &SubscribeRequest{Channel: "\"\\/\b\f\n\r\tA😀\uFFFDA\uFFFD", Flag: math.MinInt64}}},
		},
		{
			"unknown fields", `{"x":{"id":[1,{"id":2}],"y":"}"},"id":1,"rpc":{"method":"m","data":"d","timeout":1e9}}`,
			[]*Command{{ID: 1, RPC: &RPCRequest{Method: "m", Data: []byte(`"d"`)}}},
		},
		{"names are exact", `{"ID":1,"Ping":{}}`, []*Command{{}}},
		{
			"a filter", `{"id":1,"subscribe":{"channel":"c","tf":{"op":"and","nodes":[{"key":"k"}]},"type":1}}`,
			[]*Command{{ID: 1, Subscribe: &SubscribeRequest{Channel: "c", Filtered: true, Type: 1}}},
		},
	} {
		got, err := commands(JSON, []byte(test.frame))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, d)
		}
	}
}

func TestDecodeJSONRefuses(t *testing.T) {
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	for _, frame := range []string{
		"", "\n\n", " ", "null", "1", `"a"`, "[]", "{", "}", `{"id":1`, `{"id":1}}`, `{"id":1} {"id":2}`, `{"id":1,}`, `{,"id":1}`, `{"id" 1}`, `{id:1}`,
		"{\"id\":\n1}", // a message is on one line
		`{"id":"1"}`, `{"id":1.0}`, `{"id":1e0}`, `{"id":-1}`, `{"id":01}`, `{"id":4294967296}`, `{"id":+1}`, `{"id":}`, `{"id":true}`, `{"id":nullx}`,
		`{"history":{"limit":2147483648}}`, `{"history":{"limit":-2147483649}}`, `{"history":{"limit":--1}}`, `{"history":{"limit":-}}`,
		`{"history":{"since":{"offset":18446744073709551616}}}`, `{"history":{"since":[]}}`, `{"history":{"reverse":1}}`, `{"history":{"reverse":"true"}}`,
		`{"subscribe":{"flag":9223372036854775808}}`,
		`{"ping":[]}`, `{"ping":true}`, `{"refresh":{"token":1}}`, `{"refresh":{"token":"a}}`, "{\"refresh\":{\"token\":\"\x01\"}}", `{"refresh":{"token":"\x"}}`,
		`{"refresh":{"token":"\u12g4"}}`, `{"refresh":{"token":"\u12`, "{\"refresh\":{\"token\":\"\xff\"}}", "{\"send\":{\"data\":\"\xc3\x28\"}}",
		`{"id":1,"id":1}`, `{"id":1,"\u0069d":1}`, `{"ping":{},"ping":{}}`, `{"connect":{},"connect":null}`,
		`{"connect":{"subs":{"a":{},"a":{}}}}`, `{"connect":{"subs":{"a":{},"\u0061":{}}}}`, `{"connect":{"subs":[]}}`, `{"connect":{"subs":{"a":null}}}`,
		`{"connect":{"subs":{"a":1}}}`,
		`{"ping":{},"connect":{}}`, `{"publish":{"data":{"a":1}},"send":{"data":1}}`,
		`{"send":{"data":}}`, `{"send":{"data":tru}}`, `{"send":{"data":truer}}`, `{"send":{"data":01}}`, `{"send":{"data":1.}}`, `{"send":{"data":.1}}`, `{"send":{"data":1e}}`,
		`{"send":{"data":[1,]}}`, `{"send":{"data":[1 2]}}`, `{"send":{"data":{"a"}}}`, `{"send":{"data":{"a":1,}}}`, `{"send":{"data":{1:1}}}`, `{"send":{"data":'a'}}`,
		`{"send":{"data":NaN}}`, `{"send":{"data":-}}`, `{"send":{"data":` + deep + `}}`, `{"x":` + deep + `}`,
		"\xef\xbb\xbf{}",
	} {
		if got, err := commands(JSON, []byte(frame)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v, %v", frame, got, err)
		}
	}
}

func TestDepth(t *testing.T) {
	for depth, ok := range map[int]bool{MaxDepth - 2: true, MaxDepth - 1: false} {
		data := strings.Repeat("[", depth) + strings.Repeat("]", depth)
		if _, err := commands(JSON, []byte(`{"send":{"data":`+data+`}}`)); (err == nil) != ok {
			t.Errorf("%d arrays within a command: %v", depth, err)
		}
	}
	for depth, ok := range map[int]bool{MaxDepth: true, MaxDepth + 1: false} {
		if got := ValidJSON([]byte(strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth))); got != ok {
			t.Errorf("%d objects: %v", depth, got)
		}
	}
}

func TestDecodeLimits(t *testing.T) {
	for _, c := range codecs {
		pong := c.AppendCommand(nil, &Command{})
		if c == JSON {
			pong = append(pong, '\n')
		}
		if got, err := commands(c, bytes.Repeat(pong, MaxMessages)); err != nil || len(got) != MaxMessages {
			t.Errorf("%s: %d commands, %v", c, len(got), err)
		}
		if got, err := commands(c, bytes.Repeat(pong, MaxMessages+1)); !errors.Is(err, ErrTooMany) || len(got) != MaxMessages {
			t.Errorf("%s: %d commands, %v", c, len(got), err)
		}
		if err := c.Decode(pong, len(pong)-1, nil); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", c, err)
		}
	}
}

func TestEntries(t *testing.T) {
	for n, ok := range map[int]bool{MaxEntries: true, MaxEntries + 1: false} {
		var r ConnectRequest
		for i := range n {
			r.Subs = append(r.Subs, SubscribeRequest{Channel: strconv.Itoa(i)})
		}
		for _, c := range codecs {
			got, err := commands(c, c.AppendCommand(nil, &Command{ID: 1, Connect: &r}))
			if (err == nil) != ok || ok && len(got[0].Connect.Subs) != n {
				t.Errorf("%s, %d entries: %v", c, n, err)
			}
		}
	}
}

// TestDecodeStops shows that the caller's error ends a frame, and that what came before a bad command was given.
func TestDecodeStops(t *testing.T) {
	enough := errors.New("enough")
	n := 0
	err := JSON.Decode([]byte("{\"id\":1}\n{\"id\":2}\n{\"id\":3}"), limit, func(*Command) error {
		if n++; n == 2 {
			return enough
		}
		return nil
	})
	if err != enough || n != 2 {
		t.Errorf("%d commands, %v", n, err)
	}
	got, err := commands(JSON, []byte("{\"id\":1}\n{\"id\":2}\n{"))
	if len(got) != 2 || !errors.Is(err, ErrMalformed) {
		t.Errorf("%d commands, %v", len(got), err)
	}
}

// TestDecodeDoesNotLetGrow shows that appending to a payload leaves the frame behind it alone.
func TestDecodeDoesNotLetGrow(t *testing.T) {
	for _, c := range codecs {
		frame := c.AppendCommand(nil, &Command{ID: 1, Publish: &PublishRequest{Channel: "c", Data: []byte(`1`), Type: 1}})
		before := bytes.Clone(frame)
		got, err := commands(c, frame)
		if err != nil {
			t.Fatal(err)
		}
		_ = append(got[0].Publish.Data, "xxxxxxxx"...)
		if !bytes.Equal(frame, before) {
			t.Errorf("%s: %q", c, frame)
		}
	}
}

package protocol

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAppendJSON(t *testing.T) {
	for _, test := range []struct {
		reply *Reply
		want  string
	}{
		{&Reply{}, `{}`},
		{&Reply{ID: 1, Publish: &PublishResult{}}, `{"id":1,"publish":{}}`},
		{&Reply{ID: 2, Error: ErrorTooManyRequests}, `{"id":2,"error":{"code":111,"message":"too many requests","temporary":true}}`},
		{
			&Reply{ID: 1, Connect: &ConnectResult{Client: "c", Version: "1", Expires: true, TTL: 60, Ping: 25, Pong: true, Subs: []SubscribeResult{
				{Channel: `a"b`, Recoverable: true, Epoch: "e"}, {Channel: "b"},
			}}},
			`{"id":1,"connect":{"client":"c","version":"1","expires":true,"ttl":60,"subs":{"a\"b":{"recoverable":true,"epoch":"e"},"b":{}},"ping":25,"pong":true}}`,
		},
		{
			&Reply{ID: 1, Subscribe: &SubscribeResult{
				Recoverable: true, Positioned: true, WasRecovering: true, Recovered: true, Epoch: "e", Offset: math.MaxUint64, Data: []byte(`{"notes":[]}`),
				Publications: []Publication{{Data: []byte(`1`), Offset: 1}, {Data: []byte(`2`), Offset: 2, Tags: []Tag{{"k", "v"}, {"l", ""}}, Time: -1}},
			}},
			`{"id":1,"subscribe":{"recoverable":true,"epoch":"e","publications":[{"data":1,"offset":1},{"data":2,"offset":2,"tags":{"k":"v","l":""},"time":-1}],` +
				`"recovered":true,"offset":18446744073709551615,"positioned":true,"data":{"notes":[]},"was_recovering":true}}`,
		},
		{
			&Reply{ID: 1, Presence: &PresenceResult{Presence: []ClientInfo{{Client: "c2", User: "u"}, {Client: "c1", ConnInfo: []byte(`{}`)}}}},
			`{"id":1,"presence":{"presence":{"c2":{"user":"u","client":"c2"},"c1":{"client":"c1","conn_info":{}}}}}`,
		},
		{&Reply{Push: &Push{Channel: "c", Unsubscribe: &UnsubscribeExpired}}, `{"push":{"channel":"c","unsubscribe":{"code":2501,"reason":"subscription expired"}}}`},
		{&Reply{Push: &Push{Message: &Message{Data: []byte(`[]`)}}}, `{"push":{"message":{"data":[]}}}`},
		{&Reply{ID: 1, RPC: &RPCResult{}}, `{"id":1,"rpc":{}}`},
		{&Reply{ID: 1, Error: &Error{Message: "\x00\x1f\n\"\\\u007f\u2028é😀" + "\xff" + "a\xc3"}}, `{"id":1,"error":{"message":"\u0000\u001f\u000a\"\\` + "\u007f\u2028é😀\uFFFDa\uFFFD" + `"}}`},
	} {
		if got := string(JSON.Append(nil, test.reply)); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

// TestLineBreaks shows that a payload with line breaks stays on one line and means the same.
func TestLineBreaks(t *testing.T) {
	data := "\n{\n  \"a\": [1,\r\n\t2],\n  \"b\": \"\\n\"\n}\n"
	got := JSON.Append(nil, &Reply{ID: 1, RPC: &RPCResult{Data: []byte(data)}})
	if want := "{\"id\":1,\"rpc\":{\"data\":{  \"a\": [1,\r\t2],  \"b\": \"\\n\"}}}"; string(got) != want {
		t.Errorf("%q", got)
	}
	if bytes.IndexByte(got, '\n') >= 0 {
		t.Error("there is a line break")
	}
	if _, err := replies(JSON, got); err != nil {
		t.Error(err)
	}
	rs, err := replies(Protobuf, Protobuf.Append(nil, &Reply{RPC: &RPCResult{Data: []byte(data)}}))
	if err != nil || string(rs[0].RPC.Data) != data {
		t.Errorf("%v, %v", rs, err)
	}
}

// TestAppendAfter shows that what stands before in dst is kept, and that messages of all lengths of length follow each other.
func TestAppendAfter(t *testing.T) {
	for _, c := range codecs {
		var frame []byte
		var want []*Reply
		for _, n := range []int{0, 1, 50, 117, 118, 119, 120, 127, 128, 300, 16_370, 16_383, 16_384, 16_390} {
			r := &Reply{ID: uint32(n + 1), Push: &Push{Channel: strings.Repeat("c", n), Pub: &Publication{Data: []byte(`"` + strings.Repeat("x", n) + `"`)}}}
			if frame = c.Append(frame, r); c == JSON {
				frame = append(frame, '\n')
			}
			want = append(want, r)
		}
		var got []*Reply
		if err := c.DecodeReplies(frame, len(frame), func(r *Reply) error {
			got = append(got, r)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", c, d)
		}
	}
}

func TestPushes(t *testing.T) {
	info := &ClientInfo{User: "u", Client: "c"}
	for _, c := range codecs {
		for _, push := range []struct {
			got  []byte
			want Push
		}{
			{AppendPushPub(nil, c, "x", publication), Push{Channel: "x", Pub: publication}},
			{AppendPushJoin(nil, c, "x", info), Push{Channel: "x", Join: &Join{Info: info}}},
			{AppendPushLeave(nil, c, "x", info), Push{Channel: "x", Leave: &Leave{Info: info}}},
			{AppendPushUnsubscribe(nil, c, "x", UnsubscribeServer), Push{Channel: "x", Unsubscribe: &Unsubscribe{Code: 2000, Reason: "server unsubscribe"}}},
		} {
			got, err := replies(c, push.got)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]*Reply{{Push: &push.want}}, got); d != "" {
				t.Errorf("%s (-want +got)\n%s", c, d)
			}
		}
		got, err := replies(c, AppendPing(nil, c))
		if err != nil || len(got) != 1 || !got[0].IsPing() {
			t.Errorf("%s: %v, %v", c, got, err)
		}
		if got, err := replies(c, AppendError(nil, c, 4, ErrorExpired)); err != nil || got[0].ID != 4 || *got[0].Error != *ErrorExpired {
			t.Errorf("%s: %v, %v", c, got, err)
		}
	}
}

package protocol

import (
	"strings"
	"testing"
)

var publication = &Publication{
	Data:   []byte(`{"op":"abcdefgh:12","t":"note.move","id":"n1","x":120,"y":-4.5,"text":"` + strings.Repeat("안녕 ", 20) + `"}`),
	Info:   &ClientInfo{User: "u-1", Client: "c-1", ConnInfo: []byte(`{"name":"Mina"}`)},
	Offset: 1 << 40,
	Tags:   []Tag{{"a", "b"}},
}

var codecs = []Codec{JSON, Protobuf}

// TestAppendAllocates holds what is sent for every operation to no garbage at all.
func TestAppendAllocates(t *testing.T) {
	buf := make([]byte, 0, 4096)
	ack := &Reply{ID: 7, Publish: &PublishResult{}}
	broken := *publication
	broken.Data = []byte("{\n  \"a\": 1\n}\n")
	for _, c := range codecs {
		for _, call := range []struct {
			what string
			most float64
			fn   func()
		}{
			{"publication", 0, func() { AppendPushPub(buf, c, "paper:1", publication) }},
			{"publication with line breaks", 0, func() { AppendPushPub(buf, c, "paper:1", &broken) }},
			{"acknowledgement", 0, func() { c.Append(buf, ack) }},
			{"error", 0, func() { AppendError(buf, c, 3, ErrorTooManyRequests) }},
			{"ping", 0, func() { AppendPing(buf, c) }},
			{"join", 1, func() { AppendPushJoin(buf, c, "paper:1", publication.Info) }},
			{"leave", 1, func() { AppendPushLeave(buf, c, "paper:1", publication.Info) }},
			{"unsubscribe", 1, func() { AppendPushUnsubscribe(buf, c, "paper:1", UnsubscribeInsufficientState) }},
		} {
			if n := testing.AllocsPerRun(100, call.fn); n > call.most {
				t.Errorf("%s, %s: %v allocations, at most %v", c, call.what, n, call.most)
			}
		}
	}
}

// TestDecodeAllocatesLittle bounds what a publish costs to read: the command, the request, the channel.
func TestDecodeAllocatesLittle(t *testing.T) {
	for _, c := range codecs {
		frame := c.AppendCommand(nil, &Command{ID: 9, Publish: &PublishRequest{Channel: "paper:1", Data: publication.Data}})
		each := func(cmd *Command) error { return nil }
		n := testing.AllocsPerRun(100, func() {
			if err := c.Decode(frame, 1<<16, each); err != nil {
				t.Fatal(err)
			}
		})
		if n > 4 {
			t.Errorf("%s: %v allocations", c, n)
		}
	}
}

func BenchmarkAppendPushPub(b *testing.B) {
	for _, c := range codecs {
		b.Run(c.String(), func(b *testing.B) {
			buf := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				AppendPushPub(buf, c, "paper:1", publication)
			}
		})
	}
}

func BenchmarkDecodePublish(b *testing.B) {
	for _, c := range codecs {
		b.Run(c.String(), func(b *testing.B) {
			frame := c.AppendCommand(nil, &Command{ID: 9, Publish: &PublishRequest{Channel: "paper:1", Data: publication.Data}})
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				if err := c.Decode(frame, 1<<16, func(*Command) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

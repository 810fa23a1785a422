package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// talker is a client of ours in a crowd. It speaks as an SDK does: it connects, waits, subscribes, waits.
type talker struct {
	*wire
	rooms []seat
	ids   int // of commands; publications' begin at 1000
	in    int // rooms that it is in
	ready func(*talker)
	acked func(t *talker, id int)               // nil: it does not publish
	shown func(t *talker, s *seat, line []byte) // nil: what is published is not looked at
}

// seat is a place in a channel.
type seat struct {
	channel   string
	token     string // of the subscription; may be empty
	begin     []byte // of a line that publishes in it
	epoch     string
	offset    uint64 // the last that was shown
	recovered bool
	missed    int // entries that came with the answer
}

const firstPublish = 1000

// talk begins to connect one. Where its seats have an epoch it recovers.
func (c *crowd) talk(url string, seats []seat, ready func(*talker)) (*talker, error) {
	t := &talker{rooms: seats, ready: ready, ids: firstPublish}
	for i := range seats {
		seats[i].begin = []byte(`{"push":{"channel":"` + seats[i].channel + `","pub":`)
	}
	var err error
	t.wire, err = c.dial(url, path, subject, t.opened, t.heardFrame)
	return t, err
}

func (t *talker) opened(w *wire) {
	t.wire = w
	w.send([]byte(`{"id":1,"connect":{"name":"bench"}}`))
}

func (t *talker) fail(format string, args ...any) {
	t.err = errors.Join(t.err, fmt.Errorf(format, args...))
}

func (t *talker) heardFrame(_ *wire, frame []byte) {
	for len(frame) > 0 {
		line, rest, _ := bytes.Cut(frame, []byte{'\n'})
		t.line(line)
		frame = rest
	}
}

func (t *talker) line(line []byte) {
	switch {
	case len(line) == 2: // {}
		t.send([]byte("{}"))
	case bytes.HasPrefix(line, []byte(`{"id":`)):
		t.reply(line)
	case t.shown == nil:
	default:
		for i := range t.rooms {
			if s := &t.rooms[i]; bytes.HasPrefix(line, s.begin) {
				t.shown(t, s, line)
				return
			}
		}
		t.fail("an unknown push: %.200s", line)
	}
}

func (t *talker) reply(line []byte) {
	rest := line[len(`{"id":`):]
	comma := bytes.IndexByte(rest, ',')
	id, err := strconv.Atoi(string(rest[:max(comma, 0)]))
	if err != nil || bytes.HasPrefix(rest[comma:], []byte(`,"error"`)) {
		t.fail("a reply: %.300s", line)
		return
	}
	switch {
	case id > firstPublish:
		t.acked(t, id)
	case id == 1:
		t.subscribe()
	default:
		t.seated(&t.rooms[id-2], line)
	}
}

func (t *talker) subscribe() {
	var b []byte
	for i, s := range t.rooms {
		if i > 0 {
			b = append(b, '\n')
		}
		b = fmt.Appendf(b, `{"id":%d,"subscribe":{"channel":%q,"recoverable":true`, i+2, s.channel)
		if s.token != "" {
			b = fmt.Appendf(b, `,"token":%q`, s.token)
		}
		if s.epoch != "" {
			b = fmt.Appendf(b, `,"recover":true,"epoch":%q,"offset":%d`, s.epoch, s.offset)
		}
		b = append(b, "}}"...)
	}
	t.send(b)
}

func (t *talker) seated(s *seat, line []byte) {
	s.recovered = bytes.Contains(line, []byte(`"recovered":true`))
	s.missed = bytes.Count(line, []byte(`{"data":`))
	s.epoch = string(text(line, `"epoch":"`))
	s.offset = number(line, `"offset":`)
	if t.in++; t.in == len(t.rooms) {
		t.ready(t)
	}
}

// publish sends an operation, and gives the command's id.
func (t *talker) publish(s *seat, data []byte) int {
	t.ids++
	b := make([]byte, 0, 64+len(s.channel)+len(data))
	b = strconv.AppendInt(append(b, `{"id":`...), int64(t.ids), 10)
	b = append(append(b, `,"publish":{"channel":"`...), s.channel...)
	b = append(append(b, `","data":`...), data...)
	t.send(append(b, "}}"...))
	return t.ids
}

// follows notes the offset of what was shown, which must be the next one.
func (t *talker) follows(s *seat, line []byte) {
	at := number(line, `"offset":`)
	if at != s.offset+1 {
		t.fail("%s: offset %d was shown after %d", s.channel, at, s.offset)
	}
	s.offset = at
}

// number is what stands behind the last of a name.
func number(line []byte, name string) (n uint64) {
	i := bytes.LastIndex(line, []byte(name))
	if i < 0 {
		return 0
	}
	for _, c := range line[i+len(name):] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uint64(c-'0')
	}
	return n
}

// text is what stands behind the last of a name, up to the quote.
func text(line []byte, name string) []byte {
	i := bytes.LastIndex(line, []byte(name))
	if i < 0 {
		return nil
	}
	rest := line[i+len(name):]
	return rest[:max(bytes.IndexByte(rest, '"'), 0)]
}

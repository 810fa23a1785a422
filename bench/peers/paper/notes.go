package main

import (
	"context"

	"github.com/bytedance/sonic"
	"github.com/redis/rueidis"
)

// message is what is looked at of a message; the rest is passed on as it is.
type message struct {
	Op   string `json:"op"`
	Type string `json:"t"`
	ID   string `json:"id"`
}

func parse(data []byte) (m message, err error) {
	err = sonic.Unmarshal(data, &m)
	return m, err
}

// notes are the papers in Redis: a hash each, of the last message about each note.
type notes struct{ redis rueidis.Client }

func key(paper string) string { return "paper:" + paper }

func (n notes) save(ctx context.Context, paper, id string, data []byte) error {
	return n.redis.Do(ctx, n.redis.B().Hset().Key(key(paper)).FieldValue().FieldValue(id, rueidis.BinaryString(data)).Build()).Error()
}

// all is a paper as it is sent: {"t":"notes","notes":[…]}.
func (n notes) all(ctx context.Context, paper string) ([]byte, error) {
	values, err := n.redis.Do(ctx, n.redis.B().Hvals().Key(key(paper)).Build()).AsStrSlice()
	if err != nil {
		return nil, err
	}
	size := 32
	for _, v := range values {
		size += len(v) + 1
	}
	out := append(make([]byte, 0, size), `{"t":"notes","notes":[`...)
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, v...)
	}
	return append(out, "]}"...), nil
}

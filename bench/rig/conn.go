package rig

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Conn is one connection of a load that keeps account of every single answer, which wrk does not. It speaks as much of HTTP/1.1 as
// our own server does.
type Conn struct {
	at   string
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

// Answer is what came back. Its body is valid until the next request.
type Answer struct {
	Status     int
	RetryAfter string
	Body       []byte
	Took       time.Duration
}

// Dial connects to a server's URL. The connection ends by Close.
func Dial(ctx context.Context, url string) (*Conn, error) {
	c := &Conn{at: strings.TrimPrefix(url, "http://")}
	return c, c.dial(ctx)
}

func (c *Conn) dial(ctx context.Context) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.at)
	if err != nil {
		return err
	}
	c.conn, c.in = conn, bufio.NewReaderSize(conn, 2<<10)
	return nil
}

// Close ends it.
func (c *Conn) Close() error {
	if c.conn == nil {
		return nil
	}
	conn := c.conn
	c.conn = nil
	return conn.Close()
}

// Ask sends a whole request and reads the answer, which must not take longer than a minute. After an error, or where the server has
// closed the connection, the next one goes over a new connection.
func (c *Conn) Ask(ctx context.Context, request []byte) (a Answer, err error) {
	if c.conn == nil {
		if err := c.dial(ctx); err != nil {
			return a, err
		}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	begun := time.Now()
	if err := c.conn.SetDeadline(begun.Add(time.Minute)); err != nil {
		return a, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return a, err
	}
	last, err := c.read(&a)
	if err != nil {
		return a, err
	}
	a.Took = time.Since(begun)
	if last {
		err = c.Close()
	}
	return a, err
}

// read takes one answer. last: the server closes the connection.
func (c *Conn) read(a *Answer) (last bool, err error) {
	length := -1
	for first := true; ; first = false {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return false, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if first {
			if a.Status, err = status(line); err != nil {
				return false, err
			}
			continue
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch string(name) {
		case "Content-Length":
			if length, err = strconv.Atoi(string(value)); err != nil {
				return false, err
			}
		case "Retry-After":
			a.RetryAfter = string(value)
		case "Connection":
			last = string(value) == "close"
		}
	}
	if length < 0 {
		return false, errors.New("an answer without Content-Length")
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	a.Body = c.body[:length]
	_, err = io.ReadFull(c.in, a.Body)
	return last, err
}

func status(line []byte) (int, error) {
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, fmt.Errorf("an answer begins %.40q", line)
	}
	return strconv.Atoi(string(line[9:12]))
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"golang.org/x/sys/unix"
)

// crowd is many WebSocket connections on one goroutine, by epoll: a goroutine each would cost the load's core more than the servers
// spend on theirs, and then the load would be measured.
type crowd struct {
	poll  int
	wires map[int]*wire
	stuck []*wire // with bytes that did not go out yet
	ready []unix.EpollEvent
	buf   []byte
	err   error
}

// wire is one connection of it.
type wire struct {
	*crowd
	fd    int
	up    bool
	carry []byte // what came of an unfinished frame, or of the answer to the upgrade
	out   []byte // what did not go out yet
	opens func(*wire)
	heard func(*wire, []byte) // one whole frame's payload, valid until it returns
	ended func(*wire, error)  // nil: it must not end
}

func newCrowd() (*crowd, error) {
	poll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return &crowd{poll: poll, wires: map[int]*wire{}, ready: make([]unix.EpollEvent, 1024), buf: make([]byte, 256<<10)}, nil
}

// close ends all connections at once, as a network does that is gone.
func (c *crowd) close() {
	for _, w := range c.wires {
		w.drop()
	}
	_ = unix.Close(c.poll)
}

// dial begins a connection to a server's URL. It comes from one of many loopback addresses, or ports would run out. protocol may be
// empty. opens is called when it is upgraded, heard with every frame, both from turn.
func (c *crowd) dial(url, path, protocol string, opens func(*wire), heard func(*wire, []byte)) (*wire, error) {
	to, err := net.ResolveTCPAddr("tcp4", strings.TrimPrefix(url, "http://"))
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	w := &wire{crowd: c, fd: fd, opens: opens, heard: heard}
	if err := w.connect(to); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	c.wires[fd] = w
	request := "GET " + path + " HTTP/1.1\r\nHost: " + to.String() + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	if protocol != "" {
		request += "Sec-WebSocket-Protocol: " + protocol + "\r\n"
	}
	w.write([]byte(request + "\r\n"))
	return w, nil
}

func (w *wire) connect(to *net.TCPAddr) error {
	from := &unix.SockaddrInet4{Addr: [4]byte{127, 0, 1, byte(w.fd % 250)}}
	if err := errors.Join(unix.SetsockoptInt(w.fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1), unix.Bind(w.fd, from)); err != nil {
		return err
	}
	if err := unix.Connect(w.fd, &unix.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())}); err != nil {
		return err
	}
	return errors.Join(unix.SetNonblock(w.fd, true), unix.SetsockoptInt(w.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.EpollCtl(w.poll, unix.EPOLL_CTL_ADD, w.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(w.fd)}))
}

// drop ends it without a word.
func (w *wire) drop() {
	_ = unix.SetsockoptLinger(w.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	_ = unix.Close(w.fd) // the kernel takes it out of the epoll set
	delete(w.wires, w.fd)
	w.fd = -1
}

// send sends a text message. Its mask is zero, so that it goes as it is.
func (w *wire) send(text []byte) {
	frame := append(w.buf[:0], 0x81) // free while nothing is being read into it, or what was read has been looked at
	switch n := len(text); {
	case n < 126:
		frame = append(frame, 0x80|byte(n))
	default:
		frame = append(frame, 0x80|126, byte(n>>8), byte(n))
	}
	frame = append(frame, 0, 0, 0, 0)
	w.write(append(frame, text...))
}

func (w *wire) write(p []byte) {
	if w.fd < 0 {
		return
	}
	if len(w.out) > 0 {
		w.out = append(w.out, p...)
		return
	}
	n, err := unix.Write(w.fd, p)
	if err != nil {
		n = 0
		if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ECONNRESET) { // those are read next
			w.err = errors.Join(w.err, err)
		}
	}
	if n < len(p) {
		w.out = append(w.out, p[n:]...)
		w.stuck = append(w.stuck, w)
	}
}

// turn waits so many milliseconds for anything to come, and deals with what has come.
func (c *crowd) turn(ctx context.Context, wait int) error {
	stuck := c.stuck
	c.stuck = nil
	for _, w := range stuck {
		p := w.out
		w.out = nil
		w.write(p)
	}
	n, err := unix.EpollWait(c.poll, c.ready, wait)
	if err != nil && !errors.Is(err, unix.EINTR) {
		return err
	}
	for i := range max(n, 0) {
		if w := c.wires[int(c.ready[i].Fd)]; w != nil {
			w.read()
		}
	}
	return errors.Join(c.err, ctx.Err())
}

func (w *wire) read() {
	// Half of the buffer is for what is sent meanwhile.
	half := w.buf[len(w.buf)/2:]
	n, err := unix.Read(w.fd, half)
	switch {
	case errors.Is(err, unix.EAGAIN):
		return
	case err == nil && n == 0:
		err = errors.New("the server has closed it")
	}
	if err != nil {
		w.drop()
		if w.ended != nil {
			w.ended(w, err)
		} else {
			w.err = errors.Join(w.err, fmt.Errorf("a connection: %w", err))
		}
		return
	}
	p := half[:n]
	if len(w.carry) > 0 {
		w.carry = append(w.carry, p...)
		p = w.carry
	}
	rest := w.take(p)
	if len(rest) == 0 {
		w.carry = nil
		return
	}
	w.carry = append([]byte(nil), rest...)
}

// take deals with all that is whole, and gives the rest.
func (w *wire) take(p []byte) []byte {
	if !w.up {
		end := bytes.Index(p, []byte("\r\n\r\n"))
		if end < 0 {
			return p
		}
		if !bytes.HasPrefix(p, []byte("HTTP/1.1 101 ")) {
			w.err = errors.Join(w.err, fmt.Errorf("upgrade: %.300s", p))
			return nil
		}
		w.up, p = true, p[end+4:]
		w.opens(w)
	}
	for len(p) >= 2 && w.fd >= 0 {
		size, head := int(p[1]&0x7f), 2
		switch {
		case size == 126 && len(p) >= 4:
			size, head = int(p[2])<<8|int(p[3]), 4
		case size == 127 && len(p) >= 10:
			size, head = int(p[6])<<24|int(p[7])<<16|int(p[8])<<8|int(p[9]), 10
		case size >= 126:
			return p
		}
		if len(p) < head+size {
			return p
		}
		if p[0]&0x0f == 8 {
			w.err = errors.Join(w.err, fmt.Errorf("the server closes: %q", p[head:head+size]))
		}
		w.heard(w, p[head:head+size])
		p = p[head+size:]
	}
	return p
}

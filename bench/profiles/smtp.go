package main

import (
	"bufio"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// mailTime is how long the mail server takes for each mail, as those across a network do.
const mailTime = 20 * time.Millisecond

// mailServer stands for the site's. It takes every mail, one after the other on each connection, and counts them.
type mailServer struct {
	net.Listener
	taken atomic.Int64
}

func newMailServer() (*mailServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &mailServer{Listener: l}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil { // closed
				return
			}
			go s.serve(conn)
		}
	}()
	return s, nil
}

// settings by which a Hotlane mails through it.
func (s *mailServer) settings() []string {
	return []string{"HOTLANE_MAIL_SMTP=" + s.Addr().String(), "HOTLANE_MAIL_TLS=none", "HOTLANE_MAIL_FROM=bench@example.com"}
}

// serve speaks as much of RFC 5321 as a client needs who makes no mistakes.
func (s *mailServer) serve(conn net.Conn) {
	defer conn.Close()
	say := func(line string) bool {
		_, err := conn.Write([]byte(line + "\r\n"))
		return err == nil
	}
	say("220 bench.example.com ESMTP")
	for in := bufio.NewScanner(conn); in.Scan(); {
		verb, _, _ := strings.Cut(strings.ToUpper(in.Text()), " ")
		switch verb {
		case "EHLO", "HELO":
			say("250 bench.example.com")
		case "DATA":
			say("354 go ahead")
			for in.Scan() && in.Text() != "." { //nolint:revive // the mail is not looked at
			}
			time.Sleep(mailTime)
			s.taken.Add(1)
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

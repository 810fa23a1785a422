package notify_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hotlane/hotlane/platform/notify"
)

// script is a tiny SMTP server that answers as a test tells it to: by the first word of a command, or "." for the end of a message.
// The answer "hang" is none, "close" ends the connection.
type script struct {
	t           *testing.T
	listener    net.Listener
	certificate tls.Certificate
	done        sync.WaitGroup

	mu       sync.Mutex
	implicit bool // encrypted from the first byte
	answers  map[string]string
	said     []string // by clients
	messages []string
	conns    []net.Conn
	hung     chan struct{} // closed when somebody hangs
}

func serveSMTP(t *testing.T, answers map[string]string) *script {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &script{t: t, listener: l, answers: answers, certificate: certificate(), hung: make(chan struct{})}
	s.done.Go(s.accept)
	t.Cleanup(func() {
		l.Close()
		s.cut()
		s.done.Wait()
	})
	return s
}

// certificate for 127.0.0.1, which clients of httptest trust.
func certificate() tls.Certificate {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	return s.TLS.Certificates[0]
}

func (s *script) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns = append(s.conns, c)
		implicit := s.implicit
		s.mu.Unlock()
		s.done.Go(func() {
			defer c.Close()
			if implicit {
				c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{s.certificate}})
			}
			s.talk(c)
		})
	}
}

// cut ends all connections.
func (s *script) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Close()
	}
}

func (s *script) talk(c net.Conn) {
	r := bufio.NewReader(c)
	if !s.answer(c, "greeting", "220 script") {
		return
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.mu.Lock()
		s.said = append(s.said, line)
		s.mu.Unlock()
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		normal := map[string]string{
			"EHLO": "250-script\r\n250-AUTH PLAIN\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 STARTTLS", "DATA": "354 go on", "STARTTLS": "220 go on",
			"AUTH": "235 welcome", "QUIT": "221 bye",
		}[word]
		if normal == "" {
			normal = "250 ok"
		}
		if !s.answer(c, word, normal) || word == "QUIT" {
			return
		}
		switch word {
		case "STARTTLS":
			c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{s.certificate}})
			r = bufio.NewReader(c)
		case "DATA":
			if !s.message(c, r) {
				return
			}
		}
	}
}

func (s *script) message(c net.Conn, r *bufio.Reader) bool {
	s.mu.Lock()
	now := s.answers["in DATA"]
	s.mu.Unlock()
	if now == "close" {
		return false
	}
	if now == "hang" {
		return s.answer(c, "in DATA", "")
	}
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
	s.mu.Lock()
	s.messages = append(s.messages, b.String())
	s.mu.Unlock()
	return s.answer(c, ".", "250 taken")
}

// answer says what the script has for a command; false: the connection ends.
func (s *script) answer(c net.Conn, word, normal string) bool {
	s.mu.Lock()
	said, ok := s.answers[word]
	if !ok {
		said = normal
	}
	if said == "hang" {
		select {
		case <-s.hung:
		default:
			close(s.hung)
		}
	}
	s.mu.Unlock()
	switch said {
	case "hang":
		_, _ = bufio.NewReader(c).ReadString(0) // until the client leaves
		return false
	case "close":
		return false
	}
	if _, err := fmt.Fprintf(c, "%s\r\n", said); err != nil {
		return false
	}
	return word == "DATA" || !strings.HasPrefix(said, "421")
}

func (s *script) set(word, said string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if said == "" {
		delete(s.answers, word)
		return
	}
	s.answers[word] = said
}

// first message that it took.
func (s *script) first() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messages[0]
}

// encrypt makes it encrypt from the first byte.
func (s *script) encrypt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.implicit = true
}

// words are what clients said.
func (s *script) words() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.said)
}

// count of commands that begin so.
func (s *script) count(command string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, line := range s.said {
		if strings.HasPrefix(line, command) {
			n++
		}
	}
	return n
}

func (s *script) taken() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.messages)
}

func (s *script) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// mailer of this server, which trusts its certificate.
func (s *script) mailer(change func(*notify.MailConfig)) notify.Service {
	s.t.Helper()
	cfg := notify.DefaultMailConfig()
	cfg.SMTP, cfg.From, cfg.TLS = s.listener.Addr().String(), "Hotlane <no-reply@example.com>", "none"
	if change != nil {
		change(&cfg)
	}
	m, err := notify.Open(cfg, notify.Deps{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = m.Close() })
	return m
}

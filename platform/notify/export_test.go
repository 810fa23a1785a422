package notify

import (
	"crypto/tls"
	"crypto/x509"
)

// Trust makes an SMTP mailer trust one certificate.
func Trust(s Service, c tls.Certificate) {
	pool := x509.NewCertPool()
	pool.AddCert(c.Leaf)
	s.(*SMTP).tls.RootCAs = pool
}

// Idle is how many connections wait for the next mail.
func Idle(s Service) int {
	m := s.(*SMTP)
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.idle)
}

// Parse reads a message.
var Parse = parse

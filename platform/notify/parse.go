package notify

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// parse reads a message that compose made.
func parse(r io.Reader) (Mail, error) {
	msg, err := mail.ReadMessage(r)
	if err != nil {
		return Mail{}, err
	}
	var words mime.WordDecoder
	subject, err := words.DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		return Mail{}, err
	}
	m := Mail{
		Subject:     subject,
		ID:          strings.Trim(msg.Header.Get("Message-Id"), "<>"),
		Unsubscribe: strings.Trim(msg.Header.Get("List-Unsubscribe"), "<>"),
		Lang:        msg.Header.Get("Content-Language"),
	}
	if list, err := msg.Header.AddressList("To"); err == nil && len(list) > 0 {
		m.To = list[0].Address
		if list[0].Name != "" {
			m.To = list[0].Name + " <" + list[0].Address + ">"
		}
	}
	return m, m.parts(msg.Header.Get, msg.Body)
}

func (m *Mail) parts(header func(string) string, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return m.part(kind, header("Content-Transfer-Encoding"), body)
	}
	r := multipart.NewReader(body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := m.parts(p.Header.Get, p); err != nil {
			return err
		}
	}
}

func (m *Mail) part(kind, encoding string, body io.Reader) error {
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	b, err := io.ReadAll(io.LimitReader(body, 2*maxMessage))
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	switch kind {
	case "text/plain":
		m.Text = text
	case "text/html":
		m.HTML = text
	}
	return nil
}

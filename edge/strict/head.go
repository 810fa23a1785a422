package strict

import "bytes"

// Continue is all that a client may expect (RFC 9110, section 10.1.1).
const Continue = "100-continue"

// head is what a request's head says about what follows it.
type head struct {
	length  int64
	chunked bool
	upgrade bool // a WebSocket is asked for
}

// fields collects what the header lines say about framing and routing.
type fields struct {
	hosts, lengths, codings, upgrades int

	host          []byte
	length        int64
	chunked       bool // the one coding is chunked
	websocket     bool // the one upgrade is websocket
	wantsUpgrade  bool // Connection has the token upgrade
	invalidLength bool
	expects       bool // something else than 100-continue
}

// parseHead judges a whole head, up to and with its blank line.
func parseHead(b []byte) (head, Refusal) {
	b = b[:len(b)-2] // the blank line
	i := bytes.IndexByte(b, '\n')
	if i < 1 || b[i-1] != '\r' {
		return head{}, BareLF
	}
	line, refusal := parseRequestLine(b[:i-1])
	if refusal != "" {
		return head{}, refusal
	}
	var f fields
	for rest := b[i+1:]; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		if i < 1 || rest[i-1] != '\r' {
			return head{}, BareLF
		}
		if refusal := f.add(rest[:i-1]); refusal != "" {
			return head{}, refusal
		}
		rest = rest[i+1:]
	}
	return f.judge(line)
}

// add takes one header line.
func (f *fields) add(line []byte) Refusal {
	name, value, refusal := cutField(line)
	if refusal != "" {
		return refusal
	}
	switch len(name) {
	case len("Host"):
		if equalFold(name, "host") {
			f.hosts++
			f.host = value
		}
	case len("Expect"):
		if equalFold(name, "expect") {
			f.expects = f.expects || len(value) > 0 && !equalFold(value, Continue)
		}
	case len("Upgrade"):
		if equalFold(name, "upgrade") {
			f.upgrades++
			f.websocket = equalFold(value, "websocket")
		}
	case len("Connection"):
		if equalFold(name, "connection") {
			f.wantsUpgrade = f.wantsUpgrade || hasToken(value, "upgrade")
		}
	case len("Content-Length"):
		if equalFold(name, "content-length") {
			var ok bool
			f.lengths++
			if f.length, ok = digits(value); !ok {
				f.invalidLength = true
			}
		}
	case len("Transfer-Encoding"):
		if equalFold(name, "transfer-encoding") {
			f.codings++
			f.chunked = equalFold(value, "chunked")
		}
	}
	return ""
}

// judge weighs the fields against each other and the request line.
func (f *fields) judge(line requestLine) (head, Refusal) {
	switch {
	case f.lengths > 1 || f.invalidLength:
		return head{}, BadLength
	case f.lengths > 0 && f.codings > 0:
		return head{}, LengthAndCoding
	case f.codings > 1 || f.codings == 1 && (!f.chunked || line.minor == 0):
		return head{}, BadCoding
	case f.hosts > 1 || f.hosts == 0 && line.minor == 1 || f.hosts == 1 && !validHost(f.host):
		return head{}, BadHost
	case f.expects:
		return head{}, BadExpect
	case line.authority != nil && !bytes.Equal(line.authority, f.host):
		return head{}, ForeignTarget
	}
	h := head{length: f.length, chunked: f.chunked}
	if f.upgrades == 0 {
		return h, ""
	}
	if f.upgrades > 1 || !f.websocket {
		return head{}, BadUpgrade
	}
	if f.wantsUpgrade {
		if !line.get || line.minor == 0 || h.length > 0 || h.chunked {
			return head{}, BadUpgrade
		}
		h.upgrade = true
	}
	return h, ""
}

// cutField splits name ":" OWS value OWS.
func cutField(line []byte) (name, value []byte, _ Refusal) {
	if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
		return nil, nil, FoldedLine
	}
	i := 0
	for i < len(line) && tokenByte[line[i]] {
		i++
	}
	if i == 0 || i == len(line) || line[i] != ':' {
		return nil, nil, BadFieldName
	}
	name, value = line[:i], trim(line[i+1:])
	for _, c := range value {
		if !valueByte[c] {
			return nil, nil, BadFieldValue
		}
	}
	return name, value, ""
}

// trailer judges one line behind the last chunk (RFC 9110, section 6.5.1).
func trailer(line []byte) Refusal {
	name, _, refusal := cutField(line)
	if refusal != "" {
		return refusal
	}
	for _, forbidden := range [...]string{
		"content-length", "transfer-encoding", "host", "trailer", "connection", "upgrade", "content-encoding", "content-type",
		"content-range", "authorization", "cookie", "te", "expect",
	} {
		if equalFold(name, forbidden) {
			return ForbiddenTrailer
		}
	}
	return ""
}

package strict

import "bytes"

const (
	maxChunkLine = 256
	maxTrailers  = 8 << 10
)

type state uint8

const (
	inHead      state = iota // at or inside a request's head
	inBody                   // left bytes of a body with a Content-Length
	inChunkLine              // at a chunk's size
	inChunk                  // left bytes of a chunk
	inChunkEnd               // at the CR LF after a chunk
	inTrailers               // behind the last chunk
	inUpgrade                // an upgrade was asked for and is not answered
	inTunnel                 // no longer HTTP
	refused
)

// Scanner follows one connection. Its zero value is at the start of one and refuses heads of more than 0 bytes: use New.
type Scanner struct {
	state   state
	left    int64 // bytes of the body or chunk still to come
	looked  int   // bytes of an unfinished head that need not be searched again
	maxHead int
	refusal Refusal
	midway  bool // the refusal came behind an approved head
}

// New makes a scanner for a connection's start. maxHead bounds a request line with its header lines, in bytes.
func New(maxHead int) Scanner { return Scanner{maxHead: maxHead} }

// Tunnel says that the connection stopped being HTTP: everything is approved from here on.
func (s *Scanner) Tunnel() { s.state = inTunnel }

// AtStart reports whether all approved bytes are whole requests: what comes next is a head.
func (s *Scanner) AtStart() bool { return s.state == inHead }

// Midway reports whether the refusal came in a body, behind a head that was approved.
func (s *Scanner) Midway() bool { return s.midway }

// Upgrading reports whether a WebSocket was asked for. Nothing is approved then until Tunnel is called.
func (s *Scanner) Upgrading() bool { return s.state == inUpgrade }

// Scan looks at b, which begins where the last Scan stopped approving, and returns how many of its bytes may be handed on.
// What is not approved has to be shown again with more behind it. An error is a Refusal of the bytes at b[n:]; it stays.
func (s *Scanner) Scan(b []byte) (n int, err error) {
	if s.state == refused {
		return 0, s.refusal
	}
	for n < len(b) {
		used, more, refusal := s.step(b[n:])
		if refusal != "" {
			s.refusal, s.midway, s.state = refusal, s.state != inHead, refused
			return n, refusal
		}
		n += used
		if !more {
			break
		}
	}
	return n, nil
}

// step approves one element at the start of b, which is not empty. more is false when b holds no further whole one.
func (s *Scanner) step(b []byte) (used int, more bool, _ Refusal) {
	switch s.state {
	case inHead:
		return s.head(b)
	case inBody, inChunk:
		return s.data(b), true, ""
	case inChunkLine:
		return s.chunkLine(b)
	case inChunkEnd:
		return s.chunkEnd(b)
	case inTrailers:
		return s.trailers(b)
	case inTunnel:
		return len(b), false, ""
	}
	return 0, false, "" // inUpgrade
}

func (s *Scanner) head(b []byte) (int, bool, Refusal) {
	end := s.blankLine(b)
	if end < 0 {
		// A head that can no longer become good is refused now, not when its sender gives up.
		if refusal := s.unfinished(b); refusal != "" {
			return 0, false, refusal
		}
		if len(b) >= s.maxHead {
			return 0, false, HeadTooLarge
		}
		return 0, false, ""
	}
	if end > s.maxHead {
		return 0, false, HeadTooLarge
	}
	s.looked = 0
	h, refusal := parseHead(b[:end])
	if refusal != "" {
		return 0, false, refusal
	}
	switch {
	case h.upgrade:
		s.state = inUpgrade
	case h.chunked:
		s.state = inChunkLine
	case h.length > 0:
		s.state, s.left = inBody, h.length
	}
	return end, true, ""
}

// blankLine returns the length of the head with its final CR LF CR LF, or -1.
func (s *Scanner) blankLine(b []byte) int {
	from := max(0, s.looked-3)
	if i := bytes.Index(b[from:], []byte("\r\n\r\n")); i >= 0 {
		return from + i + 4
	}
	return -1
}

func (s *Scanner) unfinished(b []byte) Refusal {
	from := s.looked
	s.looked = len(b)
	if from == 0 && !methodByte[b[0]] {
		return BadRequestLine
	}
	for {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return ""
		}
		if at := from + i; at == 0 || b[at-1] != '\r' {
			return BareLF
		}
		from += i + 1
	}
}

func (s *Scanner) data(b []byte) int {
	n := int(min(int64(len(b)), s.left))
	s.left -= int64(n)
	if s.left == 0 {
		if s.state == inBody {
			s.state = inHead
		} else {
			s.state = inChunkEnd
		}
	}
	return n
}

func (s *Scanner) chunkLine(b []byte) (int, bool, Refusal) {
	line, used, refusal := cutLine(b, maxChunkLine)
	if refusal != "" || used == 0 {
		return 0, false, refusal
	}
	size, refusal := chunkSize(line)
	if refusal != "" {
		return 0, false, refusal
	}
	if s.left = size; size > 0 {
		s.state = inChunk
	} else {
		s.state = inTrailers
	}
	return used, true, ""
}

// cutLine returns the line at b's start without its CR LF, and its length with it: 0 when it is not whole yet.
func cutLine(b []byte, limit int) (line []byte, used int, _ Refusal) {
	i := bytes.IndexByte(b[:min(len(b), limit)], '\n')
	switch {
	case i < 0 && len(b) >= limit:
		return nil, 0, BadChunkLine
	case i < 0:
		return nil, 0, ""
	case i == 0 || b[i-1] != '\r':
		return nil, 0, BareLF
	}
	return b[:i-1], i + 1, ""
}

// chunkSize reads 1*HEXDIG [ chunk-ext ]. At most 15 digits, so that no reader overflows. Extensions mean nothing here
// and go no further: net/http drops them.
func chunkSize(line []byte) (int64, Refusal) {
	var size int64
	i := 0
	for ; i < len(line); i++ {
		d, ok := hexDigit(line[i])
		if !ok {
			break
		}
		if i == 15 {
			return 0, BadChunkSize
		}
		size = size<<4 | int64(d)
	}
	if i == 0 || i < len(line) && line[i] != ';' {
		return 0, BadChunkSize
	}
	for _, c := range line[i:] {
		if !valueByte[c] {
			return 0, BadChunkLine
		}
	}
	return size, ""
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

func (s *Scanner) chunkEnd(b []byte) (int, bool, Refusal) {
	if b[0] != '\r' || len(b) > 1 && b[1] != '\n' {
		return 0, false, BadChunkEnd
	}
	if len(b) < 2 {
		return 0, false, ""
	}
	s.state = inChunkLine
	return 2, true, ""
}

// trailers approves the whole trailer section with its blank line at once.
func (s *Scanner) trailers(b []byte) (int, bool, Refusal) {
	at := 0
	for {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			if len(b) >= maxTrailers {
				return 0, false, TrailersTooLarge
			}
			return 0, false, ""
		}
		if i == 0 || b[at+i-1] != '\r' {
			return 0, false, BareLF
		}
		line := b[at : at+i-1]
		at += i + 1
		if at > maxTrailers {
			return 0, false, TrailersTooLarge
		}
		if len(line) == 0 {
			s.state = inHead
			return at, true, ""
		}
		if refusal := trailer(line); refusal != "" {
			return 0, false, refusal
		}
	}
}

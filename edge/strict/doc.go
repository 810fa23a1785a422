// Package strict follows the bytes that a client sends on one HTTP/1 connection and says which of them may be handed on.
//
// net/http's parser is lenient where RFC 9112 lets it be: it takes a bare LF for a line's end, joins folded lines, and drops
// Content-Length beside Transfer-Encoding. Each of these is read differently somewhere, and two readers that disagree on
// where a request ends are a request-smuggling hole. So a head is handed on only once it is whole and every reader must
// read it the same; a body only as far as its framing holds.
//
// A Scanner is pure: no I/O, no clock, no allocation. It owns no bytes: what it does not approve is shown to it again,
// with more behind it.
package strict

// Refusal is the rule that the bytes break, in words.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// The rules. What breaks one is refused whole.
const (
	HeadTooLarge       Refusal = "the request's head must be smaller"
	BareLF             Refusal = "lines must end with CR LF"
	BadRequestLine     Refusal = "the request line must be METHOD SP target SP HTTP/1.1"
	BadMethod          Refusal = "the method must be letters, digits, - or _"
	Connect            Refusal = "CONNECT is not served here"
	BadTarget          Refusal = "the target must be a path, or * for OPTIONS"
	BadEscape          Refusal = "each % in the path must begin an escape, as %20"
	BadExpect          Refusal = "nothing but 100-continue may be expected"
	BadVersion         Refusal = "the version must be HTTP/1.1 or HTTP/1.0"
	FoldedLine         Refusal = "header lines must not be folded"
	BadFieldName       Refusal = "header names must be tokens, followed by a colon at once"
	BadFieldValue      Refusal = "header values must have no control characters"
	BadHost            Refusal = "there must be one Host, with host and port only"
	ForeignTarget      Refusal = "the target's host must be the one that Host names"
	BadLength          Refusal = "there must be at most one Content-Length, in digits only"
	LengthAndCoding    Refusal = "there must not be both Content-Length and Transfer-Encoding"
	BadCoding          Refusal = "Transfer-Encoding must be chunked, once, in HTTP/1.1"
	BadUpgrade         Refusal = "only websocket may be upgraded to, by a GET without a body"
	BadChunkSize       Refusal = "chunk sizes must be hexadecimal digits"
	BadChunkLine       Refusal = "chunk lines must be short, without control characters"
	BadChunkEnd        Refusal = "chunks must end with CR LF after as many bytes as they say"
	TrailersTooLarge   Refusal = "the trailers must be smaller"
	ForbiddenTrailer   Refusal = "trailers must not change the framing or the routing"
	TooMuchBeforeReply Refusal = "nothing may be sent before the upgrade is answered"
)

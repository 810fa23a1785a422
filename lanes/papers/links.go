package papers

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/realtime"
)

// kind of a link: its first letter.
type kind byte

const (
	ownLink   kind = 'o'
	writeLink kind = 'w'
	readLink  kind = 'r'
)

const (
	linkLength = 22
	idLength   = 16
)

// keys sign and derive; the one key is the lane's own (table papers_keys). Links are not kept, only their hashes; they can be made again
// from a paper's id, so that its owner can be told them again.
type keys struct{ secret []byte }

func (k keys) sum(purpose string, parts ...string) []byte {
	h := hmac.New(sha256.New, k.secret)
	h.Write([]byte(purpose))
	for _, p := range parts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(p))) //nolint:gosec // parts are short
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// text makes letters and digits of random bytes, one each. 256 is no multiple of 62: a letter has 5.7 bits at the least, 21 have 119.
func text(random []byte, n int) string {
	var b strings.Builder
	for _, r := range random[:n] {
		b.WriteByte(alphabet[int(r)%len(alphabet)])
	}
	return b.String()
}

func random() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (Go 1.24)
	return b
}

func isText(s string) bool { return strings.Trim(s, alphabet) == "" }

// link of a paper.
func (k keys) link(of kind, paper string) string {
	return string(of) + text(k.sum("link "+string(of), paper), linkLength-1)
}

// linkHash is what a link is found by.
func linkHash(link string) string {
	sum := sha256.Sum256([]byte(link))
	return hex.EncodeToString(sum[:16])
}

// author is the id of whoever has a token, or of a user, on one paper.
func (k keys) author(paper string, by Caller) string {
	switch {
	case by.User != "":
		return "a" + text(k.sum("user", paper, by.User), 15)
	case by.Author != "":
		return "a" + text(k.sum("author", paper, by.Author), 15)
	}
	return ""
}

// newAuthor is a token for who has none.
func newAuthor() string { return text(random(), linkLength) }

// firstAuthor is one for who has none and names what they do: sent again, it is theirs.
func (k keys) firstAuthor(paper, key string) string {
	return text(k.sum("first author", paper, key), linkLength)
}

func goodAuthor(token string) bool { return len(token) == linkLength && isText(token) }

// instance names what is sent again under one Idempotency-Key, for realtime.Op. Something else under the same key is not the same again.
func (k keys) instance(paper, author, key string, data []byte) string {
	return "http-" + text(k.sum("op", paper, author, key, string(data)), 20)
}

// image is the name of one that was uploaded to a paper: <id>.<width>.<height>.<signature>. The id follows from its bytes, so that the
// same picture is kept once.
func (k keys) image(paper string, body []byte, w, h int) string {
	sum := sha256.Sum256(body)
	name := fmt.Sprintf("%s.%d.%d", text(k.sum("image id", paper, string(sum[:])), 16), w, h)
	return name + "." + k.imageSum(paper, name)
}

func (k keys) imageSum(paper, name string) string { return text(k.sum("image", paper, name), 16) }

// isImage says whether a name is one that image gave for this paper.
func (k keys) isImage(paper, name string) bool {
	at := strings.LastIndexByte(name, '.')
	return at > 0 && len(name) <= 100 && hmac.Equal([]byte(name[at+1:]), []byte(k.imageSum(paper, name[:at])))
}

// imageID is what an image is kept under.
func imageID(name string) string {
	id, _, _ := strings.Cut(name, ".")
	return id
}

// ticket is what the token of a subscription says.
type ticket struct {
	paper string
	by    board.By
	name  string
	ends  time.Time // to the second
}

const ticketSum = 16

// sign makes the token of a subscription: it is signed, not kept.
//
//	version (1) ‖ end (8 bytes, Unix seconds) ‖ role ‖ paper (16) ‖ length of author ‖ author ‖ name ‖ HMAC-SHA256 (its first 16 bytes)
func (k keys) sign(t ticket) string {
	b := binary.BigEndian.AppendUint64([]byte{1}, uint64(t.ends.Unix())) //nolint:gosec // after 1970
	b = append(b, byte(t.by.Role))
	b = append(b, t.paper...)
	b = append(b, byte(len(t.by.Author)))
	b = append(b, t.by.Author...)
	b = append(b, t.name...)
	return base64.RawURLEncoding.EncodeToString(append(b, k.sum("ticket", string(b))[:ticketSum]...))
}

// open reads the token of a subscription to a paper. Errors: ErrToken, realtime.ErrTokenExpired.
func (k keys) open(paper, token string, now time.Time) (ticket, error) {
	const before = 1 + 8 + 1 + idLength + 1
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < before+ticketSum || len(b) > 400 {
		return ticket{}, ErrToken
	}
	body, sum := b[:len(b)-ticketSum], b[len(b)-ticketSum:]
	if !hmac.Equal(sum, k.sum("ticket", string(body))[:ticketSum]) || string(body[10:10+idLength]) != paper {
		return ticket{}, ErrToken
	}
	t := ticket{paper: paper, ends: time.Unix(int64(binary.BigEndian.Uint64(body[1:])), 0)} //nolint:gosec // it is ours
	if !now.Before(t.ends) {
		return ticket{}, realtime.ErrTokenExpired
	}
	author := int(body[before-1])
	t.by = board.By{Role: board.Role(body[9]), Author: string(body[before : before+author])}
	t.name = string(body[before+author:])
	return t, nil
}

// Paths of pages.
const (
	pagePath   = "/papers/" // + link
	apiPath    = "/v1/papers"
	livePrefix = "paper:"
)

func channel(paper string) string { return livePrefix + paper }

// links of a paper, for its owner.
func (s *Service) links(paper string) *Links {
	l := &Links{Own: s.keys.link(ownLink, paper), Write: s.keys.link(writeLink, paper), Read: s.keys.link(readLink, paper)}
	at := s.url() + pagePath
	l.OwnURL, l.WriteURL, l.ReadURL = at+l.Own, at+l.Write, at+l.Read
	return l
}

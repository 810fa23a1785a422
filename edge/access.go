package edge

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/platform/httpio"
)

// Record is what is known of a request once it is answered.
type Record struct {
	ID       string        // the request id
	Method   string        // as sent; unbounded, so no metric label
	Pattern  string        // the pattern that matched; "" where none did
	Target   string        // as in the route table, or "refused"
	Status   int           // 499 where the client left before the answer began, 101 for a WebSocket
	Bytes    int64         // of the answer's body, as far as it was HTTP
	Duration time.Duration // from the parsed head to the answer's last byte
}

// Observer is told of every request. It is called on the request's goroutine, so it must be quick.
type Observer interface{ Observe(Record) }

// access is what every request gets, wherever it goes: an id, sound headers, a bounded body, and a record at its end.
type access struct {
	now         func() time.Time
	observer    Observer
	trusted     trusted
	bodyTimeout time.Duration
	leaving     atomic.Bool // connections close behind their answers
}

func (x *access) begin(w http.ResponseWriter, r *http.Request) (*answer, time.Time) {
	if !x.trusted.peer(r.RemoteAddr) {
		distrust(r.Header)
	}
	id := requestID(r.Header.Get(httpio.RequestIDHeader))
	ids := []string{id, id}
	r.Header[httpio.RequestIDHeader], w.Header()[httpio.RequestIDHeader] = ids[0:1:1], ids[1:2:2]
	a := &answer{ResponseWriter: w, id: id, conn: connOf(r), upgrade: r.ProtoMajor == 1 && isWebSocket(r.Header), leaving: &x.leaving}
	if r.Body != nil && r.Body != http.NoBody {
		a.body = &body{ReadCloser: r.Body, writer: w, conn: a.conn, timeout: x.bodyTimeout}
		r.Body = a.body
	}
	return a, x.now()
}

// end reports the request. A handler that wrote nothing has answered 200, as net/http has it.
func (x *access) end(a *answer, r *http.Request, started time.Time, target string, aborted bool) {
	if x.observer == nil {
		return
	}
	if a.status == 0 {
		a.status = http.StatusOK
		if aborted {
			a.status = statusClientLeft
		}
	}
	x.observer.Observe(Record{
		ID: a.id, Method: r.Method, Pattern: r.Pattern, Target: target,
		Status: a.status, Bytes: a.bytes, Duration: x.now().Sub(started),
	})
}

// requestID keeps a good id and makes one otherwise: 128 random bits, unique but no secret.
func requestID(given string) string {
	if goodID(given) {
		return given
	}
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(b[8:], rand.Uint64())
	return hex.EncodeToString(b[:])
}

func goodID(s string) bool {
	for _, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' && c != ':' {
			return false
		}
	}
	return len(s) >= 8 && len(s) <= 128
}

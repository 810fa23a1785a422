package socket

import (
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gobwas/httphead"
	"github.com/gobwas/ws/wsflate"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
)

// agreed is what a handshake settles.
type agreed struct {
	key      string
	protocol string
	deflate  bool
}

// agree checks a handshake (RFC 6455, section 4.2) and chooses of what is offered.
func (o *Options) agree(r *http.Request) (agreed, error) {
	a := agreed{key: r.Header.Get("Sec-Websocket-Key")}
	var rule fault.Field
	switch {
	case r.ProtoMajor != 1 || r.ProtoMinor < 1:
		rule = fault.Field{Pointer: "request", Rule: "must be HTTP/1.1: WebSockets over HTTP/2 are not served"}
	case r.Method != http.MethodGet:
		rule = fault.Field{Pointer: "request", Rule: "must be a GET"}
	case !hasToken(r.Header, "Connection", "upgrade"):
		rule = fault.Field{Pointer: "header:Connection", Rule: "must have upgrade"}
	case !hasToken(r.Header, "Upgrade", "websocket"):
		rule = fault.Field{Pointer: "header:Upgrade", Rule: "must be websocket"}
	case r.Header.Get("Sec-Websocket-Version") != "13":
		rule = fault.Field{Pointer: "header:Sec-WebSocket-Version", Rule: "must be 13"}
	case !goodKey(a.key) || len(r.Header["Sec-Websocket-Key"]) > 1:
		rule = fault.Field{Pointer: "header:Sec-WebSocket-Key", Rule: "must be 16 bytes in base64"}
	case !o.mayConnect(r):
		return a, ErrOrigin
	}
	if rule.Rule != "" {
		return a, ErrHandshake.With(rule)
	}
	a.protocol = o.choose(r.Header["Sec-Websocket-Protocol"])
	a.deflate = o.Compress && acceptsDeflate(r.Header["Sec-Websocket-Extensions"])
	return a, nil
}

// answer is the head that ends HTTP on the connection.
func (a agreed) answer(requestID string) []byte {
	sum := sha1.Sum([]byte(a.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	head := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n"
	if a.protocol != "" {
		head += "Sec-WebSocket-Protocol: " + a.protocol + "\r\n"
	}
	if a.deflate {
		head += "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"
	}
	if requestID != "" {
		head += httpio.RequestIDHeader + ": " + requestID + "\r\n"
	}
	return []byte(head + "\r\n")
}

func goodKey(key string) bool {
	b, err := base64.StdEncoding.DecodeString(key)
	return err == nil && len(b) == 16
}

func hasToken(h http.Header, name, token string) bool {
	for _, line := range h[name] {
		for part := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}

// choose takes the client's first protocol that is spoken here.
func (o *Options) choose(lines []string) string {
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			if part = strings.TrimSpace(part); slices.Contains(o.Protocols, part) {
				return part
			}
		}
	}
	return ""
}

// mayConnect holds a page's origin against the list. What is no page sends none.
func (o *Options) mayConnect(r *http.Request) bool {
	lines := r.Header["Origin"]
	if len(lines) == 0 {
		return true
	}
	u, err := url.Parse(lines[0])
	if len(lines) > 1 || err != nil || u.Host == "" {
		return len(lines) == 1 && slices.Contains(o.Origins, "*")
	}
	if len(o.Origins) == 0 {
		return strings.EqualFold(u.Host, r.Host)
	}
	return slices.ContainsFunc(o.Origins, func(allowed string) bool { return matches(allowed, u) })
}

func matches(allowed string, origin *url.URL) bool {
	if allowed == "*" {
		return true
	}
	scheme, host, _ := strings.Cut(allowed, "://")
	if !strings.EqualFold(scheme, origin.Scheme) {
		return false
	}
	if domain, ok := strings.CutPrefix(host, "*"); ok {
		under := strings.ToLower(origin.Host)
		return len(under) > len(domain) && strings.HasSuffix(under, strings.ToLower(domain))
	}
	return strings.EqualFold(host, origin.Host)
}

// acceptsDeflate looks for an offer of permessage-deflate that can be kept: no smaller window of ours was asked for.
func acceptsDeflate(lines []string) bool {
	for _, line := range lines {
		offers, ok := httphead.ParseOptions([]byte(line), nil)
		if !ok {
			return false
		}
		for _, offer := range offers {
			var p wsflate.Parameters
			if string(offer.Name) != wsflate.ExtensionName || p.Parse(offer) != nil {
				continue
			}
			if !p.ServerMaxWindowBits.Defined() || p.ServerMaxWindowBits == 15 {
				return true
			}
		}
	}
	return false
}

package app

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// The edge has removed the headers below from whatever does not come from a trusted proxy, so they can be believed here.

// client is the address that a request came from: the one that the last trusted proxy saw, or the peer. The zero address
// stands for all that are unknown.
func client(r *http.Request) netip.Addr {
	text := r.RemoteAddr
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	if forwarded := r.Header.Values("X-Forwarded-For"); len(forwarded) > 0 {
		last := forwarded[len(forwarded)-1]
		text = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// secure says whether the client speaks TLS, with us or with a trusted proxy before us.
func secure(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

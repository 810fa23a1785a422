package edge

import (
	"net/http"
	"net/http/httputil"
	"net/netip"
	"strings"
)

// trusted are the peers that may say who their client is.
type trusted []netip.Prefix

func (t trusted) peer(remote string) bool {
	if len(t) == 0 {
		return false
	}
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	addr := at.Addr().Unmap()
	for _, p := range t {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// distrust removes what a client may not say about itself: where it comes from, its request's id, and names with _, which
// CGI and WSGI make the same as those with -.
func distrust(h http.Header) {
	for name := range h {
		if strings.IndexByte(name, '_') >= 0 || strings.HasPrefix(name, "X-Forwarded-") || name == "X-Real-Ip" ||
			name == "Forwarded" || name == "X-Request-Id" {
			delete(h, name)
		}
	}
}

// forwarding tells the upstream who asked. In's headers have been distrusted unless the peer is trusted: what is left of
// them is kept, and the peer is added to the lists.
func (t trusted) forwarding(p *httputil.ProxyRequest) {
	ip, proto := clientIP(p.In.RemoteAddr), "http"
	if p.In.TLS != nil {
		proto = "https"
	}
	in, out := p.In.Header, p.Out.Header
	for name, values := range in { // ReverseProxy dropped some of them, and Connection may have named others
		if strings.HasPrefix(name, "X-Forwarded-") {
			out[name] = values
		}
	}
	out["X-Forwarded-For"] = []string{list(in["X-Forwarded-For"], ip)}
	out["Forwarded"] = []string{list(in["Forwarded"], forwarded(ip, p.In.Host, proto))}
	setOr(out, "X-Forwarded-Host", in, p.In.Host)
	setOr(out, "X-Forwarded-Proto", in, proto)
	setOr(out, "X-Real-Ip", in, ip)
}

func setOr(out http.Header, name string, in http.Header, value string) {
	if kept := in[name]; len(kept) > 0 {
		out[name] = kept
		return
	}
	out[name] = []string{value}
}

func list(before []string, last string) string {
	if len(before) == 0 {
		return last
	}
	return strings.Join(before, ", ") + ", " + last
}

// forwarded is one element of RFC 7239. Hosts have no character that would have to be escaped inside the quotes.
func forwarded(ip, host, proto string) string {
	if strings.IndexByte(ip, ':') >= 0 {
		ip = `"[` + ip + `]"`
	}
	return "for=" + ip + `;host="` + host + `";proto=` + proto
}

func clientIP(remote string) string {
	if at, err := netip.ParseAddrPort(remote); err == nil {
		return at.Addr().Unmap().WithZone("").String()
	}
	return remote
}

// isWebSocket reports whether the request asks to become a WebSocket.
func isWebSocket(h http.Header) bool {
	if len(h["Upgrade"]) != 1 || !strings.EqualFold(h["Upgrade"][0], "websocket") {
		return false
	}
	for _, line := range h["Connection"] {
		for token := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.Trim(token, " \t"), "upgrade") {
				return true
			}
		}
	}
	return false
}

package strict

import "bytes"

type requestLine struct {
	get       bool
	minor     byte   // of HTTP/1.
	authority []byte // of an absolute target
}

func parseRequestLine(b []byte) (requestLine, Refusal) {
	var l requestLine
	method, rest, ok := bytes.Cut(b, []byte(" "))
	target, version, ok2 := bytes.Cut(rest, []byte(" "))
	if !ok || !ok2 {
		return l, BadRequestLine
	}
	switch string(version) {
	case "HTTP/1.1":
		l.minor = 1
	case "HTTP/1.0":
	default:
		return l, BadVersion
	}
	if !validMethod(method) {
		return l, BadMethod
	}
	if string(method) == "CONNECT" {
		return l, Connect
	}
	l.get = string(method) == "GET"
	for _, c := range target {
		if !targetByte[c] {
			return l, BadTarget
		}
	}
	if path, _, _ := bytes.Cut(target, []byte("?")); !escaped(path) {
		return l, BadEscape
	}
	return l.target(method, target)
}

// escaped reports whether each percent sign begins an escape. net/http refuses others in a path, in words of its own.
func escaped(path []byte) bool {
	for i := bytes.IndexByte(path, '%'); i >= 0; i = bytes.IndexByte(path, '%') {
		if len(path) < i+3 || !hexByte[path[i+1]] || !hexByte[path[i+2]] {
			return false
		}
		path = path[i+3:]
	}
	return true
}

// target takes the forms of RFC 9112, section 3.2. The absolute form is good only with the very host that Host names:
// this is no forward proxy.
func (l requestLine) target(method, target []byte) (requestLine, Refusal) {
	switch {
	case len(target) == 0:
		return l, BadTarget
	case target[0] == '/':
		return l, ""
	case string(target) == "*":
		if string(method) != "OPTIONS" {
			return l, BadTarget
		}
		return l, ""
	}
	rest, ok := cutScheme(target)
	if !ok {
		return l, BadTarget
	}
	if i := bytes.IndexAny(rest, "/?"); i >= 0 {
		rest = rest[:i]
	}
	if len(rest) == 0 {
		return l, BadTarget
	}
	l.authority = rest
	return l, ""
}

func cutScheme(target []byte) ([]byte, bool) {
	for _, scheme := range [...]string{"http://", "https://"} {
		if len(target) > len(scheme) && equalFold(target[:len(scheme)], scheme) {
			return target[len(scheme):], true
		}
	}
	return nil, false
}

// ValidMethod reports whether a request with this method may be passed on. CONNECT may not.
func ValidMethod(method string) bool { return validMethod(method) && method != "CONNECT" }

// ValidTarget reports whether an origin-form target is safe on a request line.
func ValidTarget(target string) bool {
	for i := range len(target) {
		if !targetByte[target[i]] {
			return false
		}
	}
	return target != "" && (target[0] == '/' || target == "*")
}

// ValidHost reports whether the value may be a Host: a name or an address, with or without a port.
func ValidHost(host string) bool { return validHost(host) }

func validMethod[T string | []byte](method T) bool {
	for i := range len(method) {
		if !methodByte[method[i]] {
			return false
		}
	}
	return len(method) > 0 && len(method) <= 32
}

func validHost[T string | []byte](host T) bool {
	for i := range len(host) {
		if !hostByte[host[i]] {
			return false
		}
	}
	return len(host) > 0 && len(host) <= 300
}

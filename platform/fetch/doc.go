// Package fetch asks third parties over HTTP, and is safe by default.
//
// It owns what every outbound call needs: where it may go, how long it may take, how much may come back, when it is repeated, and
// when an upstream is left alone.
//
// It refuses connections to anything but public addresses (the address that is dialled is checked, so that a name cannot change
// between check and use), hosts that are not on the list where there is one, schemes other than http and https, credentials in
// URLs, redirects that break any of these rules or go from https to http, and proxies of the environment.
//
// It guarantees that a call ends within its time-out, that no more of a body is kept than MaxBody (measured after decompression),
// that secret headers do not reach another origin by a redirect, and that whatever went wrong is a fault with a kind: BadGateway,
// Timeout or Unavailable for the upstream, Invalid for a URL that is none.
package fetch

// Package fetch asks third parties over HTTP, and is safe by default.
//
// It owns what every outbound call needs: where it may go, how long it may take, how much may come back, and when to leave an
// upstream alone.
//
// It refuses connections to anything but public addresses (the address that is dialled is checked, not the name that was
// resolved before), hosts that are not on the list where there is one, schemes other than http and https, credentials in URLs,
// redirects that break any of these rules or go from https to http, and proxies from the environment.
//
// It guarantees that a call ends within its time-out, that a body never takes more memory than MaxBody (measured after
// decompression), that secret headers do not reach another host by a redirect, and that whatever went wrong is a fault with a
// kind: BadGateway, Timeout or Unavailable for the upstream, Invalid or Forbidden for what was asked.
package fetch

package fetch

import "net/http"

// RealTransport is the one that a client makes for itself.
func RealTransport(cfg Config) *http.Transport { return newTransport(cfg.withDefaults()) }

// TrustOf makes a client trust what a test server's client trusts.
func (c *Client) TrustOf(other *http.Client) {
	c.real.TLSClientConfig.RootCAs = other.Transport.(*http.Transport).TLSClientConfig.RootCAs
}

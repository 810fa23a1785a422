package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const policyBase = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors "

// Policy is the Content-Security-Policy of every page that no other site may frame.
const Policy = policyBase + "'none'"

// SecurityHeaders sets what every page is sent with.
func SecurityHeaders(h http.Header) {
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
}

// policyFor lets the origins frame the page.
func policyFor(origins []string) (string, error) {
	if len(origins) == 0 {
		return Policy, nil
	}
	for _, o := range origins {
		if o == "*" {
			return policyBase + "*", nil
		}
		if !IsOrigin(o) {
			return "", fmt.Errorf("web: %q may not frame a page: it is not an origin such as https://example.com", o)
		}
	}
	return policyBase + "'self' " + strings.Join(origins, " "), nil
}

// IsOrigin: scheme, host and perhaps a port of a web site, and nothing else; "https://*.example.com" is one too. What is one can
// stand in a policy as it is.
func IsOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || s != u.Scheme+"://"+u.Host {
		return false
	}
	return !strings.ContainsFunc(strings.TrimPrefix(u.Host, "*."), func(r rune) bool {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !plain && !strings.ContainsRune("-.:[]", r)
	})
}

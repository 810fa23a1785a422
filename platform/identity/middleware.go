package identity

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/hotlane/hotlane/platform/fault"
)

var (
	errNeeded      = fault.New(fault.Unauthorized, "identity.needed", "This needs a key or token: Authorization: Bearer …")
	errKey         = fault.New(fault.Unauthorized, "identity.key", "The key is not valid.")
	errToken       = fault.New(fault.Unauthorized, "identity.token", "The token is not valid here.")
	errExpired     = fault.New(fault.Unauthorized, "identity.token_expired", "The token has expired.")
	errForbidden   = fault.New(fault.Forbidden, "identity.forbidden", "This caller may not do that.")
	errCrossOrigin = fault.New(fault.Forbidden, "identity.cross_origin", "This came from a page of another site.")
	errAttempts    = fault.New(fault.Limited, "identity.attempts", "Too many wrong keys from this address.")
	errForm        = fault.New(fault.Malformed, "identity.form", "This is not a login form.")
)

// Middleware lets only callers of this access through, with the Caller in the context. Public endpoints know the caller only
// where one of our keys is shown, and then it must be right; tokens meant for other backends pass unread. Who shows nothing or something wrong gets a 401 with WWW-Authenticate, a browser that asks for an admin's page the login
// page; who may not gets a 403.
func (a *Authenticator) Middleware(access Access) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if open := access == Public || access == Known && !a.showsToken(r); open && !a.showsKey(r) {
				next.ServeHTTP(w, r)
				return
			}
			c, err := a.Authenticate(r)
			if err == nil && !allowed(access, c) {
				err = errForbidden
				if c.Access == Public {
					err = errNeeded
				}
				a.refused(r, err)
			}
			if err != nil {
				a.refuse(w, r, access, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(With(r.Context(), c)))
		})
	}
}

// allowed: admins may do what services may; nobody else stands in for a user, whose id matters.
func allowed(access Access, c Caller) bool {
	return access == Public || access == Known || c.Access == access || access == Service && c.Access == Admin
}

// showsToken reports whether a token of the kind that users have here was sent.
func (a *Authenticator) showsToken(r *http.Request) bool {
	text, ok := bearer(r)
	return ok && a.tokens != nil && len(text) <= maxToken && looksLikeJWT(text)
}

// showsKey reports whether one of our keys was sent, or something made to look like one.
func (a *Authenticator) showsKey(r *http.Request) bool {
	text, ok := bearer(r)
	if !ok {
		text = r.Header.Get("X-Api-Key")
	}
	if text == "" || len(text) > maxToken {
		return false
	}
	return strings.HasPrefix(text, "hl_") || a.isKey(text)
}

func (a *Authenticator) refuse(w http.ResponseWriter, r *http.Request, access Access, err error) {
	f := fault.From(err)
	if f.Kind == fault.Unauthorized {
		if access == Admin && r.Method == http.MethodGet && wantsPage(r) {
			http.Redirect(w, r, loginURL(localPath(r.URL.RequestURI())), http.StatusSeeOther)
			return
		}
		challenge := `Bearer realm="hotlane"`
		if f.Code != errNeeded.Code {
			challenge += `, error="invalid_token"`
		}
		w.Header().Set("WWW-Authenticate", challenge)
	}
	a.d.Refuse(w, err)
}

// refused counts and logs a refusal; never what was shown.
func (a *Authenticator) refused(r *http.Request, err error) {
	f := fault.From(err)
	a.failures.WithLabelValues(f.Code).Inc()
	level := slog.LevelDebug
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		level = slog.LevelError
	}
	a.d.Log.LogAttrs(r.Context(), level, "caller refused", slog.String("code", f.Code),
		slog.String("path", r.URL.EscapedPath()), slog.String("client", a.d.Client(r).String()), slog.Any("error", err))
}

func peer(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr, _ := netip.ParseAddr(host) // the zero address: all unknown peers share one count
	return addr.Unmap().WithZone("")
}

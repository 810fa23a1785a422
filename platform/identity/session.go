package identity

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"

	"github.com/hotlane/hotlane/platform/fault"
)

// LoginPath is where the login page is (GET, the app's) and where its form goes (POST, Login).
const LoginPath = "/_hotlane/login"

// The names of the session's cookie. Over TLS it has the prefix by which browsers refuse a cookie that another host or path has
// set (RFC 6265bis, 4.1.3).
const (
	plainCookie = "hotlane"
	tlsCookie   = "__Host-hotlane"
)

func (a *Authenticator) cookieName(r *http.Request) string {
	if a.d.Secure(r) {
		return tlsCookie
	}
	return plainCookie
}

// session is the caller whom the cookie shows: an admin, or the public when the session is over.
func (a *Authenticator) session(r *http.Request) (Caller, error) {
	cookie, err := r.Cookie(a.cookieName(r))
	if err != nil || len(cookie.Value) != keyText {
		return Caller{}, nil
	}
	sum := sha256.Sum256([]byte(cookie.Value))
	keyHash, err := a.store.session(r.Context(), hexOf(sum), a.d.Now())
	if err != nil {
		return Caller{}, err
	}
	if keyHash == "" || keyHash != a.adminHash() {
		return Caller{}, nil
	}
	if err := a.csrf.Check(r); err != nil {
		return Caller{}, errCrossOrigin.Because(err)
	}
	return Caller{Access: Admin, ID: Admin.String()}, nil
}

func (a *Authenticator) adminHash() string {
	for _, k := range a.keys {
		if k.access == Admin {
			return hexOf(k.hash)
		}
	}
	return ""
}

// Login answers the login form: fields key and next (a path of this site, default /). It sets the session's cookie and redirects
// (303); a wrong key goes back to the login page with failed=1, or is a problem where no page was asked for.
func (a *Authenticator) Login() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxToken)
		if err := r.ParseForm(); err != nil {
			a.d.Refuse(w, errForm.Because(err))
			return
		}
		next := localPath(r.PostForm.Get("next"))
		if err := a.login(w, r, r.PostForm.Get("key")); err != nil {
			a.refused(r, err)
			if wantsPage(r) && fault.From(err).Kind == fault.Unauthorized {
				http.Redirect(w, r, loginURL(next)+"&failed=1", http.StatusSeeOther)
				return
			}
			a.d.Refuse(w, err)
			return
		}
		http.Redirect(w, r, next, http.StatusSeeOther)
	})
}

func (a *Authenticator) login(w http.ResponseWriter, r *http.Request, text string) error {
	if err := a.csrf.Check(r); err != nil {
		return errCrossOrigin.Because(err)
	}
	text = strings.TrimSpace(text)
	from := a.d.Client(r)
	if wait := a.attempts.wait(from); wait > 0 && !guessProof(text) {
		return errAttempts.After(wait)
	}
	sum := sha256.Sum256([]byte(text))
	if access, ok := a.match(sum); !ok || access != Admin {
		a.attempts.failed(from)
		return errKey
	}
	token := random()
	now := a.d.Now()
	expires := now.Add(a.cfg.Session)
	if err := a.store.addSession(r.Context(), hexOf(sha256.Sum256([]byte(token))), hexOf(sum), now, expires); err != nil {
		return err
	}
	a.setCookie(w, r, token, int(a.cfg.Session.Seconds()))
	return nil
}

// Logout ends the session, here and in the database, and redirects to the login page.
func (a *Authenticator) Logout() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.csrf.Check(r); err != nil {
			a.d.Refuse(w, errCrossOrigin.Because(err))
			return
		}
		if cookie, err := r.Cookie(a.cookieName(r)); err == nil {
			if err := a.store.endSession(r.Context(), hexOf(sha256.Sum256([]byte(cookie.Value)))); err != nil {
				a.d.Refuse(w, err)
				return
			}
		}
		a.setCookie(w, r, "", -1)
		http.Redirect(w, r, LoginPath, http.StatusSeeOther)
	})
}

func (a *Authenticator) setCookie(w http.ResponseWriter, r *http.Request, token string, age int) {
	w.Header().Set("Cache-Control", "no-store")
	http.SetCookie(w, &http.Cookie{
		Name: a.cookieName(r), Value: token, Path: "/", MaxAge: age,
		Secure: a.d.Secure(r), HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// localPath is next if it stays on this site. Browsers read a backslash as a slash, and http.Redirect cleans "/./" away, so a
// backslash may stand nowhere and a slash not second.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsFunc(next, func(c rune) bool { return c < ' ' || c == 0x7f || c == '\\' }) {
		return "/"
	}
	return next
}

func loginURL(next string) string { return LoginPath + "?next=" + url.QueryEscape(next) }

func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }
